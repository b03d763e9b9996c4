#include "fusebox/base/cache.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "fusebox/base/error.h"
#include "fusebox/base/log.h"
#include "tests/base/temporary_folder.h"

namespace fusebox {
namespace {

namespace fs = std::filesystem;

std::span<const std::byte> as_bytes(std::string_view text) { return std::as_bytes(std::span(text)); }

std::string text_of(const std::optional<MappedFile>& entry) {
  if (!entry) return "(absent)";
  return {reinterpret_cast<const char*>(entry->bytes().data()), entry->bytes().size()};
}

TEST(Cache, KeepsWhatIsStored) {
  const TemporaryFolder folder;
  FileCache cache(folder / "deep/er/cache", 1 << 20);
  EXPECT_TRUE(cache.writable());
  EXPECT_EQ(text_of(cache.find("program-1.x86")), "(absent)");
  ASSERT_TRUE(cache.store("program-1.x86", as_bytes("first")));
  ASSERT_TRUE(cache.store("program-1.x86", as_bytes("second")));
  ASSERT_TRUE(cache.store("empty", {}));
  EXPECT_EQ(text_of(cache.find("program-1.x86")), "second");
  EXPECT_EQ(text_of(cache.find("empty")), "");
  EXPECT_EQ(text_of(FileCache(folder / "deep/er/cache", 1 << 20).find("program-1.x86")), "second");
  cache.remove("program-1.x86");
  EXPECT_EQ(text_of(cache.find("program-1.x86")), "(absent)");
}

TEST(Cache, RefusesNamesThatAreNotPlain) {
  const TemporaryFolder folder;
  FileCache cache(folder / "c", 1 << 20);
  for (const char* name : {"", ".", "..", "../x", "a/b", "-x", ".hidden", "a b"})
    EXPECT_THROW(cache.store(name, {}), Error) << name;
  EXPECT_THROW(cache.find(std::string(201, 'x')), Error);
}

TEST(Cache, IsPrivateToItsUser) {
  const TemporaryFolder folder;
  FileCache cache(folder / "c", 1 << 20);
  ASSERT_TRUE(cache.store("x", as_bytes("mine")));
  struct stat status;
  ASSERT_EQ(stat((folder / "c").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777u, 0700u);
  ASSERT_EQ(stat((folder / "c/x.fusebox").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777u, 0600u);

  fs::create_directory_symlink(folder / "c", folder / "link");
  FileCache by_link(folder / "link/", 1 << 20);
  EXPECT_EQ(text_of(by_link.find("x")), "(absent)");
  EXPECT_FALSE(by_link.store("x", as_bytes("theirs")));

  fs::create_symlink(folder / "c/x.fusebox", folder / "c/y.fusebox");
  EXPECT_EQ(text_of(cache.find("y")), "(absent)");

  fs::permissions(folder / "c", fs::perms::others_write, fs::perm_options::add);
  EXPECT_FALSE(FileCache(folder / "c", 1 << 20).store("x", as_bytes("theirs")));
}

TEST(Cache, RemovesDamagedEntries) {
  const TemporaryFolder folder;
  FileCache cache(folder / "c", 1 << 20);
  const std::string path = folder / "c/x.fusebox";
  const std::string text = "a program that took a while to compile";
  const auto store = [&] { ASSERT_TRUE(cache.store("x", as_bytes(text))); };
  store();
  const auto size = fs::file_size(path);
  for (size_t cut = 0; cut < size; ++cut) {
    store();
    fs::resize_file(path, cut);
    EXPECT_EQ(text_of(cache.find("x")), "(absent)") << cut;
    EXPECT_FALSE(fs::exists(path)) << cut;
  }
  for (size_t at = 0; at < size; ++at) {
    store();
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(static_cast<std::streamoff>(at));
    const int byte = file.get();
    file.seekp(static_cast<std::streamoff>(at));
    file.put(static_cast<char>(byte ^ 4));
    file.close();
    EXPECT_EQ(text_of(cache.find("x")), "(absent)") << at;
  }
}

TEST(Cache, EvictsWhatWasUnusedForLongest) {
  const TemporaryFolder folder;
  FileCache cache(folder / "c", 3500);
  const std::string kilobyte(1000, 'k');
  const auto used = [&](const std::string& name, int hours_ago) {
    fs::last_write_time(folder / ("c/" + name + ".fusebox"),
                        fs::file_time_type::clock::now() - std::chrono::hours(hours_ago));
  };
  folder.write("c/not-ours.bin", std::string(100000, 'x'));
  for (const char* name : {"a", "b", "c"}) ASSERT_TRUE(cache.store(name, as_bytes(kilobyte)));
  used("a", 3), used("b", 2), used("c", 1);
  EXPECT_EQ(text_of(cache.find("a")), kilobyte);  // now the latest
  ASSERT_TRUE(cache.store("d", as_bytes(kilobyte)));
  EXPECT_FALSE(cache.find("b"));
  for (const char* name : {"a", "c", "d"}) EXPECT_TRUE(cache.find(name)) << name;
  EXPECT_FALSE(cache.store("huge", as_bytes(std::string(4000, 'h'))));
  EXPECT_TRUE(fs::exists(folder / "c/not-ours.bin"));
}

TEST(Cache, IsListedWithoutBeingUsed) {
  const TemporaryFolder folder;
  FileCache cache(folder / "c", 1 << 20);
  folder.write("c/not-ours.bin", "x");
  ASSERT_TRUE(cache.store("older", as_bytes("one")));
  ASSERT_TRUE(cache.store("newer", as_bytes("four")));
  const auto then = fs::file_time_type::clock::now() - std::chrono::hours(2);
  fs::last_write_time(folder / "c/older.fusebox", then);
  const std::vector<CacheEntry> entries = cache.entries();
  ASSERT_EQ(entries.size(), 2u);
  EXPECT_EQ(entries[0].name, "newer");
  EXPECT_EQ(entries[1].name, "older");
  EXPECT_EQ(entries[1].bytes, fs::file_size(folder / "c/older.fusebox"));
  const auto age = std::chrono::system_clock::now() - entries[1].used;
  EXPECT_GE(age, std::chrono::hours(2));
  EXPECT_LT(age, std::chrono::hours(3));
  EXPECT_EQ(text_of(cache.peek("older")), "one");
  EXPECT_EQ(fs::last_write_time(folder / "c/older.fusebox"), then);
  fs::resize_file(folder / "c/older.fusebox", 20);
  EXPECT_EQ(text_of(cache.peek("older")), "(absent)");
  EXPECT_EQ(cache.entries().size(), 2u);
  EXPECT_TRUE(FileCache("", 1 << 20).entries().empty());
}

// Its trailer counts too: what would be evicted at once is not stored.
TEST(Cache, StoresNothingThatFillsIt) {
  const TemporaryFolder folder;
  FileCache cache(folder / "c", 1000);
  EXPECT_FALSE(cache.store("all", as_bytes(std::string(1000, 'x'))));
  EXPECT_TRUE(cache.store("most", as_bytes(std::string(1000 - 24, 'x'))));
  EXPECT_TRUE(cache.find("most"));
}

TEST(Cache, RemovesWhatAKilledProcessLeft) {
  const TemporaryFolder folder;
  FileCache cache(folder / "c", 1 << 20);
  const std::string left = folder.write("c/.fusebox-tmp-1-0-5f", "half");
  const std::string fresh = folder.write("c/.fusebox-tmp-2-0-5f", "half");
  fs::last_write_time(left, fs::file_time_type::clock::now() - std::chrono::hours(2));
  ASSERT_TRUE(cache.store("x", as_bytes("y")));
  EXPECT_FALSE(fs::exists(left));
  EXPECT_TRUE(fs::exists(fresh));  // perhaps still being written
}

// The disk is full: a limit on file sizes fails the write in the same place.
TEST(Cache, StoresNothingWhenTheDiskIsFull) {
  const TemporaryFolder folder;
  FileCache cache(folder / "c", 1 << 20);
  struct rlimit before;
  getrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, SIG_IGN);
  struct rlimit small = before;
  small.rlim_cur = 4096;
  setrlimit(RLIMIT_FSIZE, &small);
  const bool stored = cache.store("x", as_bytes(std::string(10000, 'x')));
  setrlimit(RLIMIT_FSIZE, &before);
  EXPECT_FALSE(stored);
  EXPECT_FALSE(cache.find("x"));
  EXPECT_TRUE(fs::is_empty(folder / "c"));
}

TEST(Cache, WorksWithoutAFolder) {
  const TemporaryFolder folder;
  const std::string file = folder.write("file", "x");
  for (const std::string& path : {std::string(), file, file + "/cache", std::string("/proc/no-such/cache")}) {
    FileCache cache(path, 1 << 20);
    EXPECT_FALSE(cache.writable()) << path;
    EXPECT_FALSE(cache.store("x", as_bytes("y"))) << path;
    EXPECT_FALSE(cache.find("x")) << path;
    cache.remove("x");
  }
}

// The user's cache and the one warning are the process's: these run in fresh processes of their own.
class CacheDeathTest : public testing::Test {
 protected:
  CacheDeathTest() { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
  ~CacheDeathTest() override { GTEST_FLAG_SET(death_test_style, "fast"); }
  const TemporaryFolder folder_;

  // Ends the fresh process, which runs no destructors.
  [[noreturn]] void finish(bool good) {
    fs::remove_all(folder_.path());
    _exit(good ? 0 : 1);
  }

  bool user_folder_is(const std::string& own, const std::string& xdg, const std::string& home,
                      const std::string& expected) {
    setenv("FUSEBOX_CACHE", own.c_str(), 1);
    setenv("XDG_CACHE_HOME", xdg.c_str(), 1);
    setenv("HOME", home.c_str(), 1);
    return FileCache::user().directory() == expected && FileCache::user().store("x", {}) == !expected.empty();
  }
};

TEST_F(CacheDeathTest, FindsTheUsersFolder) {
  const std::string own = folder_ / "own", xdg = folder_ / "xdg", home = folder_ / "home";
  const testing::ExitedWithCode good(0);
  EXPECT_EXIT(finish(user_folder_is(own, xdg, home, own)), good, "");
  EXPECT_EXIT(finish(user_folder_is("", xdg, home, xdg + "/fusebox")), good, "");
  EXPECT_EXIT(finish(user_folder_is("", "relative", home, home + "/.cache/fusebox")), good, "");
  EXPECT_EXIT(finish(user_folder_is("", "", "", "")), good, "");
}

TEST_F(CacheDeathTest, WarnsOncePerProcess) {
  const auto count_warnings = [] {
    int warnings = 0;
    set_log_sink([&](LogLevel level, std::string_view) { warnings += level == LogLevel::kWarn; });
    for (int i = 0; i < 3; ++i) FileCache("/proc/no-such/cache", 1 << 20).store("x", {});
    set_log_sink({});
    return warnings;
  };
  EXPECT_EXIT(finish(count_warnings() == 1), testing::ExitedWithCode(0), "");
}

// A folder that others may have put something into: nothing of it is read, nothing is kept, and that is said.
TEST_F(CacheDeathTest, SaysWhyAFolderIsNotUsed) {
  const std::string path = folder_ / "c";
  ASSERT_TRUE(FileCache(path, 1 << 20).store("x", as_bytes("planted")));
  const auto ignored = [&](const std::string& used, std::string_view why) {
    std::string notice;
    set_log_sink([&](LogLevel level, std::string_view message) {
      if (level == LogLevel::kWarn) notice += message;
    });
    FileCache cache(used, 1 << 20);
    const bool unused = !cache.find("x") && !cache.peek("x") && cache.entries().empty() &&
                        !cache.store("y", as_bytes("new")) && !cache.writable();
    set_log_sink({});
    return unused && notice.find(why) != std::string::npos && notice.find(used) != std::string::npos;
  };
  const testing::ExitedWithCode good(0);
  for (const fs::perms open : {fs::perms::group_write, fs::perms::others_write}) {
    EXPECT_EXIT(
        {
          fs::permissions(path, open, fs::perm_options::add);
          finish(ignored(path, "others may write to it"));
        },
        good, "");
  }
  EXPECT_EXIT(
      {
        fs::create_directory_symlink(path, folder_ / "link");
        finish(ignored(folder_ / "link", "a symbolic link"));
      },
      good, "");
  if (geteuid() != 0) GTEST_SKIP() << "only root can give a folder away";
  EXPECT_EXIT(
      {
        if (chown(path.c_str(), 65534, 65534) != 0) finish(false);
        finish(ignored(path, "belongs to another user"));
      },
      good, "");
}

// Nor is an entry of somebody else's in a folder of one's own.
TEST(Cache, IgnoresAnEntryOfAnotherUser) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
  const TemporaryFolder folder;
  FileCache cache(folder / "c", 1 << 20);
  ASSERT_TRUE(cache.store("x", as_bytes("planted")));
  ASSERT_EQ(chown((folder / "c/x.fusebox").c_str(), 65534, 65534), 0);
  EXPECT_EQ(text_of(cache.find("x")), "(absent)");
  ASSERT_TRUE(cache.store("x", as_bytes("mine")));
  EXPECT_EQ(text_of(cache.find("x")), "mine");
}

TEST_F(CacheDeathTest, ReadsAFolderThatCannotBeWritten) {
  const auto reads_only = [this] {
    constexpr uid_t kNobody = 65534;  // root may write anywhere: become somebody who may not
    if (geteuid() == 0 && (chown(folder_.path().c_str(), kNobody, kNobody) != 0 || seteuid(kNobody) != 0))
      return false;
    const std::string path = folder_ / "c";
    if (!FileCache(path, 1 << 20).store("x", as_bytes("kept"))) return false;
    fs::permissions(path, fs::perms::owner_read | fs::perms::owner_exec);
    FileCache cache(path, 1 << 20);
    const bool good =
        !cache.writable() && text_of(cache.find("x")) == "kept" && !cache.store("y", as_bytes("new"));
    fs::permissions(path, fs::perms::owner_all);
    return good && seteuid(getuid()) == 0;
  };
  EXPECT_EXIT(finish(reads_only()), testing::ExitedWithCode(0), "");
}

// What a killed process leaves: every entry whole or absent, nothing that stops the next one, and no files
// that stay for good.
TEST(Cache, OutlivesProcessesKilledAtAnyMoment) {
  const TemporaryFolder folder;
  const auto content = [](unsigned round, unsigned entry) {  // tells its own length and letter
    return std::string(1 + (round * 7919 + entry * 104729) % 100000,
                       static_cast<char>('a' + (round + entry) % 26));
  };
  const auto is_whole = [&](const std::string& text, unsigned entry) {
    for (unsigned round = 0; round < 26; ++round)
      if (text == content(round, entry)) return true;
    return false;
  };
  constexpr unsigned kEntries = 6;
  const auto name = [](unsigned entry) { return "entry-" + std::to_string(entry); };
  std::mt19937 random(1);
  size_t kills = 0, found = 0, left = 0;
  for (unsigned round = 0; round < 100; ++round) {
    const pid_t child = fork();
    if (child == 0) {
      FileCache cache(folder / "c", 250'000);  // about half of what is stored: others are removed
      for (unsigned i = round;; ++i) cache.store(name(i % kEntries), as_bytes(content(i % 26, i % kEntries)));
    }
    usleep(random() % 3000);
    kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    kills += WIFSIGNALED(status);
    FileCache cache(folder / "c", 250'000);
    for (unsigned entry = 0; entry < kEntries; ++entry) {
      if (!fs::exists(folder / ("c/" + name(entry) + ".fusebox"))) continue;
      const std::string text = text_of(cache.find(name(entry)));
      EXPECT_TRUE(is_whole(text, entry)) << text.size() << " bytes after round " << round;
      ++found;
    }
    ASSERT_TRUE(cache.store("mine", as_bytes(content(round % 26, 0))));
    EXPECT_EQ(text_of(cache.find("mine")), content(round % 26, 0));
  }
  EXPECT_EQ(kills, 100u);
  EXPECT_GT(found, 100u);
  for (const auto& file : fs::directory_iterator(folder / "c")) {
    if (file.path().extension() == ".fusebox") continue;
    ++left;
    fs::last_write_time(file, fs::file_time_type::clock::now() - std::chrono::hours(2));
  }
  EXPECT_GT(left, 0u);  // or nobody was killed while writing
  ASSERT_TRUE(FileCache(folder / "c", 250'000).store("mine", as_bytes("again")));
  for (const auto& file : fs::directory_iterator(folder / "c"))
    EXPECT_EQ(file.path().extension(), ".fusebox");
}

// Two processes and four threads write and read one entry; every reader sees one of the values, whole.
TEST(Cache, IsSafeBetweenThreadsAndProcesses) {
  const TemporaryFolder folder;
  const auto work = [&](char letter) {
    FileCache cache(folder / "c", 1 << 20);
    for (int i = 0; i < 100; ++i) {
      cache.store("x", as_bytes(std::string(5000 + static_cast<size_t>(i), letter)));
      const std::string text = text_of(cache.find("x"));
      if (text.size() < 5000 || text.find_first_not_of(text[0]) != std::string::npos) return false;
    }
    return true;
  };
  const pid_t child = fork();
  if (child == 0) _exit(work('c') ? 0 : 1);
  std::vector<std::thread> threads;
  std::atomic<int> good{0};
  for (const char letter : {'s', 't', 'u'}) threads.emplace_back([&, letter] { good += work(letter); });
  for (std::thread& thread : threads) thread.join();
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_EQ(good, 3);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

}  // namespace
}  // namespace fusebox
