// Artifacts: whole files come back as they were, every other file is refused with the byte where it goes
// wrong.
#include "fusebox/runtime/artifact.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <xxhash.h>

#include "tests/base/temporary_folder.h"
#include "tests/checkpoint/expect_error.h"
#include "tests/checkpoint/file_builders.h"
#include "tests/runtime/cpu_device.h"

namespace fusebox {
namespace {

using nlohmann::ordered_json;

std::vector<std::byte> bytes_of(std::string_view text) {
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

Artifact small_artifact() {
  Artifact artifact;
  artifact.identity.parts = {{"platform", "cpu"}, {"processor", "abacus"}};
  artifact.meta["name"] = "small";
  artifact.sections = {{"a", bytes_of("first")}, {"b", bytes_of("")}, {"c", bytes_of("third")}};
  return artifact;
}

// A file whose header has a right checksum, whatever it says.
std::vector<std::byte> with_header(std::string_view header, std::string_view payload = "") {
  return bytes_of("FUSEBOX\1" + raw_number<uint64_t>(header.size()) +
                  raw_number<uint64_t>(XXH3_64bits(header.data(), header.size())) + std::string(header) +
                  std::string(payload));
}

TEST(Artifact, ComesBackAsItWas) {
  const Artifact artifact = small_artifact();
  const Artifact back = Artifact::decode(artifact.encode(), "small");
  EXPECT_EQ(back.identity, artifact.identity);
  EXPECT_EQ(back.meta, artifact.meta);
  EXPECT_EQ(back.sections, artifact.sections);
  EXPECT_EQ(error_of([&] { back.section("d"); }).kind(), ErrorKind::kInvalidFile);
}

TEST(Artifact, CutShortAnywhereIsRefused) {
  const std::vector<std::byte> whole = small_artifact().encode();
  for (size_t size = 0; size < whole.size(); ++size) {
    const Error error = error_of([&] { Artifact::decode(std::span(whole).first(size), "cut"); });
    ASSERT_EQ(error.kind(), ErrorKind::kInvalidFile) << size;
    ASSERT_EQ(error.file(), "cut");
    ASSERT_TRUE(error.offset().has_value());
  }
}

TEST(Artifact, ChangedAnywhereIsRefused) {
  const std::vector<std::byte> whole = small_artifact().encode();
  for (size_t at = 0; at < whole.size(); ++at) {
    std::vector<std::byte> changed = whole;
    changed[at] ^= std::byte{4};
    ASSERT_EQ(error_of([&] { Artifact::decode(changed, "changed"); }).kind(), ErrorKind::kInvalidFile) << at;
  }
}

TEST(Artifact, HeadersThatLieAreRefused) {
  const auto message = [](std::string_view header) {
    const Error error = error_of([&] { Artifact::decode(with_header(header, "payload"), "lie"); });
    EXPECT_EQ(error.kind(), ErrorKind::kInvalidFile) << header;
    return error.message();
  };
  const auto section = [](std::string_view entry) {
    return fmt::format(R"({{"identity":{{}},"meta":{{}},"sections":[{}]}})", entry);
  };
  EXPECT_NO_THROW(Artifact::decode(with_header(section("")), "fine"));
  message("");
  message("[]");
  message("{}");
  message("not json");
  message(R"({"identity":{"a":1},"meta":{},"sections":[]})");
  message(R"({"identity":{},"meta":{},"sections":{"a":1}})");
  message(section("1"));
  message(section(R"({"name":"a","offset":"0","size":1,"checksum":""})"));
  EXPECT_TRUE(contains(message(section(R"({"name":"a","offset":0,"size":8,"checksum":""})")), "cut short"));
  EXPECT_TRUE(contains(
      message(section(R"({"name":"a","offset":18446744073709551615,"size":2,"checksum":""})")), "cut short"));
  EXPECT_TRUE(contains(
      message(section(R"({"name":"a","offset":2,"size":18446744073709551615,"checksum":""})")), "cut short"));
  EXPECT_TRUE(contains(message(section(R"({"name":"a","offset":0,"size":7,"checksum":"00"})")), "checksum"));
  std::string deep(100000, '[');
  message(deep);
  const std::string all = fmt::format("{:016x}", XXH3_64bits("payload", 7));
  const std::string twice = fmt::format(R"({{"name":"a","offset":0,"size":7,"checksum":"{0}"}},)"
                                        R"({{"name":"b","offset":0,"size":7,"checksum":"{0}"}})",
                                        all);
  EXPECT_EQ(message(section(twice)), "section 'b' begins at byte 0, within another");
}

TEST(Artifact, IsWholeOrAbsent) {
  const TemporaryFolder folder;
  small_artifact().save(folder / "a");
  small_artifact().save(folder / "a");  // over the old one
  EXPECT_EQ(Artifact::load(folder / "a").meta["name"], "small");
  const auto files = std::distance(std::filesystem::directory_iterator(folder.path()), {});
  EXPECT_EQ(files, 1);
  const Error nowhere = error_of([&] { small_artifact().save(folder / "no/such/folder/a"); });
  EXPECT_EQ(nowhere.kind(), ErrorKind::kIo);
  EXPECT_EQ(nowhere.file(), folder / "no/such/folder/a");
  EXPECT_EQ(error_of([&] { small_artifact().save("/dev/full/a"); }).kind(), ErrorKind::kIo);
  EXPECT_EQ(error_of([&] { Artifact::load(folder / "b"); }).kind(), ErrorKind::kNotFound);
}

TEST(Artifact, IsToldFromOtherFiles) {
  const TemporaryFolder folder;
  small_artifact().save(folder / "a");
  EXPECT_TRUE(Artifact::is_artifact(folder / "a"));
  EXPECT_FALSE(Artifact::is_artifact(folder.write("short", "FUSE")));
  EXPECT_FALSE(Artifact::is_artifact(folder.write("other", "GGUF and more")));
  EXPECT_FALSE(Artifact::is_artifact(folder / "absent"));
  EXPECT_FALSE(Artifact::is_artifact(folder.path()));
  ASSERT_EQ(mkfifo((folder / "pipe").c_str(), 0600), 0);
  EXPECT_FALSE(Artifact::is_artifact(folder / "pipe"));  // and does not wait
}

TEST(Identity, SaysWhatDiffers) {
  const Identity file{{{"a", "1"}, {"b", "same"}, {"gone", "x"}}},
      here{{{"a", "2"}, {"b", "same"}, {"new", "y"}}};
  EXPECT_EQ(
      file.differences(here),
      "a: the file has 1, this is 2; gone: the file has x, this is none; new: the file has none, this is y");
  EXPECT_EQ(file.differences(file), "");
}

struct StateAndOther {
  Tensor state, other;
};

TEST(Signature, ComesBackAsItWas) {
  const TracedProgram program = trace("main", [](TraceCx& cx) {
    const Tensor state = cx.input("state", Shape{{4}, f32}, {.donate = true});
    return StateAndOther{state + 1, cx.input("x", {2, 3}, i32) * 2};
  });
  const Signature back = signature_from_json(to_json(program.signature));
  EXPECT_EQ(to_json(back), to_json(program.signature));
  EXPECT_EQ(back.find("x")->shape, (Shape{{2, 3}, i32}));
  EXPECT_TRUE(back.find("state")->alias_output.has_value());
}

TEST(Signature, ThatIsNoneIsRefused) {
  for (
      const char* text :
      {"null", "[]", "{}", R"({"parameters": [], "outputs": 1})", R"({"parameters": [1], "outputs": []})",
       R"({"parameters": [{"name": "x", "dtype": "f33", "dims": [], "kind": "input"}], "outputs": []})",
       R"({"parameters": [{"name": "x", "dtype": "f32", "dims": [-1], "kind": "input"}], "outputs": []})",
       R"({"parameters": [{"name": "x", "dtype": "f32", "dims": [4294967296, 4294967296], "kind": "input"}], "outputs": []})",
       R"({"parameters": [{"name": "w", "dtype": "ui8", "dims": [1, 34], "kind": "weight", "format": "Q9_9"}], "outputs": []})",
       R"({"parameters": [{"name": "w", "dtype": "ui8", "dims": [1, 34], "kind": "weight", "format": 8}], "outputs": []})",
       R"({"parameters": [{"name": "x", "dtype": "f32", "dims": "2", "kind": "input"}], "outputs": []})",
       R"({"parameters": [{"name": "x", "dtype": "f32", "dims": [], "kind": "input", "alias_output": 0}],
           "outputs": []})",
       R"({"parameters": [{"name": "x", "dtype": "f32", "dims": [], "kind": "input", "alias_output": -1}],
           "outputs": [{"name": "x", "dtype": "f32", "dims": []}]})",
       R"({"parameters": [{"name": "x", "dtype": "f32", "dims": [], "kind": "input", "alias_output": 0}],
           "outputs": [{"name": "x", "dtype": "f32", "dims": [1]}]})",
       R"({"parameters": [{"name": "x", "dtype": "f32", "dims": [], "kind": "weight", "alias_output": 0}],
           "outputs": [{"name": "x", "dtype": "f32", "dims": []}]})",
       R"({"parameters": [{"name": "x", "dtype": "f32", "dims": [], "kind": "input", "alias_output": 0},
                          {"name": "y", "dtype": "f32", "dims": [], "kind": "input", "alias_output": 0}],
           "outputs": [{"name": "x", "dtype": "f32", "dims": []}]})"})
    EXPECT_EQ(error_of([&] { signature_from_json(ordered_json::parse(text)); }).kind(),
              ErrorKind::kInvalidFile)
        << text;
}

CompiledModel doubling() {
  return cpu().compile("double", [](TraceCx& cx) { return cx.input("x", {3}, f32) * 2; });
}

TEST(CompiledModel, IsSavedAndLoaded) {
  const TemporaryFolder folder;
  doubling().save(folder / "double");
  const CompiledModel loaded = cpu().load_artifact(folder / "double");
  const std::vector<float> x = {1, 2, 3};
  EXPECT_EQ(session_without_weights(loaded).run({{"x", x}})[0].to_floats(), (std::vector<float>{2, 4, 6}));
}

TEST(CompiledModel, OfAnotherMachineIsRefused) {
  const TemporaryFolder folder;
  Artifact artifact = doubling().to_artifact();
  artifact.identity.parts["processor"] = "abacus";
  artifact.identity.parts.erase("threads");
  artifact.save(folder / "foreign");
  const Error error = error_of([&] { cpu().load_artifact(folder / "foreign"); });
  EXPECT_EQ(error.kind(), ErrorKind::kIncompatible);
  EXPECT_EQ(error.file(), folder / "foreign");
  EXPECT_TRUE(contains(error.message(), "processor: the file has abacus, this is ")) << error.what();
  EXPECT_TRUE(contains(error.message(), "threads: the file has none")) << error.what();
  EXPECT_TRUE(contains(error.hint(), "compile it again")) << error.what();
}

TEST(CompiledModel, WithoutItsPartsIsRefused) {
  const auto refused = [](const auto& spoil) {
    Artifact artifact = doubling().to_artifact();
    spoil(artifact);
    const Error error = error_of([&] { cpu().from_artifact(artifact, "spoilt"); });
    EXPECT_EQ(error.file(), "spoilt") << error.what();
    return error.kind();
  };
  EXPECT_EQ(refused([](Artifact& a) { a.meta.erase("signature"); }), ErrorKind::kInvalidFile);
  EXPECT_EQ(refused([](Artifact& a) { a.meta["signature"] = 5; }), ErrorKind::kInvalidFile);
  EXPECT_EQ(refused([](Artifact& a) { a.meta["signature"]["outputs"].clear(); }), ErrorKind::kInvalidFile);
  EXPECT_EQ(refused([](Artifact& a) { a.sections.clear(); }), ErrorKind::kInvalidFile);
  EXPECT_EQ(refused([](Artifact& a) { a.sections["executable"] = bytes_of("no program"); }),
            ErrorKind::kPlugin);
}

}  // namespace
}  // namespace fusebox
