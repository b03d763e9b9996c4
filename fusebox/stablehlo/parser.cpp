#include "fusebox/stablehlo/parser.h"

#include <algorithm>

#include "fusebox/base/quoted.h"
#include "fusebox/hlo/verify.h"
#include "fusebox/stablehlo/op_parser.h"

namespace fusebox::stablehlo {

using hlo::Function;

namespace {

// The definitions "#name = …" and "!name = …" at the starts of lines, wherever they are.
void find_aliases(Source& source) {
  const std::string_view text = source.text;
  for (size_t line = 0; line < text.size();) {
    if (text[line] == '#' || text[line] == '!') {
      size_t end = line + 1;
      while (end < text.size() && is_word(text[end])) end++;
      Cursor value(source, end);
      if (value.eat('=')) source.aliases.emplace(text.substr(line, end - line), value.at());
    }
    line = text.find('\n', line);
    if (line != std::string_view::npos) line++;
  }
}

class ModuleParser {
 public:
  ModuleParser(const Source& source, hlo::Program& program) : in_(source), program_(program) {}

  void run() {
    if (in_.done()) in_.unexpected("a module or a function");
    while (!in_.done()) top_level();
    check();
  }

 private:
  void top_level() {
    if (skip_other()) return;
    if (!in_.eat_word("module")) return function();
    if (!program_.functions.empty() || has_module_)
      in_.fail(in_.at(), ErrorKind::kUnsupported, "got a second module, want one");
    has_module_ = true;
    if (in_.peek() == '@') program_.name = in_.symbol();
    if (in_.eat_word("attributes")) in_.skip_value();
    in_.want("{");
    while (!in_.eat('}'))
      if (!skip_other()) function();
    skip_location();
  }

  // What stands beside functions and says nothing to us.
  bool skip_other() {
    if (in_.eat("{-#")) {
      const size_t end = in_.source().text.find("#-}", in_.end());
      if (end == std::string_view::npos) in_.unexpected("'#-}'");
      in_.go(end + 3);
      return true;
    }
    if (in_.peek() == '#' || in_.peek() == '!') {
      in_.skip_value();
      in_.want("=");
      in_.skip_value();
      if (in_.eat(':')) in_.skip_value();
      return true;
    }
    if (!in_.eat_word("sdy.mesh")) return false;
    in_.symbol();
    in_.want("=");
    in_.skip_value();
    skip_location();
    return true;
  }

  void skip_location() {
    if (in_.peek_word() == "loc") in_.skip_value();
  }

  void function() {
    const size_t at = in_.at();
    if (!in_.eat_word("func.func")) in_.unexpected("a function (func.func)");
    bool visible = true;
    if (in_.eat_word("private") || in_.eat_word("nested"))
      visible = false;
    else
      in_.eat_word("public");
    std::string name = in_.symbol();
    if (!names_.emplace(name, at).second)
      in_.fail(at, ErrorKind::kInvalidArgument, "two functions are named {}", quoted(name));
    Function& function = program_.add_function(std::move(name), visible);
    OpParser ops(in_, program_, places_);
    arguments(function, ops);
    const std::vector<Shape> results = in_.eat("->") ? result_types() : std::vector<Shape>();
    if (in_.eat_word("attributes")) in_.skip_value();
    if (in_.peek() != '{')
      in_.fail(at, ErrorKind::kUnsupported, "{} has no body, want all functions in the text",
               quoted(function.name));
    ops.body(function.body);
    check_returned(function, results);
    skip_location();
  }

  // (%x: T {attributes} loc(…), …)
  void arguments(Function& function, OpParser& ops) {
    in_.want("(");
    if (in_.eat(')')) return;
    do {
      if (in_.peek() != '%')
        in_.fail(in_.at(), ErrorKind::kUnsupported, "{} has no body, want all functions in the text",
                 quoted(function.name));
      ops.argument(function.body);
      function.arguments.emplace_back();
      if (in_.eat('{')) argument_attributes(function.arguments.back());
      skip_location();
    } while (in_.eat(','));
    in_.want(")");
    const auto plain = [](const hlo::Argument& each) { return !each.alias_output && !each.donor; };
    if (std::ranges::all_of(function.arguments, plain) && !function.visible) function.arguments.clear();
  }

  void argument_attributes(hlo::Argument& argument) {
    parse_dict(in_, "}", [&](const std::string& key, size_t) {
      if (key == "tf.aliasing_output")
        argument.alias_output = std::get<int64_t>(parse_attribute(in_, "int").value);
      else if (key == "jax.buffer_donor")
        argument.donor = std::get<bool>(parse_attribute(in_, "bool").value);
      else
        parse_attribute(in_, "any");
    });
  }

  // T, or (T {attributes}, …)
  std::vector<Shape> result_types() {
    if (!in_.eat('(')) return {parse_type(in_)};
    std::vector<Shape> types;
    if (in_.eat(')')) return types;
    do {
      types.push_back(parse_type(in_));
      if (in_.peek() == '{') in_.skip_value();
    } while (in_.eat(','));
    in_.want(")");
    return types;
  }

  void check_returned(const Function& function, const std::vector<Shape>& results) {
    const auto returned = function.body.returned();
    const auto same = [](const Shape& want, const hlo::Value* have) { return want == have->shape; };
    if (!std::ranges::equal(results, returned, same))
      in_.fail(places_.back().second, ErrorKind::kShapeMismatch,
               "{} returns other types than its signature says", quoted(function.name));
  }

  // The structure of the whole; single ops were checked as they were read.
  void check() {
    const hlo::Op* culprit = nullptr;
    try {
      hlo::verify(program_, &culprit);
    } catch (const Error& error) {
      const auto found = std::ranges::find(places_, culprit, &OpParser::Places::value_type::first);
      in_.fail_at(found == places_.end() ? 0 : found->second, error);
    }
  }

  Cursor in_;
  hlo::Program& program_;
  OpParser::Places places_;
  std::unordered_map<std::string, size_t> names_;
  bool has_module_ = false;
};

}  // namespace

hlo::Program parse(std::string_view text, const ParseOptions& options) {
  Source source{text, options.file, {}};
  find_aliases(source);
  hlo::Program program("");
  ModuleParser(source, program).run();
  return program;
}

}  // namespace fusebox::stablehlo
