#include "cpu/execute/trace.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <iterator>
#include <new>

#include "fusebox/base/error.h"

namespace fusebox::cpu {
namespace {

constexpr size_t kBlockEvents = 1 << 16, kMostBlocks = 64;  // 100 MB a thread

// As the inside of a JSON string. Names of programs are their authors' words.
std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\')
      result += {'\\', c};
    else if (byte < 0x20)
      result += fmt::format("\\u{:04x}", byte);
    else
      result += byte < 0x7f ? c : '?';
  }
  return result;
}

std::string name_of_this_thread() {
  char name[16] = "";
  pthread_getname_np(pthread_self(), name, sizeof name);
  return name;
}

class Output {
 public:
  explicit Output(int file) : file_(file) {}
  ~Output() { flush(); }

  template <typename... Args>
  void print(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(text_), format, std::forward<Args>(args)...);
    if (text_.size() > (1 << 16)) flush();
  }

 private:
  void flush() {
    for (std::string_view left = text_; !left.empty();) {
      const ssize_t count = write(file_, left.data(), left.size());
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) break;  // nobody is left to tell
      left.remove_prefix(static_cast<size_t>(count));
    }
    text_.clear();
  }

  int file_;
  std::string text_;
};

}  // namespace

Trace::Lane::Lane() : thread_(name_of_this_thread()) {
  blocks_.reserve(kMostBlocks);
  blocks_.push_back(std::make_unique<Event[]>(kBlockEvents));
}

void Trace::Lane::add(uint32_t name, int64_t begin, int64_t end) noexcept {
  if (used_ == kBlockEvents) {
    std::unique_ptr<Event[]> more(blocks_.size() < kMostBlocks ? new (std::nothrow) Event[kBlockEvents]
                                                               : nullptr);
    if (!more) {
      ++dropped_;
      return;
    }
    blocks_.push_back(std::move(more));  // has room: reserved
    used_ = 0;
  }
  blocks_.back()[used_++] = {begin, end, name};
}

Trace::Trace(const std::string& path)
    : file_(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)), process_(getpid()) {
  if (file_ < 0)
    throw Error(ErrorKind::kIo, fmt::format("cannot write a trace: {}", std::strerror(errno))).file(path);
}

Trace::~Trace() {
  try {
    if (getpid() == process_) write_all();
  } catch (...) {
    // Without memory there is no trace.
  }
  close(file_);
}

Trace::Lane* Trace::lane() noexcept try {
  std::scoped_lock lock(mutex_);
  std::unique_ptr<Lane>& lane = lanes_[gettid()];
  if (!lane) lane = std::make_unique<Lane>();
  return lane.get();
} catch (...) {
  return nullptr;
}

int64_t Trace::now() {
  timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

void Trace::write_all() const {
  if (ftruncate(file_, 0) != 0 && errno != EINVAL) return;  // a pipe has no length
  uint64_t dropped = 0;
  for (const auto& [thread, lane] : lanes_) dropped += lane ? lane->dropped_ : 0;
  Output out(file_);
  out.print("{{\"displayTimeUnit\":\"ns\",\"otherData\":{{\"dropped\":\"{}\"}},\"traceEvents\":[\n", dropped);
  out.print(R"({{"ph":"M","name":"process_name","pid":{},"tid":{},"args":{{"name":"fusebox"}}}})", process_,
            process_);
  for (const auto& [thread, lane] : lanes_) {
    if (!lane) continue;
    out.print(
        ",\n"
        R"({{"ph":"M","name":"thread_name","pid":{},"tid":{},"args":{{"name":"{}"}}}})",
        process_, thread, escaped(lane->thread_));
    for (size_t block = 0; block < lane->blocks_.size(); ++block) {
      const size_t count = block + 1 < lane->blocks_.size() ? kBlockEvents : lane->used_;
      for (size_t i = 0; i < count; ++i) {
        const Lane::Event& event = lane->blocks_[block][i];
        const Name& name = names_[event.name];
        out.print(
            ",\n"
            R"({{"ph":"X","pid":{},"tid":{},"ts":{}.{:03},"dur":{}.{:03},"cat":"{}","name":"{}"}})",
            process_, thread, event.begin / 1000, event.begin % 1000, (event.end - event.begin) / 1000,
            (event.end - event.begin) % 1000, name.category, escaped(name.text));
      }
    }
  }
  out.print("\n]}}\n");
}

}  // namespace fusebox::cpu
