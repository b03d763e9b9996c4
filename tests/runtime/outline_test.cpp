// Outlines of traces in the user's cache.
#include "fusebox/runtime/outline.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "fusebox/base/cache.h"
#include "fusebox/base/log.h"
#include "tests/runtime/cpu_device.h"

namespace fusebox {
namespace {

std::string unused_recipe() {
  static int number = 0;
  return fmt::format("of test {}, {}", getpid(), ++number);
}

// A program of a number that its text holds.
TracedProgram plus(int number) {
  return trace("plus", [&](TraceCx& cx) { return cx.input("x", {1}, f32) + number; });
}

int unused_number() {
  static int number = static_cast<int>(getpid() % 100000) * 100 + 50;  // exact in f32
  return ++number;
}

float run(const CompiledModel& model) {
  const std::vector<float> one = {1};
  return session_without_weights(model).run({{"x", one}})[0].to_floats()[0];
}

TEST(Outline, ComesBackAsItWasKept) {
  Signature signature;
  signature.parameters = {
      {"x", {{2, 3}, i32}, Signature::Parameter::Kind::kInput, {}, 1},
      {"w", {{4, 20}, u8}, Signature::Parameter::Kind::kWeight, BlockFormat::q4_1, {}},
  };
  signature.outputs = {{"y", {{}, f32}}, {"x", {{2, 3}, i32}}};
  const std::string recipe = unused_recipe();
  EXPECT_FALSE(find_outline(recipe));
  store_outline(recipe, {text_hash("program"), signature});
  const auto found = find_outline(recipe);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->text_hash, text_hash("program"));
  EXPECT_EQ(to_json(found->signature), to_json(signature));
  EXPECT_FALSE(find_outline(recipe + " "));
}

TEST(Outline, OfNoRecipeIsNotKept) {
  EXPECT_EQ(outline_name(""), "");
  store_outline("", {text_hash("program"), {}});
  EXPECT_FALSE(find_outline(""));
}

TEST(Outline, OfNamesThatAreNotUtf8IsNotKept) {
  Signature signature;
  signature.outputs = {{"\xff", {{}, f32}}};
  const std::string recipe = unused_recipe();
  EXPECT_NO_THROW(store_outline(recipe, {text_hash("program"), signature}));
  EXPECT_FALSE(find_outline(recipe));
}

TEST(Outline, FindsTheCompiledProgram) {
  const std::string recipe = unused_recipe();
  const int number = unused_number();
  EXPECT_EQ(run(cpu().compile(plus(number), {.recipe = recipe})), static_cast<float>(number) + 1);
  const auto outline = find_outline(recipe);
  ASSERT_TRUE(outline);
  const auto found = cpu().find(*outline);
  ASSERT_TRUE(found);
  EXPECT_EQ(run(*found), static_cast<float>(number) + 1);
  EXPECT_FALSE(cpu().find(*outline, {.use_cache = false}));
}

TEST(Outline, IsNotKeptWithoutTheCache) {
  const std::string recipe = unused_recipe();
  cpu().compile(plus(unused_number()), {.use_cache = false, .recipe = recipe});
  EXPECT_FALSE(find_outline(recipe));
}

// A recipe that was kept for another program finds that one: a new trace replaces it.
TEST(Outline, IsReplacedByANewTrace) {
  const std::string recipe = unused_recipe();
  const int first = unused_number(), second = unused_number();
  cpu().compile(plus(first), {.recipe = recipe});
  EXPECT_EQ(run(cpu().compile(plus(second), {.recipe = recipe})), static_cast<float>(second) + 1);
  EXPECT_EQ(run(*cpu().find(*find_outline(recipe))), static_cast<float>(second) + 1);
}

TEST(Outline, OfAProgramThatIsGoneOrNeverWasFindsNone) {
  EXPECT_FALSE(cpu().find({text_hash("no program"), {}}));
  EXPECT_FALSE(cpu().find({"", {}}));
  // A signature that is not the program's.
  const std::string recipe = unused_recipe();
  cpu().compile(plus(unused_number()), {.recipe = recipe});
  Outline outline = *find_outline(recipe);
  outline.signature.outputs.push_back(outline.signature.outputs[0]);
  EXPECT_FALSE(cpu().find(outline));
}

TEST(Outline, ThatMakesNoSenseIsDropped) {
  set_log_sink([](LogLevel, std::string_view) {});
  const std::string recipe = unused_recipe();
  const auto put = [&](const std::string& text) {
    FileCache::user().store(outline_name(recipe), std::as_bytes(std::span(text)));
  };
  for (const char* text :
       {"", "junk", "{}", "[]", "5", R"({"text": 5, "signature": {"parameters": [], "outputs": []}})",
        R"({"text": "a"})", R"({"text": "a", "signature": {"parameters": [5], "outputs": []}})",
        R"({"text": "a", "signature": {"parameters": [], "outputs": [{"name": "y", "dtype": "f32",
            "dims": [-1]}]}})"}) {
    put(text);
    EXPECT_FALSE(find_outline(recipe)) << text;
    EXPECT_FALSE(FileCache::user().peek(outline_name(recipe))) << text;
  }
  store_outline(recipe, {"a", {}});
  ASSERT_TRUE(find_outline(recipe));
  const std::string path = FileCache::user().directory() + "/" + outline_name(recipe) + ".fusebox";
  std::fstream(path, std::ios::in | std::ios::out | std::ios::binary).seekp(3).put('\x7f');
  EXPECT_FALSE(find_outline(recipe));
  set_log_sink({});
}

}  // namespace
}  // namespace fusebox
