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
    while (line < text.size() && (text[line] == ' ' || text[line] == '\t')) line++;
    if (line == text.size()) return;
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
    const size_t at = in_.at();
    const bool is_generic = in_.eat("\"builtin.module\"");
    if (!is_generic && !in_.eat_word("module")) return function();
    if (!program_.functions.empty() || has_module_)
      in_.fail(at, ErrorKind::kUnsupported, "got a second module, want one");
    has_module_ = true;
    if (is_generic) return generic_module();
    if (in_.peek() == '@') program_.name = in_.symbol();
    if (in_.eat_word("attributes")) in_.skip_value();
    in_.want("{");
    functions();
    skip_location();
  }

  // "builtin.module"() <{sym_name = "…"}> ({ functions }) {attributes} : () -> ()
  void generic_module() {
    in_.want("("), in_.want(")");
    const auto named = [&](const std::string& key) {
      key == "sym_name" ? (void)(program_.name = in_.string()) : in_.skip_typed_value();
    };
    if (in_.eat("<{")) parse_dict(in_, "}>", [&](const std::string& key, size_t) { named(key); });
    in_.want("("), in_.want("{");
    if (in_.peek() == '^') in_.name('^', "a block's name"), in_.want(":");
    functions();
    in_.want(")");
    if (in_.eat('{')) parse_dict(in_, "}", [&](const std::string& key, size_t) { named(key); });
    in_.want(":");
    in_.skip_value();
    skip_location();
  }

  void functions() {
    while (!in_.eat('}'))
      if (!skip_other()) function();
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
      in_.skip_typed_value();
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
    if (in_.eat("\"func.func\"")) return generic_function(at);
    if (!in_.eat_word("func.func")) in_.unexpected("a function (func.func)");
    bool visible = true;
    if (in_.eat_word("private") || in_.eat_word("nested"))
      visible = false;
    else
      in_.eat_word("public");
    Function& function = add_function(in_.symbol(), visible, at);
    OpParser ops(in_, program_, places_);
    arguments(function, ops);
    const std::vector<Shape> results = in_.eat("->") ? result_types() : std::vector<Shape>();
    if (in_.eat_word("attributes")) in_.skip_value();
    if (in_.peek() != '{') no_body(function.name);
    ops.body(function.body);
    check_returned(function, results);
    skip_location();
  }

  Function& add_function(std::string name, bool visible, size_t at) {
    if (!names_.emplace(name, at).second)
      in_.fail(at, ErrorKind::kInvalidArgument, "two functions are named {}", quoted(name));
    return program_.add_function(std::move(name), visible);
  }

  [[noreturn]] void no_body(std::string_view name) {
    in_.fail(in_.at(), ErrorKind::kUnsupported, "{} has no body, want all functions in the text",
             quoted(name));
  }

  // What the generic form says of a function, before its body or behind it.
  struct Properties {
    std::string name;
    bool visible = true;
    std::vector<Shape> arguments, results;
    std::vector<hlo::Argument> described;
  };

  // "func.func"() <{function_type = (T) -> U, sym_name = "f"}> ({ ^bb0(%x: T): ops }) : () -> ()
  void generic_function(size_t at) {
    Properties properties;
    const auto read = [&](const std::string& key, size_t) { property(key, properties); };
    in_.want("("), in_.want(")");
    if (in_.eat("<{")) parse_dict(in_, "}>", read);
    Function& function = program_.add_function("", true);
    OpParser ops(in_, program_, places_);
    in_.want("(");
    ops.body(function.body);
    in_.want(")");
    if (in_.eat('{')) parse_dict(in_, "}", read);
    in_.want(":");
    in_.skip_value();
    skip_location();
    if (!names_.emplace(properties.name, at).second)
      in_.fail(at, ErrorKind::kInvalidArgument, "two functions are named {}", quoted(properties.name));
    const auto same = [](const Shape& want, const hlo::Value& have) { return want == have.shape; };
    if (!std::ranges::equal(properties.arguments, function.body.arguments, same))
      in_.fail(at, ErrorKind::kShapeMismatch, "{} takes other types than its signature says",
               quoted(properties.name));
    function.name = std::move(properties.name);
    function.visible = properties.visible;
    properties.described.resize(function.body.arguments.size());
    describe(function, std::move(properties.described));
    check_returned(function, properties.results);
  }

  void property(const std::string& key, Properties& to) {
    if (key == "sym_name") {
      to.name = in_.string();
    } else if (key == "sym_visibility") {
      to.visible = in_.string() == "public";
    } else if (key == "function_type") {
      to.arguments = parse_result_types(in_);
      in_.want("->");
      to.results = parse_result_types(in_);
    } else if (key == "arg_attrs" && in_.peek() == '[') {
      in_.want("[");
      if (in_.eat(']')) return;
      do argument_attributes(to.described.emplace_back());
      while (in_.eat(','));
      in_.want("]");
    } else {
      in_.skip_typed_value();
    }
  }

  // Private functions whose arguments have nothing to say go without descriptions.
  static void describe(Function& function, std::vector<hlo::Argument> arguments) {
    const auto plain = [](const hlo::Argument& each) {
      return each.name.empty() && !each.alias_output && !each.donor;
    };
    if (function.visible || !std::ranges::all_of(arguments, plain)) function.arguments = std::move(arguments);
  }

  // (%x: T {attributes} loc("name"), …)
  void arguments(Function& function, OpParser& ops) {
    std::vector<hlo::Argument> described;
    in_.want("(");
    if (in_.eat(')')) return;
    do {
      if (in_.peek() != '%') no_body(function.name);
      ops.argument(function.body);
      if (in_.peek() == '{') {
        argument_attributes(described.emplace_back());
      } else {
        described.emplace_back();
      }
      described.back().name = ops.location();
    } while (in_.eat(','));
    in_.want(")");
    describe(function, std::move(described));
  }

  void argument_attributes(hlo::Argument& argument) {
    in_.want("{");
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
