#include "fusebox/text/jinja/json.h"

#include <fmt/format.h>

#include <cmath>

#include "fusebox/text/jinja/filters.h"
#include "fusebox/text/jinja/operations.h"
#include "fusebox/text/jinja/unicode.h"

namespace fusebox::text::jinja {
namespace {

class Reader {
 public:
  explicit Reader(Runtime& rt) : rt_(rt) {}

  Value value(const nlohmann::ordered_json& json, int depth) {
    if (depth > kMaxValueDepth) fail(fmt::format("variables nested more than {} deep", kMaxValueDepth));
    switch (json.type()) {
      case nlohmann::json::value_t::boolean: return Value::boolean(json.get<bool>());
      case nlohmann::json::value_t::number_integer: return Value::integer(json.get<int64_t>());
      case nlohmann::json::value_t::number_unsigned: {
        auto number = json.get<uint64_t>();
        if (number > INT64_MAX)
          fail(fmt::format("the integer {} in the variables has more than 64 bits", number));
        return Value::integer(static_cast<int64_t>(number));
      }
      case nlohmann::json::value_t::number_float: return Value::real(json.get<double>());
      case nlohmann::json::value_t::string: return text(json.get_ref<const std::string&>());
      case nlohmann::json::value_t::array: {
        std::vector<Value> items;
        items.reserve(json.size());
        for (const auto& item : json) items.push_back(value(item, depth + 1));
        return Value::list(std::move(items));
      }
      case nlohmann::json::value_t::object: return Value::dict(dict(json, depth));
      default: return Value::none();
    }
  }

  Dict dict(const nlohmann::ordered_json& json, int depth) {
    Dict dict;
    for (const auto& [key, item] : json.items()) dict.set(rt_, text(key), value(item, depth + 1));
    return dict;
  }

 private:
  static Value text(const std::string& bytes) {
    if (!valid_utf8(bytes)) fail("a text in the variables is not valid UTF-8");
    return Value::string(bytes);
  }

  Runtime& rt_;
};

class Writer {
 public:
  Writer(Runtime& rt, const JsonStyle& style) : rt_(rt), style_(style) {}

  std::string run(const Value& value) {
    write(value, 0);
    return std::move(out_);
  }

 private:
  void write(const Value& value, int level) {
    rt_.step();
    rt_.bound(out_.size());
    Nesting nesting(rt_);
    switch (value.kind()) {
      case Kind::kNone: out_ += "null"; break;
      case Kind::kBool: out_ += value.bool_value() ? "true" : "false"; break;
      case Kind::kInt: out_ += std::to_string(value.int_value()); break;
      case Kind::kFloat: out_ += number(value.float_value()); break;
      case Kind::kString: text(value.str()); break;
      case Kind::kList:
      case Kind::kTuple: list(value.items(), level); break;
      case Kind::kDict: dict(value.dict(), level); break;
      default: fail(fmt::format("Object of type {} is not JSON serializable", type_name(value)));
    }
  }

  static std::string number(double d) {
    if (std::isnan(d)) return "NaN";
    if (std::isinf(d)) return d < 0 ? "-Infinity" : "Infinity";
    return float_repr(d);
  }

  void escaped(char32_t c) {
    if (c >= 0x10000) {
      c -= 0x10000;
      out_ += fmt::format("\\u{:04x}\\u{:04x}", 0xd800 + (static_cast<uint32_t>(c) >> 10),
                          0xdc00 + (static_cast<uint32_t>(c) & 0x3ff));
    } else {
      out_ += fmt::format("\\u{:04x}", static_cast<uint32_t>(c));
    }
  }

  void text(std::string_view bytes) {
    rt_.step(bytes.size() / 64);
    out_ += '"';
    for (size_t at = 0; at < bytes.size();) {
      size_t start = at;
      char32_t c = next_char(bytes, at);
      switch (c) {
        case '"': out_ += "\\\""; break;
        case '\\': out_ += "\\\\"; break;
        case '\n': out_ += "\\n"; break;
        case '\r': out_ += "\\r"; break;
        case '\t': out_ += "\\t"; break;
        case '\f': out_ += "\\f"; break;
        case '\b': out_ += "\\b"; break;
        default:
          if (c < 0x20 || (style_.ensure_ascii && c > 0x7e)) {
            escaped(c);
          } else {
            out_ += bytes.substr(start, at - start);
          }
      }
    }
    out_ += '"';
  }

  void line_break(int level) {
    if (!style_.pretty) return;
    out_ += '\n';
    for (int i = 0; i < level; ++i) out_ += style_.indent;
    rt_.bound(out_.size());
  }

  void list(const std::vector<Value>& items, int level) {
    if (items.empty()) {
      out_ += "[]";
      return;
    }
    out_ += '[';
    for (size_t i = 0; i < items.size(); ++i) {
      if (i > 0) out_ += style_.item_separator;
      line_break(level + 1);
      write(items[i], level + 1);
    }
    line_break(level);
    out_ += ']';
  }

  std::string key(const Value& value) {
    switch (value.kind()) {
      case Kind::kString: return value.str();
      case Kind::kNone: return "null";
      case Kind::kBool: return value.bool_value() ? "true" : "false";
      case Kind::kInt: return std::to_string(value.int_value());
      case Kind::kFloat: return number(value.float_value());
      default: fail(fmt::format("keys must be str, int, float, bool or None, not {}", type_name(value)));
    }
  }

  void dict(const Dict& dict, int level) {
    if (dict.size() == 0) {
      out_ += "{}";
      return;
    }
    std::vector<Value> keys, values;
    for (const auto& [k, v] : dict.entries()) {
      keys.push_back(k);
      values.push_back(v);
    }
    if (style_.sort_keys) {
      std::vector<Value> by = keys;
      std::vector<Value> pairs;
      for (size_t i = 0; i < keys.size(); ++i) pairs.push_back(Value::tuple({keys[i], values[i]}));
      sort_by(rt_, by, pairs, false);
      for (size_t i = 0; i < keys.size(); ++i) {
        keys[i] = pairs[i].items()[0];
        values[i] = pairs[i].items()[1];
      }
    }
    out_ += '{';
    for (size_t i = 0; i < keys.size(); ++i) {
      if (i > 0) out_ += style_.item_separator;
      line_break(level + 1);
      text(key(keys[i]));
      out_ += style_.key_separator;
      write(values[i], level + 1);
    }
    line_break(level);
    out_ += '}';
  }

  Runtime& rt_;
  const JsonStyle& style_;
  std::string out_;
};

}  // namespace

Value from_json(Runtime& rt, const nlohmann::ordered_json& json) { return Reader(rt).value(json, 1); }

Dict dict_from_json(Runtime& rt, const nlohmann::ordered_json& object) { return Reader(rt).dict(object, 1); }

std::string dump_json(Runtime& rt, const Value& value, const JsonStyle& style) {
  return Writer(rt, style).run(value);
}

Value to_json(Runtime& rt, const Value& value, Args& args) {
  std::vector<Value> a = args.bind("tojson", {"ensure_ascii", "indent", "separators", "sort_keys"});
  JsonStyle style;
  style.ensure_ascii = !a[0].is_missing() && truthy(rt, a[0]);
  style.sort_keys = !a[3].is_missing() && truthy(rt, a[3]);
  if (!a[1].is_missing() && !a[1].is_none()) {
    style.pretty = true;
    style.item_separator = ",";
    style.indent =
        a[1].is_string() ? a[1].str() : std::string(std::clamp<int64_t>(as_index(a[1]), 0, 1000), ' ');
  }
  if (!a[2].is_missing() && !a[2].is_none()) {
    std::vector<Value> both = collect(rt, a[2]);
    if (both.size() != 2) fail("separators must be a pair of strings");
    style.item_separator = as_text(both[0], "a separator");
    style.key_separator = as_text(both[1], "a separator");
  }
  return rt.text(dump_json(rt, value, style));
}

}  // namespace fusebox::text::jinja
