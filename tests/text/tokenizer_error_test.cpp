// Tokenizer files that are broken, hostile or ask for what is not done: an Error that says where, never a
// crash.
#include <gtest/gtest.h>

#include "fusebox/base/error.h"
#include "fusebox/text/tokenizer.h"
#include "tests/checkpoint/file_builders.h"
#include "tokenizer_files.h"

namespace fusebox::text {
namespace {

using Json = nlohmann::ordered_json;

Json small() {
  return Json::parse(R"({"version": "1.0",
    "added_tokens": [{"id": 3, "content": "<end>", "special": true, "normalized": false,
                      "lstrip": false, "rstrip": false, "single_word": false}],
    "normalizer": null,
    "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "use_regex": true},
    "post_processor": null,
    "decoder": {"type": "ByteLevel"},
    "model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2}, "merges": ["a b"]}})");
}

Error error_of(std::string_view text, std::string_view config = {}) {
  try {
    Tokenizer::from_json(text, config, "tiny.json");
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "no error for " << text.substr(0, 300);
  return InternalError("none");
}

// The error for small() with the value at a JSON pointer replaced.
Error error_with(const std::string& pointer, const Json& value) {
  Json json = small();
  json[Json::json_pointer(pointer)] = value;
  return error_of(json.dump());
}

void expect(const Error& error, ErrorKind kind, std::string_view fragment) {
  EXPECT_EQ(error.kind(), kind) << error.what();
  EXPECT_EQ(error.file(), "tiny.json");
  EXPECT_NE(error.message().find(fragment), std::string::npos) << error.what() << "\n  lacks: " << fragment;
}

TEST(TokenizerErrors, TheSmallOneIsGood) {
  const auto tokenizer = Tokenizer::from_json(small().dump());
  EXPECT_EQ(tokenizer->encode("ab<end>a?"), (std::vector<int32_t>{2, 3, 0}));
  EXPECT_EQ(tokenizer->encode(""), std::vector<int32_t>());
  EXPECT_EQ(tokenizer->decode(std::vector<int32_t>{2, -1, 4, 99, 3}), "ab<end>");
}

TEST(TokenizerErrors, WhatIsNotJsonIsRefusedWithItsOffset) {
  const std::string good = small().dump();
  for (size_t length = 0; length < good.size(); length++) {
    const Error error = error_of(std::string_view(good).substr(0, length));
    EXPECT_EQ(error.kind(), ErrorKind::kInvalidFile);
    EXPECT_LE(error.offset().value_or(length + 1), length) << error.what();
  }
  EXPECT_EQ(error_of(good + "x").offset(), good.size());
  EXPECT_EQ(error_of("{\"version\": \"1.\xFF\"}").offset(), 15u);
  EXPECT_EQ(error_of(R"({"version": "\ud800"})").kind(), ErrorKind::kInvalidFile);
  EXPECT_EQ(error_of(R"({"model": {"vocab": {"\ud800": 1}}})").offset(), 28u);
}

TEST(TokenizerErrors, DeepJsonIsRefused) {
  const std::string deep(1'000'000, '[');
  for (const std::string& text : {deep, "{\"normalizer\":" + deep, "{\"model\":{\"x\":" + deep,
                                  "{\"added_tokens\":[{\"x\":" + deep, "{\"model\":{\"merges\":" + deep}) {
    EXPECT_EQ(error_of(text).kind(), ErrorKind::kInvalidFile);
  }
}

TEST(TokenizerErrors, WrongTypesAreRefusedWithTheirPlace) {
  const auto invalid = [](const std::string& pointer, const Json& value, std::string_view fragment) {
    SCOPED_TRACE(pointer + " = " + value.dump());
    expect(error_with(pointer, value), ErrorKind::kInvalidFile, fragment);
  };
  invalid("/model", nullptr, "model");
  invalid("/model/vocab", 3, "'{'");
  invalid("/model/vocab/a", "x", "whole number");
  invalid("/model/vocab/a", -1, "whole number");
  invalid("/model/vocab/a", 1.5, "whole number");
  invalid("/model/merges", {{"a", "b", "ab"}}, "merge of two tokens");
  invalid("/model/merges", {"ab"}, "\"left right\"");
  invalid("/model/merges", {3}, "'['");
  invalid("/model/ignore_merges", 1, "model.ignore_merges: want true or false");
  invalid("/model/unk_token", "<none>", "model.unk_token: no token");
  invalid("/added_tokens/0/special", "yes", "true or false");
  invalid("/added_tokens/0", Json::object(), "without \"content\"");
  invalid("/pre_tokenizer", 7, "pre_tokenizer: want an object");
  invalid("/pre_tokenizer", {{"type", "Split"}}, "pre_tokenizer: \"pattern\" is missing");
  invalid("/pre_tokenizer", {{"type", "Sequence"}, {"pretokenizers", {{{"type", "Digits"}}}}},
          "pre_tokenizer.pretokenizers[0]: \"individual_digits\" is missing");
  invalid("/decoder", {{"type", "Strip"}, {"content", "ab"}, {"start", 1}, {"stop", 0}}, "one character");
  invalid("/post_processor",
          {{"type", "TemplateProcessing"},
           {"single", {{{"SpecialToken", {{"id", "x"}}}}, {{"Sequence", {{"id", "A"}}}}}},
           {"special_tokens", {{"x", {{"ids", {99}}}}}}},
          "no token has the id 99");
  expect(error_of(small().dump(), "[]").file("tiny.json"), ErrorKind::kInvalidFile, "object");
}

TEST(TokenizerErrors, IdsThatContradictEachOtherAreRefused) {
  expect(error_with("/model/vocab/b", 0), ErrorKind::kInvalidFile, "same id 0");
  expect(error_with("/model/vocab/b", 4'000'000'000), ErrorKind::kInvalidFile, "far beyond");
  expect(error_with("/model/vocab/b", 9'000'000'000'000'000'000u), ErrorKind::kInvalidFile, "far beyond");
  expect(error_with("/added_tokens/0/id", 2), ErrorKind::kInvalidFile, "has id 2 in the list");
  expect(error_with("/model/merges", {"a c"}), ErrorKind::kInvalidFile,
         "model.merges[0] is \"a\" with \"c\"");
  expect(error_with("/model/merges", {"a b", "b a"}), ErrorKind::kInvalidFile, "\"ba\" is no token");
  std::string twice = small().dump();
  twice.insert(twice.find("\"b\":"), "\"a\":3,");
  expect(error_of(twice), ErrorKind::kInvalidFile, "two ids");
}

TEST(TokenizerErrors, WhatIsNotDoneIsNamed) {
  const auto unsupported = [](const std::string& pointer, const Json& value, std::string_view fragment) {
    SCOPED_TRACE(pointer + " = " + value.dump());
    expect(error_with(pointer, value), ErrorKind::kUnsupported, fragment);
  };
  const Json unknown = {{"type", "Mystery"}};
  const auto split = [](std::string_view regex) -> Json {
    return {{"type", "Split"}, {"pattern", {{"Regex", regex}}}, {"behavior", "Isolated"}, {"invert", false}};
  };
  unsupported("/model/type", "WordPiece", "model: component \"WordPiece\"");
  unsupported("/model/vocab", Json::array({{"a", -1.0}}), "Unigram");
  unsupported("/model/dropout", 0.1, "dropout");
  unsupported("/normalizer", unknown,
              "normalizer: component \"Mystery\" is not supported; done are Sequence, NFC");
  unsupported("/pre_tokenizer", unknown, "pre_tokenizer: component \"Mystery\"");
  unsupported("/post_processor", unknown, "post_processor: component \"Mystery\"");
  unsupported("/decoder", unknown, "decoder: component \"Mystery\"");
  unsupported("/decoder",
              {{"type", "Sequence"}, {"decoders", {{{"type", "ByteLevel"}}, {{"type", "Fuse"}}, unknown}}},
              "decoder.decoders[2]: component \"Mystery\"");
  unsupported("/version", "2.0", "version");
  unsupported("/pre_tokenizer", split("[a-z&&[^x]]"), "pre_tokenizer.pattern");
  unsupported("/pre_tokenizer", split("[a-z&&[^x]]"), "intersection");
  unsupported("/pre_tokenizer", split("(unclosed"), "does not compile");
  unsupported("/pre_tokenizer", split("\\p{Klingon}"), "does not compile");
}

TEST(TokenizerErrors, ARegexThatBacktracksWithoutEndIsAnError) {
  Json json = small();
  json["pre_tokenizer"] = {{"type", "Split"},
                           {"pattern", {{"Regex", "(a|a|b)*[cd]"}}},
                           {"behavior", "Isolated"},
                           {"invert", false}};
  const auto tokenizer = Tokenizer::from_json(json.dump());
  EXPECT_EQ(tokenizer->encode("ab"), std::vector<int32_t>{2});
  EXPECT_THROW(tokenizer->encode(std::string(64, 'a')), Error);
}

TEST(TokenizerErrors, MissingFilesAreNotFound) {
  const auto folder = test_folder("no-tokenizer");
  for (const auto& path : {folder.string(), (folder / "none").string()}) {
    try {
      Tokenizer::open(path);
      ADD_FAILURE();
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kNotFound);
      EXPECT_EQ(error.file(), path);
    }
  }
}

struct GgufParts {
  std::string model = "gpt2", pre = "gpt-2";
  std::vector<std::string> tokens = {"a", "b", "ab", "<end>"}, merges = {"a b"};
  std::vector<int32_t> types = {1, 1, 1, 3};  // normal, and one control token
  uint32_t eos = 3;
};

std::string write_gguf(const GgufParts& parts) {
  constexpr uint32_t kInt32 = 5;
  GgufBuilder gguf;
  gguf.text("tokenizer.ggml.model", parts.model).text("tokenizer.ggml.pre", parts.pre);
  gguf.texts("tokenizer.ggml.tokens", parts.tokens).texts("tokenizer.ggml.merges", parts.merges);
  gguf.numbers("tokenizer.ggml.token_type", kInt32, parts.types);
  gguf.u32("tokenizer.ggml.eos_token_id", parts.eos);
  const auto path = test_folder("tiny-gguf") / "tiny.gguf";
  write_text(path, gguf.bytes());
  return path.string();
}

void expect_gguf_error(const GgufParts& parts, ErrorKind kind, std::string_view fragment) {
  const std::string path = write_gguf(parts);
  try {
    Tokenizer::open(path, {.cache = nullptr});
    ADD_FAILURE() << "no error; wanted " << fragment;
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), kind) << error.what();
    EXPECT_EQ(error.file(), path);
    EXPECT_NE(error.message().find(fragment), std::string::npos) << error.what();
  }
}

TEST(TokenizerErrors, GgufMetadataIsCheckedToo) {
  const auto tokenizer = Tokenizer::open(write_gguf({}), {.cache = nullptr});
  EXPECT_EQ(tokenizer->encode("ab<end>"), (std::vector<int32_t>{2, 3}));
  EXPECT_EQ(tokenizer->eos_ids(), std::vector<int32_t>{3});

  expect_gguf_error({.model = "llama"}, ErrorKind::kUnsupported, "tokenizer.ggml.model is \"llama\"");
  expect_gguf_error({.pre = "brand-new"}, ErrorKind::kUnsupported, "\"brand-new\"; known are default, gpt-2");
  expect_gguf_error({.types = {1, 1}}, ErrorKind::kInvalidFile, "2 entries for 4 tokens");
  expect_gguf_error({.eos = 17}, ErrorKind::kInvalidFile, "eos_token_id is 17");
  expect_gguf_error({.tokens = {"a", "a", "ab", "<end>"}}, ErrorKind::kInvalidFile, "two ids");
  expect_gguf_error({.tokens = {"a", "b", "ab", "\xFF"}}, ErrorKind::kInvalidFile, "tokens[3] is not UTF-8");
  expect_gguf_error({.merges = {"ab"}}, ErrorKind::kInvalidFile, "merges[0]");
  expect_gguf_error({.merges = {"a x"}}, ErrorKind::kInvalidFile, "\"x\" is no token");
}

}  // namespace
}  // namespace fusebox::text
