// Value: what an expression of a template evaluates to, with Python's types and meaning.
//
// A Value is small (a tag, a number or a pointer) and cheap to copy: text, lists and dicts are shared and
// never change once made, which is also what jinja2's immutable sandbox promises. What does change or has an
// identity (namespaces, loops, macros, generators) is an Object, owned by the Runtime of one rendering; a
// Value only points at it. So there are no cycles of ownership, and nesting is bounded: kMaxValueDepth.
//
// A template's constants are shared by the threads that render it; the reference counts are atomic.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace fusebox::text::jinja {

class Object;
class Runtime;
class Value;

constexpr int kMaxValueDepth = 200;

enum class Kind : uint8_t {
  kMissing,  // no value at all: an argument not given, a variable not yet set. Never seen by a template
  kUndefined,
  kNone,
  kBool,
  kInt,
  kFloat,
  kString,
  kList,
  kTuple,
  kDict,
  kRange,
  kView,    // dict.items(), .keys(), .values()
  kMethod,  // a method of a value, not yet called: "abc".upper
  kObject,
};

struct Text {
  std::string bytes;  // valid UTF-8
  int64_t chars = 0;
  bool markup = false;  // jinja2's Markup: what is added to it gets HTML-escaped
};

struct Sequence {
  std::vector<Value> items;
  int depth = 1;
  bool group = false;  // a tuple of the filter groupby, with the names grouper and list
};

struct Range {
  int64_t start = 0, stop = 0, step = 1;
  int64_t length() const;
};

enum class ViewKind : uint8_t { kItems, kKeys, kValues };

class Dict;

class Value {
 public:
  Value() = default;
  static Value none() { return Value(Kind::kNone); }
  static Value undefined(std::string message);  // what an error says when the value is used
  static Value boolean(bool b);
  static Value integer(int64_t i);
  static Value real(double d);
  static Value string(std::string bytes, bool markup = false);
  static Value list(std::vector<Value> items);
  static Value tuple(std::vector<Value> items, bool group = false);
  static Value dict(Dict entries);
  static Value range(Range range);
  static Value view(const Value& dict, ViewKind kind);
  static Value method(Value self, std::string_view name);  // `name` must be a constant of the program
  static Value object(Object* object);                     // owned by a Runtime that outlives the value's use

  Kind kind() const { return kind_; }
  bool is(Kind kind) const { return kind_ == kind; }
  bool is_missing() const { return kind_ == Kind::kMissing; }
  bool is_undefined() const { return kind_ == Kind::kUndefined; }
  bool is_none() const { return kind_ == Kind::kNone; }
  bool is_string() const { return kind_ == Kind::kString; }
  bool is_integral() const { return kind_ == Kind::kInt || kind_ == Kind::kBool; }
  bool is_number() const { return is_integral() || kind_ == Kind::kFloat; }
  bool is_sequence() const { return kind_ == Kind::kList || kind_ == Kind::kTuple; }

  // Each asks for the kind it names; int_value also takes a bool, as Python does.
  bool bool_value() const { return scalar_.i != 0; }
  int64_t int_value() const { return scalar_.i; }
  double float_value() const { return scalar_.d; }
  double as_double() const { return kind_ == Kind::kFloat ? scalar_.d : static_cast<double>(scalar_.i); }
  const Text& text() const { return get<Text>(); }
  const std::string& str() const { return text().bytes; }
  bool is_markup() const { return is_string() && text().markup; }
  const std::string& undefined_message() const { return get<std::string>(); }
  const Sequence& sequence() const { return get<Sequence>(); }
  const std::vector<Value>& items() const { return sequence().items; }
  const Dict& dict() const { return get<Dict>(); }
  const Range& range() const { return get<Range>(); }
  const Dict& view_dict() const { return get<Dict>(); }
  ViewKind view_kind() const { return static_cast<ViewKind>(scalar_.i); }
  const Value& method_self() const;
  std::string_view method_name() const;
  Object* object() const { return scalar_.object; }

  int depth() const;                       // 0 for what holds no other value
  bool same_as(const Value& other) const;  // Python's `is`, as far as values have an identity here

 private:
  struct Method;
  explicit Value(Kind kind) : kind_(kind) {}
  template <typename T>
  static Value shared(Kind kind, T content);
  template <typename T>
  const T& get() const {
    return *static_cast<const T*>(shared_.get());
  }

  Kind kind_ = Kind::kMissing;
  union {
    int64_t i = 0;
    double d;
    Object* object;
  } scalar_;
  std::shared_ptr<const void> shared_;
};

struct Value::Method {
  Value self;
  std::string_view name;
};

inline const Value& Value::method_self() const { return get<Method>().self; }
inline std::string_view Value::method_name() const { return get<Method>().name; }

class Dict {
 public:
  using Entry = std::pair<Value, Value>;
  const std::vector<Entry>& entries() const { return entries_; }
  size_t size() const { return entries_.size(); }
  const Value* find(Runtime& rt, const Value& key) const;  // null if absent; throws for an unhashable key
  const Value* find(std::string_view key) const;           // the same for a text
  void set(Runtime& rt, const Value& key, Value value);    // while it is being built
  int depth() const { return depth_; }

 private:
  const Value* find_hashed(Runtime& rt, const Value& key, size_t hash) const;
  std::vector<Entry> entries_;
  std::unordered_multimap<size_t, uint32_t> index_;  // from hash to place in entries_
  int depth_ = 1;
};

// "str", "int", "NoneType", …: Python's name of the type.
std::string_view type_name(const Value& value);

}  // namespace fusebox::text::jinja
