#include "fusebox/base/npy.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>

#include "fusebox/base/error.h"
#include "tests/base/temporary_folder.h"

namespace fusebox {
namespace {

std::vector<std::byte> bytes_of(std::string_view text) {
  const auto* first = reinterpret_cast<const std::byte*>(text.data());
  return {first, first + text.size()};
}

template <typename T>
std::vector<std::byte> raw(const std::vector<T>& values) {
  return bytes_of({reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)});
}

// A file of version 1, 2 or 3 with this header and data.
std::string file_of(const std::string& header, const std::string& data, char version = 1) {
  std::string text = std::string("\x93NUMPY") + version + '\0';
  for (int i = 0; i < (version == 1 ? 2 : 4); ++i) text += static_cast<char>(header.size() >> (8 * i));
  return text + header + data;
}

std::string plain(const std::string& descr, const std::string& shape, const std::string& order = "False") {
  return "{'descr': '" + descr + "', 'fortran_order': " + order + ", 'shape': " + shape + ", }\n";
}

NpyArray decode(const std::string& file) { return decode_npy(bytes_of(file), "x.npy"); }

TEST(Npy, ReadsWhatNumPyWrote) {
  const NpyArray logits = read_npy(FUSEBOX_SOURCE_DIR "/tests/golden/smollm2-logits-last.npy");
  EXPECT_EQ(logits.shape.dtype, f32);
  ASSERT_FALSE(logits.shape.dims.empty());
  EXPECT_EQ(logits.shape.dims.back(), 49152);
  EXPECT_EQ(static_cast<int64_t>(logits.data.size()), logits.shape.bytes());
}

TEST(Npy, WritesWhatNumPyWrites) {
  const std::vector<std::byte> file = encode_npy({{3}, i16}, raw<int16_t>({1, -2, 3}));
  std::string want = "{'descr': '<i2', 'fortran_order': False, 'shape': (3,), }";
  want += std::string(128 - 10 - 1 - want.size(), ' ') + '\n';
  EXPECT_EQ(file, bytes_of(file_of(want, std::string("\1\0\xfe\xff\3\0", 6))));
}

TEST(Npy, BringsEveryTypeAndRankBack) {
  const TemporaryFolder folder;
  for (const DType dtype : {i1, i8, i16, i32, i64, u8, u16, u32, u64, f16, f32, f64, c64, c128})
    for (const Dims& dims : {Dims{}, Dims{3}, Dims{2, 3}, Dims{0, 5}, Dims{1, 2, 1, 2}}) {
      ASSERT_TRUE(has_npy_name(dtype));
      const Shape shape{dims, dtype};
      std::vector<std::byte> data(static_cast<size_t>(shape.bytes()));
      for (size_t i = 0; i < data.size(); ++i) data[i] = std::byte(dtype == i1 ? i % 2 : i * 7 + 1);
      write_npy(folder / "x.npy", shape, data);
      const NpyArray back = read_npy(folder / "x.npy");
      EXPECT_EQ(back.shape, shape);
      EXPECT_EQ(back.data, data) << to_string(shape);
    }
}

TEST(Npy, ReadsHeadersHoweverTheyAreWritten) {
  for (const char version : {1, 2, 3})
    EXPECT_EQ(decode(file_of(plain("|u1", "(2,)"), "ab", version)).data, bytes_of("ab"));
  EXPECT_EQ(decode(file_of(R"({"shape":(2L,1),"fortran_order":False,"descr":"=u1"})", "ab")).shape,
            (Shape{{2, 1}, u8}));
  EXPECT_EQ(decode(file_of(plain("|b1", "()"), "\x07")).data, bytes_of("\1"));
}

TEST(Npy, PutsFortransOrderIntoRows) {
  const NpyArray array = decode(file_of(plain("|u1", "(2, 3)", "True"), "adbecf"));
  EXPECT_EQ(array.shape, (Shape{{2, 3}, u8}));
  EXPECT_EQ(array.data, bytes_of("abcdef"));
  EXPECT_EQ(decode(file_of(plain("<i2", "(2, 1, 2)", "True"), "aabbccdd")).data, bytes_of("aaccbbdd"));
}

std::string refusal(const std::string& file, ErrorKind kind = ErrorKind::kInvalidFile) {
  try {
    decode(file);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), kind) << error.what();
    EXPECT_EQ(error.file(), "x.npy");
    return error.what();
  }
  ADD_FAILURE() << "read: " << file.substr(0, 100);
  return {};
}

TEST(Npy, RefusesWhatIsNoWholeFile) {
  const std::string good = file_of(plain("<f4", "(2, 2)"), std::string(16, 'x'));
  ASSERT_EQ(decode(good).data.size(), 16);
  for (size_t size = 0; size < good.size(); ++size) refusal(good.substr(0, size));
  EXPECT_NE(refusal(good.substr(0, good.size() - 4))
                .find("f32[2, 2] takes 16 bytes, 12 are there: the file is cut short"),
            std::string::npos);
  EXPECT_NE(refusal(good + "x").find("17 are there"), std::string::npos);
  EXPECT_NE(refusal("PK\3\4 a zip archive").find("no .npy file"), std::string::npos);
  refusal(file_of(plain("<f4", "(2,)"), std::string(8, 'x'), 4));
}

TEST(Npy, RefusesHeadersThatMakeNoSense) {
  for (const char* shape : {"(2, -1)", "(2", "2", "(2 2)", "(a,)", "(99999999999999999999,)", "[2]"})
    refusal(file_of(plain("|u1", shape), "ab"));
  for (const char* header :
       {"", "{", "{}", "{'descr': '|u1'}", "{'descr': '|u1', 'fortran_order': 0, 'shape': ()}",
        "{'descr': '|u1', 'fortran_order': False, 'shape': ()} x", "{'color': 'red'}", "{'descr"})
    refusal(file_of(header, "a"));
  // Sizes whose product means nothing.
  const std::string huge = "(4294967296, 4294967296, 4294967296)";
  EXPECT_THROW(decode(file_of(plain("<f4", huge), "abcd")), Error);
  EXPECT_NE(refusal(file_of(plain("<f4", "(1000000000000,)"), "abcd")).find("cut short"), std::string::npos);
}

TEST(Npy, RefusesTypesThatItDoesNotRead) {
  for (const char* descr : {">f4", "|O", "<U3", "|V2", "<M8[ns]", "f4", "", "<"})
    EXPECT_NE(
        refusal(file_of(plain(descr, "(1,)"), "abcd"), ErrorKind::kUnsupported).find("want little-endian"),
        std::string::npos)
        << descr;
  refusal(file_of("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", "abcd"),
          ErrorKind::kUnsupported);
  EXPECT_FALSE(has_npy_name(bf16));
  EXPECT_THROW(encode_npy({{1}, bf16}, raw<uint16_t>({0})), Error);
  EXPECT_THROW(encode_npy({{2}, u8}, raw<uint8_t>({0})), Error);
}

TEST(Npy, SaysWhichFileCannotBeReadOrWritten) {
  for (const auto& attempt :
       {+[] { read_npy("/nowhere/x.npy"); }, +[] { write_npy("/nowhere/x.npy", {{}, u8}, bytes_of("a")); }})
    try {
      attempt();
      ADD_FAILURE();
    } catch (const Error& error) {
      EXPECT_EQ(error.file(), "/nowhere/x.npy");
    }
}

}  // namespace
}  // namespace fusebox
