// What a conversation forgets when it has grown too long.
#include <gtest/gtest.h>

#include "fusebox/llm/conversation.h"

namespace fusebox::llm {
namespace {

using nlohmann::ordered_json;

ordered_json talk(std::initializer_list<std::string> roles) {
  ordered_json messages = ordered_json::array();
  for (const std::string& role : roles)
    messages.push_back({{"role", role}, {"content", role + std::to_string(messages.size())}});
  return messages;
}

std::vector<std::string> contents(const ordered_json& messages) {
  std::vector<std::string> all;
  for (const ordered_json& message : messages) all.push_back(message["content"]);
  return all;
}

TEST(DropOldestTurn, KeepsTheSystemMessage) {
  ordered_json messages = talk({"system", "user", "assistant", "user", "assistant", "user"});
  EXPECT_TRUE(drop_oldest_turn(messages));
  EXPECT_EQ(contents(messages), (std::vector<std::string>{"system0", "user3", "assistant4", "user5"}));
  EXPECT_TRUE(drop_oldest_turn(messages));
  EXPECT_EQ(contents(messages), (std::vector<std::string>{"system0", "user5"}));
}

TEST(DropOldestTurn, ATurnIsAllUpToTheNextOfTheUser) {
  ordered_json messages = talk({"user", "assistant", "tool", "assistant", "user"});
  EXPECT_TRUE(drop_oldest_turn(messages));
  EXPECT_EQ(contents(messages), (std::vector<std::string>{"user4"}));
}

TEST(DropOldestTurn, NeverDropsTheNewestTurn) {
  for (ordered_json messages : {talk({"system", "user"}), talk({"user"}), talk({"system"}), talk({})}) {
    const ordered_json before = messages;
    EXPECT_FALSE(drop_oldest_turn(messages));
    EXPECT_EQ(messages, before);
  }
}

}  // namespace
}  // namespace fusebox::llm
