// Oniguruma's Ruby dialect → PCRE2. See pre_tokenizer_regex.h.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "fusebox/base/error.h"
#include "fusebox/text/pre_tokenizer_regex.h"
#include "fusebox/text/tokenizer_unicode_new.h"

namespace fusebox::text {
namespace {

// As members of a set.
constexpr std::string_view kSpace = "\\p{White_Space}", kNotSpace = "\\P{White_Space}";
constexpr std::string_view kWord =
    "\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\x{B2}\\x{B3}\\x{B9}\\x{BC}-\\x{BE}";  // with ²³¹¼½¾
constexpr std::string_view kHexDigit = "0-9A-Fa-f";

struct Named {
  std::string_view name, set;
};

// [[:name:]] and \p{Name}: names in lower case, without separators.
constexpr Named kPosixSets[] = {
    {"alpha", "\\p{Alphabetic}"},
    {"digit", "\\p{Nd}"},
    {"upper", "\\p{Uppercase}"},
    {"lower", "\\p{Lowercase}"},
    {"space", kSpace},
    {"cntrl", "\\p{Cc}"},
    {"word", kWord},
    {"xdigit", kHexDigit},
    {"alnum", "\\p{Alphabetic}\\p{Nd}"},
};

constexpr Named kLongCategories[] = {
    {"letter", "L"},
    {"uppercaseletter", "Lu"},
    {"lowercaseletter", "Ll"},
    {"titlecaseletter", "Lt"},
    {"modifierletter", "Lm"},
    {"otherletter", "Lo"},
    {"mark", "M"},
    {"nonspacingmark", "Mn"},
    {"spacingmark", "Mc"},
    {"enclosingmark", "Me"},
    {"number", "N"},
    {"decimalnumber", "Nd"},
    {"letternumber", "Nl"},
    {"othernumber", "No"},
    {"punctuation", "P"},
    {"connectorpunctuation", "Pc"},
    {"dashpunctuation", "Pd"},
    {"openpunctuation", "Ps"},
    {"closepunctuation", "Pe"},
    {"initialpunctuation", "Pi"},
    {"finalpunctuation", "Pf"},
    {"otherpunctuation", "Po"},
    {"symbol", "S"},
    {"mathsymbol", "Sm"},
    {"currencysymbol", "Sc"},
    {"modifiersymbol", "Sk"},
    {"othersymbol", "So"},
    {"separator", "Z"},
    {"spaceseparator", "Zs"},
    {"lineseparator", "Zl"},
    {"paragraphseparator", "Zp"},
    {"other", "C"},
    {"control", "Cc"},
    {"format", "Cf"},
    {"unassigned", "Cn"},
    {"privateuse", "Co"},
};

constexpr std::string_view kShortCategories[] = {"L",  "Ll", "Lu", "Lt", "Lm", "Lo", "M",  "Mn", "Mc", "Me",
                                                 "N",  "Nd", "Nl", "No", "P",  "Pc", "Pd", "Ps", "Pe", "Pi",
                                                 "Pf", "Po", "S",  "Sm", "Sc", "Sk", "So", "Z",  "Zs", "Zl",
                                                 "Zp", "C",  "Cc", "Cf", "Cn", "Co", "Cs"};

constexpr std::string_view kBinaryProperties[] = {"Alphabetic",
                                                  "Uppercase",
                                                  "Lowercase",
                                                  "White_Space",
                                                  "Emoji",
                                                  "Emoji_Presentation",
                                                  "Extended_Pictographic",
                                                  "Ideographic"};

std::string simplified(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c == '_' || c == '-' || c == ' ') continue;
    out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return out;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

class Translator {
 public:
  explicit Translator(std::string_view ruby) : in_(ruby) {}

  std::string run() {
    while (at_ < in_.size()) step();
    return std::move(out_);
  }

 private:
  [[noreturn]] void unsupported(std::string_view what) const {
    throw Error(ErrorKind::kUnsupported,
                fmt::format("the regular expression \"{}\" uses {} at character {}", in_, what, at_));
  }

  char peek(size_t ahead = 0) const { return at_ + ahead < in_.size() ? in_[at_ + ahead] : '\0'; }
  bool take(std::string_view wanted) {
    if (in_.substr(at_, wanted.size()) != wanted) return false;
    at_ += wanted.size();
    return true;
  }

  // Output of one thing that a quantifier may follow.
  void atom(std::string_view text) {
    atom_ = out_.size();
    out_ += text;
  }

  void step() {
    switch (peek()) {
      case '\\': return escape();
      case '[': return top_set();
      case '(': return group();
      case ')':
        atom_ = groups_.empty() ? out_.size() : groups_.back();
        if (!groups_.empty()) groups_.pop_back();
        out_ += in_[at_++];
        return;
      case '*':
      case '+':
      case '?': return quantifier();
      case '{': return interval();
      case '|':
      case '^':
      case '$': out_ += in_[at_++]; return;
      default: break;
    }
    size_t length = 1;
    while (at_ + length < in_.size() && (in_[at_ + length] & 0xC0) == 0x80) length++;
    atom(in_.substr(at_, length));
    at_ += length;
  }

  void quantifier() {
    out_ += in_[at_++];
    if (peek() == '?' || peek() == '+') out_ += in_[at_++];
  }

  // {n}, {n,}, {n,m}, {,m}; anything else is plain text. {n,m}+ repeats the whole, it is not possessive.
  void interval() {
    size_t end = at_ + 1;
    while (end < in_.size() && (is_digit(in_[end]) || in_[end] == ',')) end++;
    const std::string_view inside = in_.substr(at_ + 1, end - at_ - 1);
    const bool counts = end < in_.size() && in_[end] == '}' && !inside.empty() && inside != "," &&
                        std::count(inside.begin(), inside.end(), ',') <= 1;
    if (!counts) {
      at_++;
      return atom("\\{");
    }
    at_ = end + 1;
    if (peek() == '?' && inside.find(',') == inside.npos) unsupported("{n}?");
    out_ += fmt::format("{{{}{}}}", inside.front() == ',' ? "0" : "", inside);
    if (peek() == '+') {
      out_.insert(atom_, "(?:");
      out_ += ")";
    } else if (peek() == '?') {
      out_ += in_[at_++];
    }
  }

  void group() {
    groups_.push_back(out_.size());
    if (!take("(?")) {
      at_++;
      out_ += "(";
      return;
    }
    out_ += "(?";
    for (const std::string_view kind : {":", "=", "!", "<=", "<!", ">"}) {
      if (take(kind)) {
        out_ += kind;
        return;
      }
    }
    if (peek() != 'i') unsupported("a group of a kind not known here");
    at_++;
    out_ += 'i';
    if (take(":")) {
      out_ += ':';
    } else if (take(")") &&
               (groups_.back() == 0 || out_[groups_.back() - 1] == '(' || out_[groups_.back() - 1] == ':')) {
      out_ += ')';  // for the rest of the enclosing group
      groups_.pop_back();
    } else {
      unsupported("an option in the middle of a group");
    }
  }

  void escape() {
    const char c = peek(1);
    const std::string word = fmt::format("[{}]", word_members());
    switch (c) {
      case 's': at_ += 2; return atom(kSpace);
      case 'S': at_ += 2; return atom(kNotSpace);
      case 'w': at_ += 2; return atom(word);
      case 'W': at_ += 2; return atom(fmt::format("[^{}]", word_members()));
      case 'h': at_ += 2; return atom(fmt::format("[{}]", kHexDigit));
      case 'H': at_ += 2; return atom(fmt::format("[^{}]", kHexDigit));
      case 'b': at_ += 2; return atom(fmt::format("(?:(?<={0})(?!{0})|(?<!{0})(?={0}))", word));
      case 'B': at_ += 2; return atom(fmt::format("(?:(?<={0})(?={0})|(?<!{0})(?!{0}))", word));
      case 'A':
      case 'z':
      case 'Z':
      case 'G':
      case 'R': at_ += 2; return atom(in_.substr(at_ - 2, 2));
      case 'd': return atom(fmt::format("[{}]", set_escape()));
      case 'p':
      case 'P': at_ += 2; return atom(property(c == 'P', true));
      default: return atom(set_escape());
    }
  }

  // An escape that means the same inside and outside of a set, as it is written inside.
  std::string set_escape() {
    const char c = peek(1);
    at_ += 2;
    switch (c) {
      case 's': return std::string(kSpace);
      case 'S': return std::string(kNotSpace);
      case 'd': return "\\p{Nd}" + new_members("Nd");
      case 'D': return "\\P{Nd}";
      case 'w': return word_members();
      case 'h': return std::string(kHexDigit);
      case 'v': return "\\x{0B}";
      case 'n':
      case 'r':
      case 't':
      case 'f':
      case 'a':
      case 'e': return {'\\', c};
      case 'p':
      case 'P': return property(c == 'P', false);
      case 'x': return hexadecimal();
      case 'u': return code_point(4);
      case '\0': unsupported("a backslash at its end");
      default: break;
    }
    if (is_letter(c) || is_digit(c)) unsupported(fmt::format("\\{}", c));
    if (static_cast<uint8_t>(c) >= 0x80) return std::string(1, c);
    return {'\\', c};
  }

  std::string hexadecimal() {
    if (!take("{")) return code_point(2);
    const size_t end = in_.find('}', at_);
    const std::string_view digits = in_.substr(at_, end == in_.npos ? 0 : end - at_);
    if (digits.empty() || digits.find_first_not_of("0123456789abcdefABCDEF") != digits.npos)
      unsupported("\\x{…}");
    at_ = end + 1;
    return fmt::format("\\x{{{}}}", digits);
  }

  std::string code_point(size_t digits) {
    const std::string_view text = in_.substr(at_, digits);
    const bool hex = text.size() == digits && text.find_first_not_of("0123456789abcdefABCDEF") == text.npos;
    // A byte above 7F would be half a character.
    if (!hex || (digits == 2 && text[0] > '7')) unsupported("\\x or \\u with other digits than wanted");
    at_ += digits;
    return fmt::format("\\x{{{}}}", text);
  }

  // As members of a set, or with `alone` as a set of its own.
  std::string property(bool negated, bool alone) {
    if (!take("{")) unsupported("\\p without braces");
    const size_t end = in_.find('}', at_);
    if (end == in_.npos) unsupported("\\p{ without an end");
    std::string_view name = in_.substr(at_, end - at_);
    at_ = end + 1;
    if (name.starts_with('^')) {
      negated = !negated;
      name.remove_prefix(1);
    }
    const auto allowed = [](char c) { return is_letter(c) || c == '_' || c == ' ' || c == '-'; };
    if (name.empty() || !std::ranges::all_of(name, allowed)) unsupported("\\p{…} with a name not known here");
    const std::string known = property_name(simplified(name));
    const std::string members = fmt::format("\\p{{{}}}{}", known, new_members(known));
    if (alone) return fmt::format("[{}{}]", negated ? "^" : "", members);
    // What is in neither PCRE2's table nor this set cannot be told apart inside a set.
    return negated ? fmt::format("\\P{{{}}}", known) : members;
  }

  static std::string word_members() {
    return std::string(kWord) + new_members("L") + new_members("M") + new_members("Nd");
  }

  // What PCRE2 may be too old to count under a category or Han, as members of a set.
  static std::string new_members(std::string_view name) {
    if (name == "sc:han") return "\\x{2B739}\\x{2EBF0}-\\x{2EE5D}\\x{31350}-\\x{323AF}";
    std::string members;
    for (const NewCharacters& range : new_characters()) {
      const bool belongs = name.size() <= 2 && range.category.starts_with(name);
      if (belongs)
        members += fmt::format("\\x{{{:X}}}-\\x{{{:X}}}", uint32_t{range.begin}, uint32_t{range.end});
    }
    return members;
  }

  // Names are categories, properties or scripts; PCRE2 would take a bare script name for script extensions.
  std::string property_name(const std::string& name) const {
    const auto same = [&](std::string_view known) { return simplified(known) == name; };
    if (const auto* found = std::ranges::find_if(kShortCategories, same);
        found != std::end(kShortCategories)) {
      return std::string(*found);
    }
    for (const Named& category : kLongCategories) {
      if (category.name == name) return std::string(category.set);
    }
    if (const auto* found = std::ranges::find_if(kBinaryProperties, same);
        found != std::end(kBinaryProperties)) {
      return std::string(*found);
    }
    for (const Named& posix : kPosixSets) {
      const bool single = posix.set.starts_with("\\p{") && posix.set.find('}') == posix.set.size() - 1;
      if (posix.name == name && single) return std::string(posix.set.substr(3, posix.set.size() - 4));
    }
    return "sc:" + name;
  }

  void top_set() {
    at_++;
    const bool negated = take("^");
    std::string members;
    set_members(members, 0);
    atom(fmt::format("[{}{}]", negated ? "^" : "", members));
  }

  // Up to and with the closing bracket. A set in a set adds its members.
  void set_members(std::string& members, int depth) {
    constexpr int kMaxDepth = 16;
    if (depth > kMaxDepth) unsupported("sets nested too deep");
    for (bool first = true;; first = false) {
      if (at_ >= in_.size()) unsupported("a set without an end");
      const char c = peek();
      if (c == ']' && !first) break;
      if (c == '&' && peek(1) == '&') unsupported("an intersection of sets (&&)");
      if (c == '\\') {
        if (peek(1) == 'b') unsupported("\\b in a set");
        members += set_escape();
      } else if (c == '[' && peek(1) == ':') {
        members += posix_set();
      } else if (c == '[') {
        at_++;
        if (peek() == '^') unsupported("a negated set inside a set");
        set_members(members, depth + 1);
      } else {
        if (c == ']' || c == '^') members += '\\';
        members += c;
        at_++;
      }
    }
    at_++;
  }

  std::string posix_set() {
    at_ += 2;
    const size_t end = in_.find(":]", at_);
    const std::string_view name = in_.substr(at_, end == in_.npos ? 0 : end - at_);
    for (const Named& posix : kPosixSets) {
      if (posix.name == name) {
        at_ = end + 2;
        return std::string(posix.set);
      }
    }
    unsupported("a [:name:] not known here");
  }

  std::string_view in_;
  size_t at_ = 0;
  std::string out_;
  size_t atom_ = 0;             // where in out_ the last atom begins
  std::vector<size_t> groups_;  // where in out_ the open groups begin
};

}  // namespace

std::string translate_regex(std::string_view ruby) { return Translator(ruby).run(); }

}  // namespace fusebox::text
