// fusebox template: what jinja2 renders, and an answer to every line.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/apps/json_answers.h"
#include "tests/apps/program.h"

namespace fusebox::apps {
namespace {

using nlohmann::ordered_json;

const std::string kTalk =
    R"({"messages": [{"role": "user", "content": "Hi"}], "add_generation_prompt": true})"
    "\n";

TEST(Template, EqualsTheGoldenTexts) {
  const ordered_json golden = read_golden("templates.json");
  ASSERT_FALSE(golden["cases"].empty());
  for (const ordered_json& one : golden["cases"]) {
    SCOPED_TRACE(one["name"].get<std::string>());
    const TemporaryFolder folder;
    const std::string file = folder.write("chat_template.jinja", one["template"].get<std::string>());
    ordered_json request = one["context"];
    request["now"] = golden["now"];
    const auto all = answers(run_program({"template", "--file", file}, lines({request, request})));
    ASSERT_EQ(all.size(), 2u);
    EXPECT_EQ(all[0], all[1]);
    if (one.contains("rendered")) {
      EXPECT_EQ(all[0], (ordered_json{{"text", one["rendered"]}}));
      continue;
    }
    ASSERT_TRUE(all[0].contains("error")) << all[0];
    if (one["error"]["raised_by_template"]) {
      EXPECT_EQ(all[0]["error"], one["error"]["message"]);
    }
  }
}

TEST(Template, TakesTheModelsOwn) {
  const auto all = answers(
      run_program({"template", kModelPath}, kTalk + "nonsense\n" + kTalk, {"FUSEBOX_PLUGIN=/nowhere"}));
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(
      all[0]["text"],
      "<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>\n"
      "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n");
  EXPECT_TRUE(all[1].contains("error")) << all[1];
  EXPECT_EQ(all[2], all[0]);
}

TEST(Template, WantsATimeForNow) {
  const auto all = answers(run_program({"template", kModelPath}, "{\"now\": 5}\n{\"now\": \"soon\"}\n"));
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0]["error"], "'now' is a number, want a string");
  EXPECT_TRUE(all[1].contains("error")) << all[1];
}

TEST(Template, WantsAModelOrAFile) {
  EXPECT_EQ(run_program({"template"}).code, 2);
  EXPECT_EQ(run_program({"template", kModelPath, "--file", "x"}).code, 2);
  EXPECT_EQ(run_program({"template", "--file", "/nowhere"}).code, 3);
}

}  // namespace
}  // namespace fusebox::apps
