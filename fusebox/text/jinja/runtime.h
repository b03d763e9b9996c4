// Runtime: what one rendering shares: its limits, its objects, the clock, and the place to blame for an
// error.
//
// Everything that takes time or memory asks the Runtime first, so a template can neither hang nor fill the
// memory: `step` counts work, `text` bounds and counts the bytes of new strings, Nesting bounds the machine's
// stack. Not thread-safe; each rendering has its own.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fusebox/base/error.h"
#include "fusebox/text/jinja/value.h"

namespace fusebox::text::jinja {

class Args;

// What evaluation throws; the template turns it into an Error that names the place.
struct Failure {
  ErrorKind kind = ErrorKind::kInvalidArgument;
  std::string message;
  std::string hint = {};
  bool raised_by_template = false;  // raise_exception: the message is the template's own
};

[[noreturn]] void fail(std::string message);
[[noreturn]] void fail_unsupported(std::string message);

// Something with an identity: a namespace, a loop, a macro, a generator.
class Object {
 public:
  virtual ~Object() = default;
  virtual std::string_view type() const = 0;
  virtual std::string repr(Runtime& rt);                        // fails by default: Python prints an address
  virtual Value attribute(Runtime& rt, std::string_view name);  // missing by default
  virtual bool callable() const { return false; }
  virtual Value call(Runtime& rt, Args& args);  // fails by default
  virtual bool iterable() const { return false; }
  virtual bool next(Runtime& rt, Value& out);  // the next item of a generator; false at the end
  virtual std::optional<int64_t> length(Runtime&) { return std::nullopt; }
};

struct Limits {
  uint64_t steps = 0;
  int depth = 0;
  size_t output_bytes = 0;
};

class Runtime {
 public:
  Runtime(const Limits& limits, std::optional<std::string> now) : limits_(limits), now_(std::move(now)) {}

  void step(uint64_t count = 1) {
    if (count > limits_.steps - steps_) fail_steps();
    steps_ += count;
  }
  // A new string. One step pays for 64 bytes.
  Value text(std::string bytes, bool markup = false) {
    reserve(bytes.size());
    return Value::string(std::move(bytes), markup);
  }
  // Call before building `bytes` of text: fails if no string may be that long.
  void reserve(uint64_t bytes) {
    bound(bytes);
    step(bytes / 64);
  }
  // The same check without the payment, for text that grows piece by piece.
  void bound(uint64_t bytes) const {
    if (bytes > limits_.output_bytes) fail_output();
  }
  // Call before building a container of `count` values.
  void reserve_items(uint64_t count) { step(count + 4); }

  template <typename T, typename... A>
  T* create(A&&... args) {
    step(8);
    auto owned = std::make_unique<T>(std::forward<A>(args)...);
    T* object = owned.get();
    objects_.push_back(std::move(owned));
    return object;
  }

  const Limits& limits() const { return limits_; }
  const std::optional<std::string>& now() const { return now_; }

  // Byte of the template's source that an error would blame.
  uint32_t place = 0;

 private:
  friend class Nesting;
  [[noreturn]] void fail_steps() const;
  [[noreturn]] void fail_output() const;
  [[noreturn]] void fail_depth() const;

  Limits limits_;
  std::optional<std::string> now_;
  uint64_t steps_ = 0;
  int depth_ = 0;
  std::vector<std::unique_ptr<Object>> objects_;
};

// Stands on the stack of every function that may come to call itself.
class Nesting {
 public:
  explicit Nesting(Runtime& rt) : rt_(rt) {
    if (++rt_.depth_ > rt_.limits_.depth) {
      --rt_.depth_;
      rt_.fail_depth();
    }
  }
  ~Nesting() { --rt_.depth_; }
  Nesting(const Nesting&) = delete;
  Nesting& operator=(const Nesting&) = delete;

 private:
  Runtime& rt_;
};

// The arguments of one call.
class Args {
 public:
  std::vector<Value> positional;
  std::vector<std::pair<std::string, Value>> named;

  // Arguments in the order of `names`, the first `required` of which must be there; the others may be
  // missing. Fails as Python would for too many, unknown or doubled ones.
  std::vector<Value> bind(std::string_view callee, std::initializer_list<std::string_view> names,
                          size_t required = 0);
};

}  // namespace fusebox::text::jinja
