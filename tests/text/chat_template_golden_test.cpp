// Templates rendered by jinja2 itself, set up as transformers does, against ours.
#include <gtest/gtest.h>

#include <fstream>

#include "fusebox/base/error.h"
#include "fusebox/text/chat_template.h"

namespace fusebox::text {
namespace {

using nlohmann::ordered_json;

ordered_json golden(const std::string& name) {
  std::ifstream file(std::string(FUSEBOX_SOURCE_DIR) + "/tests/golden/" + name);
  EXPECT_TRUE(file) << name;
  return ordered_json::parse(file);
}

std::string rendered(const ordered_json& test, const ordered_json& context, const RenderOptions& options) {
  return ChatTemplate::parse(test.at("template"), "test").render(context, options);
}

// Where jinja2 failed, so must we; the words must be the same only if they are the template's own.
void check(const ordered_json& test, const ordered_json& context, const RenderOptions& options) {
  SCOPED_TRACE(test.at("template").get<std::string>());
  try {
    std::string text = rendered(test, context, options);
    ASSERT_TRUE(test.contains("rendered")) << "rendered \"" << text << "\", want an error";
    EXPECT_EQ(text, test.at("rendered").get<std::string>());
  } catch (const Error& error) {
    if (test.contains("refused")) {
      EXPECT_EQ(error.message(), test.at("refused").get<std::string>());
      return;
    }
    ASSERT_TRUE(test.contains("error")) << error.what();
    bool raised = test.at("error").value("raised_by_template", false);
    EXPECT_EQ(error.op() == "raise_exception", raised) << error.what();
    if (raised) {
      EXPECT_EQ(error.message(), test.at("error").at("message").get<std::string>());
    }
  }
}

RenderOptions options_of(const ordered_json& file) {
  RenderOptions options;
  options.now = file.at("now").get<std::string>();
  return options;
}

void check_all(const ordered_json& file) {
  ASSERT_FALSE(file.at("cases").empty());
  for (const auto& test : file.at("cases")) {
    check(test, test.contains("context") ? test.at("context") : file.at("context"), options_of(file));
  }
}

TEST(ChatTemplateGolden, RendersWhatTransformersRenders) { check_all(golden("templates.json")); }

TEST(ChatTemplateGolden, AgreesWithJinja2OnEveryFeature) { check_all(golden("templates-extra.json")); }

TEST(ChatTemplateGolden, RendersTheMannersOfKnownModels) {
  const ordered_json file = golden("templates-styles.json");
  ASSERT_FALSE(file.at("styles").empty());
  for (const auto& style : file.at("styles")) {
    for (ordered_json run : style.at("runs")) {
      run["template"] = style.at("template");
      check(run, file.at("contexts").at(run.at("context").get<size_t>()), options_of(file));
    }
  }
}

}  // namespace
}  // namespace fusebox::text
