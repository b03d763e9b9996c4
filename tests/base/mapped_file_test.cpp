#include "fusebox/base/mapped_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <csignal>
#include <cstring>
#include <filesystem>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

#include "fusebox/base/error.h"
#include "tests/base/temporary_folder.h"

namespace fusebox {
namespace {

size_t sum_of(const MappedFile& file) {
  size_t sum = 0;
  file.guarded_read([&] {
    for (const std::byte byte : file.bytes()) sum += static_cast<size_t>(byte);
  });
  return sum;
}

TEST(MappedFile, ShowsAFilesBytes) {
  const TemporaryFolder folder;
  const MappedFile file = MappedFile::open(folder.write("f", std::string(10000, '\2')));
  EXPECT_EQ(file.bytes().size(), 10000u);
  EXPECT_EQ(sum_of(file), 20000u);
  EXPECT_EQ(sum_of(file.slice(9000, 1000)), 2000u);
  EXPECT_THROW(file.slice(9000, 1001), Error);
  EXPECT_EQ(MappedFile::open(folder.write("empty", "")).bytes().size(), 0u);
}

TEST(MappedFile, BringsReleasedPagesBack) {
  const TemporaryFolder folder;
  const MappedFile file = MappedFile::open(folder.write("f", std::string(100000, '\2')));
  EXPECT_EQ(sum_of(file), 200000u);
  file.release(file.bytes().subspan(10, 90000));
  EXPECT_EQ(sum_of(file), 200000u);
  // Bytes that are not the file's are left alone: to drop them would lose them.
  const std::vector<std::byte> other(100000, std::byte{1});
  file.release(other);
  EXPECT_EQ(other, std::vector<std::byte>(100000, std::byte{1}));
}

TEST(MappedFile, OutlivesItsName) {
  const TemporaryFolder folder;
  const std::string path = folder.write("f", "abc");
  const MappedFile file = MappedFile::open(path);
  std::filesystem::remove(path);
  EXPECT_EQ(sum_of(file), static_cast<size_t>('a' + 'b' + 'c'));
}

TEST(MappedFile, SaysWhyAFileCannotBeOpened) {
  const TemporaryFolder folder;
  const auto kind_of = [](const std::string& path) {
    try {
      MappedFile::open(path);
    } catch (const Error& error) {
      EXPECT_EQ(error.file(), path);
      return error.kind();
    }
    return ErrorKind::kInternal;
  };
  EXPECT_EQ(kind_of(folder / "absent"), ErrorKind::kNotFound);
  EXPECT_EQ(kind_of(folder.path()), ErrorKind::kIo);
  ASSERT_EQ(mkfifo((folder / "pipe").c_str(), 0600), 0);
  EXPECT_EQ(kind_of(folder / "pipe"), ErrorKind::kIo);  // and does not wait for a writer
}

// Whole pages gone raise SIGBUS, a cut inside the last page reads as zeros: both are errors, at any thread.
TEST(MappedFile, AFileCutShortIsAnError) {
  const TemporaryFolder folder;
  const std::string path = folder / "f";
  for (const size_t left : {size_t{0}, size_t{1}, size_t{4096}, size_t{65536}, size_t{99999}}) {
    folder.write("f", std::string(100000, '\1'));
    const MappedFile file = MappedFile::open(path);
    EXPECT_EQ(sum_of(file), 100000u);
    std::filesystem::resize_file(path, left);
    const auto fails = [&] {
      try {
        sum_of(file);
      } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::kIo);
        EXPECT_EQ(error.file(), path);
        return true;
      }
      return false;
    };
    EXPECT_TRUE(fails()) << left;
    bool in_thread = false;
    std::thread([&] { in_thread = fails(); }).join();
    EXPECT_TRUE(in_thread) << left;
  }
}

// A read inside a read of another file: each is told of its own loss.
TEST(MappedFile, GuardsNest) {
  const TemporaryFolder folder;
  const MappedFile outer = MappedFile::open(folder.write("outer", std::string(8192, '\1')));
  const MappedFile inner = MappedFile::open(folder.write("inner", std::string(8192, '\1')));
  std::filesystem::resize_file(folder / "outer", 0);
  EXPECT_THROW(outer.guarded_read([&] {
    EXPECT_EQ(sum_of(inner), 8192u);
    EXPECT_EQ(sum_of(outer), 0u);
  }),
               Error);
  EXPECT_EQ(sum_of(inner), 8192u);
}

TEST(MappedFile, PassesOnExceptions) {
  const TemporaryFolder folder;
  const MappedFile file = MappedFile::open(folder.write("f", "abc"));
  EXPECT_THROW(file.guarded_read([] { throw std::runtime_error("mine"); }), std::runtime_error);
  EXPECT_EQ(sum_of(file.slice(0, 1)), static_cast<size_t>('a'));
}

// A SIGBUS that no guard waits for goes where it went before.
TEST(MappedFileDeathTest, OtherBusErrorsStillEndTheProcess) {
  const TemporaryFolder folder;
  const MappedFile file = MappedFile::open(folder.write("f", "abc"));
  EXPECT_DEATH(
      {
        MappedFile::open(folder / "f");
        std::raise(SIGBUS);
      },
      "");
}

}  // namespace
}  // namespace fusebox
