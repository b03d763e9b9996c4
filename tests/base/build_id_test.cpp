#include "fusebox/base/build_id.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>

namespace fusebox {
namespace {

void own_function() {}

const void* address_of(void (*function)()) { return reinterpret_cast<const void*>(function); }

TEST(BuildId, IsWhatTheLinkerWroteIntoTheProgram) {
  const std::string id = build_id(address_of(&own_function));
  ASSERT_GE(id.size(), 16u) << "linked without --build-id";
  std::string bytes;
  for (size_t i = 0; i < id.size(); i += 2)
    bytes += static_cast<char>(std::stoi(id.substr(i, 2), nullptr, 16));
  std::ifstream file("/proc/self/exe", std::ios::binary);
  const std::string program((std::istreambuf_iterator<char>(file)), {});
  EXPECT_NE(program.find("GNU" + std::string(1, '\0') + bytes), std::string::npos) << id;
}

TEST(BuildId, IsOneForAllOfAProgram) {
  static const int constant = 5;
  EXPECT_EQ(build_id(&constant), build_id(address_of(&own_function)));
  EXPECT_EQ(build_id(reinterpret_cast<const void*>(&build_id)), build_id(address_of(&own_function)));
}

TEST(BuildId, OfALibraryIsItsOwn) {
  const std::string library = build_id(*reinterpret_cast<void* const*>(&stdout));
  EXPECT_FALSE(library.empty());
  EXPECT_NE(library, build_id(address_of(&own_function)));
}

TEST(BuildId, OfWhatIsInNoFileIsEmpty) {
  const auto memory = std::make_unique<int>(5);
  EXPECT_EQ(build_id(memory.get()), "");
  EXPECT_EQ(build_id(nullptr), "");
}

}  // namespace
}  // namespace fusebox
