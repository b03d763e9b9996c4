// Chat templates: the Jinja program that comes with a model and turns a conversation into its prompt.
//
//   ChatTemplate chat = find_chat_template("SmolLM2-135M-Instruct").value();   // a folder, or a .gguf file
//   ChatVariables variables;
//   variables.messages = {{{"role", "user"}, {"content", "Hello"}}};
//   std::string prompt = chat.render(variables.to_json());
//
// Templates mean what they mean to Hugging Face's transformers: jinja2 3.1.6 in its immutable sandbox, with
// trim_blocks, lstrip_blocks, {% break %}, {% continue %}, {% generation %}, raise_exception, strftime_now,
// and tojson as plain JSON. The whole expression language is there, and all of jinja2's filters and tests but
// pprint, random, urlize and wordwrap. There is nothing to load, so include, import, extends and block are
// refused by name (kUnsupported). What is different: integers have 64 bits, and a generator or a function
// cannot be printed (Python would print its address); both are errors, never another text.
//
// A template is untrusted input. Rendering is bounded in steps, nesting and length (RenderOptions), reads
// nothing but its variables and the clock, and ends in text or in an Error.
#pragma once

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace fusebox {
class GgufFile;
}

namespace fusebox::text {

struct RenderOptions {
  uint64_t steps = 10'000'000;  // about one per expression, list item and 64 bytes of new text
  int depth =
      1'000;  // calls, blocks and expressions inside each other; 1,000 need less than 512 KiB of stack
  size_t output_bytes = size_t{16} << 20;  // also the limit of every text on the way
  std::optional<std::string> now = {};     // "2024-07-26T09:05:03", for strftime_now; else the clock
};

// Immutable; copies share the parsed template; any number of threads may render at once.
class ChatTemplate {
 public:
  // `name` stands for the template in messages. Errors, of parse and render: file() is the name, the message
  // starts with "line L, column C: ". Kinds: kUnsupported for what jinja2 has and this does not, else
  // kInvalidArgument.
  static ChatTemplate parse(std::string source, std::string name);

  // `variables` is an object, or null for none. A template that calls raise_exception gives an Error with
  // op() "raise_exception" and exactly the template's text as message(). Kind kInvalidArgument, hint set,
  // where a limit was reached.
  std::string render(const nlohmann::ordered_json& variables, const RenderOptions& options = {}) const;

  const std::string& source() const;
  const std::string& name() const;

 private:
  struct State;
  explicit ChatTemplate(std::shared_ptr<const State> state) : state_(std::move(state)) {}
  std::shared_ptr<const State> state_;
};

// The variables that transformers gives a template. `extra` goes in last and wins ("enable_thinking": false,
// …).
struct ChatVariables {
  nlohmann::ordered_json messages = nlohmann::ordered_json::array();  // objects with role and content
  bool add_generation_prompt = true;
  nlohmann::ordered_json tools = nullptr;      // array of tools, or null
  nlohmann::ordered_json documents = nullptr;  // array of documents, or null
  std::optional<std::string> bos_token = {}, eos_token = {};
  nlohmann::ordered_json extra = nlohmann::ordered_json::object();

  nlohmann::ordered_json to_json() const;
};

// The template that belongs to a model: of a folder, the file chat_template.jinja or else "chat_template" in
// tokenizer_config.json (a text, or a list of which the one called "default" is taken); of a .gguf file, its
// "tokenizer.chat_template"; any other file is a tokenizer_config.json if it is JSON (*.json), else a
// template. None if the model has no template. Throws an Error for files that cannot be read or make no
// sense.
std::optional<ChatTemplate> find_chat_template(const std::filesystem::path& model);
// That of a .gguf file which is open already.
std::optional<ChatTemplate> find_chat_template(const GgufFile& gguf);

}  // namespace fusebox::text
