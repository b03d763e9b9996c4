#include "fusebox/text/chat_template.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <thread>

#include "fusebox/base/error.h"

namespace fusebox::text {
namespace {

using nlohmann::ordered_json;

std::string render(const std::string& source, const ordered_json& variables = ordered_json::object(),
                   const RenderOptions& options = {}) {
  return ChatTemplate::parse(source, "test").render(variables, options);
}

Error error_of(const std::string& source, const ordered_json& variables = ordered_json::object(),
               const RenderOptions& options = {}) {
  try {
    std::string text = render(source, variables, options);
    ADD_FAILURE() << "no error, but: " << text.substr(0, 200);
  } catch (const Error& error) {
    return error;
  }
  return Error(ErrorKind::kInternal, "");
}

TEST(ChatTemplate, TurnsAConversationIntoAPrompt) {
  ChatVariables chat;
  chat.messages = {{{"role", "user"}, {"content", "Hello"}}};
  chat.bos_token = "<s>";
  chat.extra = {{"enable_thinking", false}};
  EXPECT_EQ(render("{{ bos_token }}{% for m in messages %}[{{ m.role }}] {{ m.content }}\n{% endfor %}"
                   "{% if add_generation_prompt %}[assistant]{% if not enable_thinking %} (at once){% endif "
                   "%}{% endif %}",
                   chat.to_json()),
            "<s>[user] Hello\n[assistant] (at once)");
}

TEST(ChatTemplate, GivesToolsAndDocumentsAsNoneIfThereAreNone) {
  EXPECT_EQ(render("{{ tools is none }}{{ documents }}{{ eos_token is defined }}", ChatVariables().to_json()),
            "TrueNoneFalse");
}

TEST(ChatTemplate, PassesOnTheTemplatesOwnErrorWordForWord) {
  Error error = error_of("{{ raise_exception('Roles must alternate: ' ~ [1]) }}");
  EXPECT_EQ(error.message(), "Roles must alternate: [1]");
  EXPECT_EQ(error.op(), "raise_exception");
  EXPECT_EQ(error.kind(), ErrorKind::kInvalidArgument);
}

TEST(ChatTemplate, SaysWhereAMistakeIs) {
  EXPECT_STREQ(error_of("ok\nüü {{ x | nosuch }}").what(),
               "test: line 2, column 11: No filter named 'nosuch'.");
  EXPECT_STREQ(error_of("{% if x %}\n  {{ messages[0].role.y.z }}{% endif %}",
                        {{"x", 1}, {"messages", {{{"role", "u"}}}}})
                   .what(),
               "test: line 2, column 24: 'str object' has no attribute 'y'");
  EXPECT_STREQ(error_of("{{ 1 is nosuch }}").what(), "test: line 1, column 9: No test named 'nosuch'.");
  EXPECT_STREQ(error_of("{{ nosuch(1) }}").what(), "test: line 1, column 10: 'nosuch' is undefined");
  EXPECT_STREQ(error_of("{% frobnicate %}").what(),
               "test: line 1, column 4: Encountered unknown tag 'frobnicate'.");
  EXPECT_STREQ(error_of("a\r\nb\r{{ 1 + }}").what(),
               "test: line 3, column 8: expected token 'an expression', got 'end of print statement'");
}

TEST(ChatTemplate, RefusesByNameWhatItHasNoUseFor) {
  for (const char* source :
       {"{% include 'x' %}", "{% import 'x' as y %}", "{% from 'x' import y %}", "{% extends 'x' %}",
        "{% block x %}{% endblock %}", "{% autoescape true %}{% endautoescape %}", "{{ lipsum() }}"}) {
    EXPECT_EQ(error_of(source).kind(), ErrorKind::kUnsupported) << source;
  }
}

TEST(ChatTemplate, FormatsTheTimeItIsGiven) {
  RenderOptions options;
  options.now = "2024-02-29T23:59:07.25";
  EXPECT_EQ(render("{{ strftime_now('%d %b %Y %H:%M:%S.%f %j') }}", {}, options),
            "29 Feb 2024 23:59:07.250000 060");
  EXPECT_EQ(render("{{ strftime_now('%Y')|length }}"), "4");
  options.now = "yesterday";
  EXPECT_NE(
      std::string(error_of("{{ strftime_now('%Y') }}", {}, options).what()).find("'yesterday' is not a time"),
      std::string::npos);
}

// An attacker's templates: each asks for more time, memory or stack than there is.
TEST(ChatTemplateLimits, EndsWhatWouldNotEnd) {
  for (const char* source : {
           "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
           "{% for a in range(99999) %}{% set x = range(99999)|list %}{% endfor %}",
           "{% set ns = namespace(x=[1]) %}{% for a in range(99) %}{% set ns.x = ns.x + ns.x %}{% endfor %}",
           "{% set ns = namespace(x='ab') %}{% for a in range(99999) %}{% set ns.x = ns.x.upper() * 9 %}{% "
           "endfor %}",
           "{% set ns = namespace(x='a') %}{% for a in range(99999) %}{% set ns.x = ns.x ~ ns.x %}{% endfor "
           "%}",
           "{{ 'a' * 99999999999 }}",
           "{{ [1] * 99999999999 }}",
           "{{ [1] * 9223372036854775807 }}",
           "{{ 'a'.ljust(99999999999) }}",
           "{{ '%99999999999d' % 1 }}",
           "{{ '{:99999999999}'.format(1) }}",
           "{{ ('x' * 9999999).replace('', 'y' * 9999) }}",
           "{{ (['x' * 999999] * 99)|join('y' * 999999) }}",
           "{{ 'a\\n'|indent(99999999999) }}",
           "{{ [1]|batch(99999999999, 2)|list }}",
           "{{ [1]|slice(99999999999)|list }}",
           "{% for a in range(99999) %}{{ 'abcdefghijklmnopqrstuvwxyz' * 99 }}{% endfor %}",
           "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
           "{% macro a() %}{% call a() %}{{ caller() }}{% endcall %}{{ caller }}{% endmacro %}{% call a() "
           "%}{% endcall %}",
           "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}",
           "{% set ns = namespace() %}{% set ns.self = ns %}{{ ns }}",
           "{% set ns = namespace(x=1) %}{% for a in range(999) %}{% set ns.x = [ns.x] %}{% endfor %}{{ ns.x "
           "}}",
           "{% set ns = namespace(x=[1]) %}{% for a in range(9999) %}{% set ns.x = ns.x|map('string') %}{% "
           "endfor %}{{ ns.x|list }}",
           "{{ range(100001) }}",
           "{{ 9223372036854775807 + 1 }}",
           "{{ 99999999999999999999 }}",
           "{{ 10 ** 100 }}",
           "{{ (-1e300)|filesizeformat }}",
       }) {
    Error error = error_of(source);
    EXPECT_EQ(error.kind(), ErrorKind::kInvalidArgument) << source;
    static const std::regex kLimits("steps|longer than|nested more than|64 bits|Range too big|that large");
    EXPECT_TRUE(std::regex_search(error.message(), kLimits)) << source << "\n" << error.what();
  }
}

TEST(ChatTemplateLimits, AreTheCallers) {
  RenderOptions few;
  few.steps = 100;
  EXPECT_EQ(render("{% for a in range(5) %}{{ a }}{% endfor %}", {}, few), "01234");
  Error steps = error_of("{% for a in range(50) %}{{ a }}{% endfor %}", {}, few);
  EXPECT_NE(steps.message().find("more than 100 steps"), std::string::npos) << steps.what();
  EXPECT_NE(steps.hint().find("RenderOptions::steps"), std::string::npos);
  RenderOptions narrow;
  narrow.output_bytes = 10;
  EXPECT_EQ(render("0123456789", {}, narrow), "0123456789");
  EXPECT_NE(error_of("0123456789{{ 1 }}", {}, narrow).message().find("longer than 10 bytes"),
            std::string::npos);
  RenderOptions flat;
  flat.depth = 20;
  EXPECT_NE(error_of("{{ ((((((((((1+1)+1)+1)+1)+1)+1)+1)+1)+1)+1)+1+1+1+1+1+1+1+1+1+1+1 }}", {}, flat)
                .message()
                .find("more than 20 deep"),
            std::string::npos);
}

TEST(ChatTemplateLimits, BoundTheNestingOfTheSource) {
  auto nested = [](const std::string& open, const std::string& middle, const std::string& close, int count) {
    std::string source;
    for (int i = 0; i < count; ++i) source += open;
    source += middle;
    for (int i = 0; i < count; ++i) source += close;
    return source;
  };
  EXPECT_EQ(render("{{ " + nested("(", "1", ")", 100) + " }}"), "1");
  EXPECT_EQ(render(nested("{% if 1 %}", "x", "{% endif %}", 100)), "x");
  for (int count : {1000, 100000}) {
    for (const std::string& source :
         {"{{ " + nested("(", "1", ")", count) + " }}", "{{ " + nested("[", "1", "]", count) + " }}",
          "{{ " + nested("not ", "1", "", count) + " }}", "{{ " + nested("-", "1", "", count) + " }}",
          "{{ 1" + nested("+1", "", "", count) + " }}", "{{ 1" + nested("|abs", "", "", count) + " }}",
          "{{ a" + nested(".a", "", "", count) + " }}",
          "{{ 1" + nested(" if 1 else 1", "", "", count) + " }}",
          "{{ 1" + nested(" and 1", "", "", count) + " }}", nested("{% if 1 %}", "x", "{% endif %}", count),
          nested("{% for a in b %}", "x", "{% endfor %}", count),
          "{% set " + nested("(", "a", ")", count) + " = 1 %}"}) {
      EXPECT_NE(error_of(source).message().find("deep"), std::string::npos) << source.substr(0, 60);
    }
  }
}

TEST(ChatTemplateLimits, RefuseVariablesNoTemplateCanUse) {
  ordered_json deep = 1;
  for (int i = 0; i < 1000; ++i) deep = ordered_json::array({deep});
  EXPECT_NE(error_of("x", {{"v", deep}}).message().find("nested more than 200 deep"), std::string::npos);
  EXPECT_NE(error_of("x", {{"v", "\xff"}}).message().find("not valid UTF-8"), std::string::npos);
  EXPECT_NE(error_of("x", {{"v", UINT64_MAX}}).message().find("64 bits"), std::string::npos);
  EXPECT_NE(error_of("x", ordered_json::array()).message().find("must be a JSON object"), std::string::npos);
  EXPECT_NE(error_of("\xc3").message().find("not valid UTF-8"), std::string::npos);
}

TEST(ChatTemplate, RendersOnManyThreadsAtOnce) {
  auto chat = ChatTemplate::parse(
      "{% for i in range(50) %}{{ 'const' ~ i }}{{ [1, 'a', {'k': v}] }}{% endfor %}", "test");
  std::string want = chat.render({{"v", "x"}});
  std::vector<std::thread> threads;
  std::vector<std::string> got(8);
  for (auto& text : got) threads.emplace_back([&] { text = chat.render({{"v", "x"}}); });
  for (auto& thread : threads) thread.join();
  for (const auto& text : got) EXPECT_EQ(text, want);
}

class ChatTemplateFiles : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() / ("fusebox-template-" + std::to_string(getpid()));
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name, std::ios::binary) << text;
    return folder_ / name;
  }
  Error find_error(const std::filesystem::path& path) {
    try {
      find_chat_template(path);
      ADD_FAILURE() << "no error for " << path;
    } catch (const Error& error) {
      return error;
    }
    return Error(ErrorKind::kInternal, "");
  }

  std::filesystem::path folder_;
};

TEST_F(ChatTemplateFiles, FindsTheTemplateOfAFolder) {
  EXPECT_FALSE(find_chat_template(folder_));
  write("tokenizer_config.json", R"({"bos_token": "<s>"})");
  EXPECT_FALSE(find_chat_template(folder_));
  write("tokenizer_config.json", R"({"chat_template": "from config"})");
  EXPECT_EQ(find_chat_template(folder_)->render(ordered_json::object()), "from config");
  write(
      "tokenizer_config.json",
      R"({"chat_template": [{"name": "tool_use", "template": "tools"}, {"name": "default", "template": "plain"}]})");
  EXPECT_EQ(find_chat_template(folder_)->render(ordered_json::object()), "plain");
  write("chat_template.jinja", "from {{ 'file' }}\n");
  EXPECT_EQ(find_chat_template(folder_)->render(ordered_json::object()), "from file");
  EXPECT_EQ(find_chat_template(folder_ / "tokenizer_config.json")->source(), "plain");
  EXPECT_EQ(find_chat_template(folder_ / "chat_template.jinja")->source(), "from {{ 'file' }}\n");
}

TEST_F(ChatTemplateFiles, NamesTheFileThatIsWrong) {
  EXPECT_EQ(find_error(folder_ / "nothing").kind(), ErrorKind::kNotFound);
  for (const char* text : {"", "{", "[]", R"({"chat_template": 5})", R"({"chat_template": [5]})",
                           R"({"chat_template": [{"name": "rag", "template": ""}]})"}) {
    auto path = write("tokenizer_config.json", text);
    Error error = find_error(path);
    EXPECT_EQ(error.kind(), ErrorKind::kInvalidFile) << text;
    EXPECT_EQ(error.file(), path.string()) << text;
  }
  write("tokenizer_config.json", R"({"chat_template": )");
  EXPECT_EQ(find_error(folder_).offset(), 18u);  // where it ends
  auto path = write("chat_template.jinja", "{% if %}");
  EXPECT_EQ(find_error(folder_).file(), path.string());
}

// What is read twice, to see what it is and then for good, must be there twice; and nothing may wait.
TEST_F(ChatTemplateFiles, RefusesPipes) {
  const std::filesystem::path pipe = folder_ / "pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(find_error(pipe).kind(), ErrorKind::kIo);
}

TEST(ChatTemplateGguf, IsReadFromTheModelFile) {
  auto chat = find_chat_template(std::string(FUSEBOX_ASSETS_DIR) + "/SmolLM2-135M-Instruct.Q4_1.gguf");
  ASSERT_TRUE(chat);
  ChatVariables variables;
  variables.messages = {{{"role", "system"}, {"content", ""}}, {{"role", "user"}, {"content", "Hi"}}};
  EXPECT_EQ(chat->render(variables.to_json()),
            "<|im_start|>system\n<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n");
}

}  // namespace
}  // namespace fusebox::text
