#include "fusebox/text/pre_tokenizer_regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <fmt/format.h>
#include <pcre2.h>

#include "fusebox/base/error.h"
#include "fusebox/text/tokenizer_utf8.h"

namespace fusebox::text {
namespace {

constexpr size_t kJitStackBegin = 32 << 10, kJitStackEnd = 1 << 20;
constexpr uint32_t kBacktrackLimit = 10'000'000;
constexpr uint32_t kHeapLimitKiB = 256 << 10;  // of the interpreter, where the JIT's stack is too small

// What matching needs besides the code; one per thread.
struct Scratch {
  pcre2_match_data* data = pcre2_match_data_create(1, nullptr);
  pcre2_match_context* context = pcre2_match_context_create(nullptr);
  pcre2_jit_stack* stack = pcre2_jit_stack_create(kJitStackBegin, kJitStackEnd, nullptr);

  Scratch() {
    if (!data || !context || !stack) throw Error(ErrorKind::kOutOfMemory, "no memory for matching");
    pcre2_set_match_limit(context, kBacktrackLimit);
    pcre2_set_heap_limit(context, kHeapLimitKiB);
    pcre2_jit_stack_assign(context, nullptr, stack);
  }
  ~Scratch() {
    pcre2_jit_stack_free(stack);
    pcre2_match_context_free(context);
    pcre2_match_data_free(data);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
};

std::string pcre2_message(int code) {
  PCRE2_UCHAR text[256];
  const int length = pcre2_get_error_message(code, text, sizeof text);
  return length < 0 ? std::string("unknown error") : std::string(reinterpret_cast<const char*>(text));
}

}  // namespace

Regex::Regex(std::string_view ruby) {
  const std::string pattern = translate_regex(ruby);
  std::unique_ptr<pcre2_compile_context, void (*)(pcre2_compile_context*)> context(
      pcre2_compile_context_create(nullptr), pcre2_compile_context_free);
  if (context) pcre2_set_newline(context.get(), PCRE2_NEWLINE_LF);
  int error = 0;
  PCRE2_SIZE offset = 0;
  constexpr uint32_t kOptions = PCRE2_UTF | PCRE2_UCP | PCRE2_MULTILINE | PCRE2_NEVER_BACKSLASH_C;
  pcre2_code* code = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(), kOptions,
                                   &error, &offset, context.get());
  if (!code) {
    throw Error(ErrorKind::kUnsupported,
                fmt::format("the regular expression \"{}\" does not compile: {} (as \"{}\", at {})", ruby,
                            pcre2_message(error), pattern, offset));
  }
  code_ = std::shared_ptr<const void>(code, [](const void* pointer) {
    pcre2_code_free(static_cast<pcre2_code*>(const_cast<void*>(pointer)));
  });
  pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);  // without a JIT the interpreter matches the same
}

std::optional<Match> Regex::find(std::string_view text, size_t from) const {
  thread_local Scratch scratch;
  const auto* code = static_cast<const pcre2_code*>(code_.get());
  const auto match = [&](uint32_t options) {
    return pcre2_match(code, reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), from,
                       PCRE2_NO_UTF_CHECK | options, scratch.data, scratch.context);
  };
  int result = match(0);
  if (result == PCRE2_ERROR_JIT_STACKLIMIT) result = match(PCRE2_NO_JIT);
  if (result == PCRE2_ERROR_NOMATCH) return std::nullopt;
  if (result < 0) {
    throw Error(
        ErrorKind::kUnsupported,
        fmt::format("the tokenizer's regular expression fails on this text: {}", pcre2_message(result)));
  }
  const PCRE2_SIZE* where = pcre2_get_ovector_pointer(scratch.data);
  return Match{where[0], std::max(where[0], where[1])};
}

Pattern::Pattern(const Spec& spec) {
  if (spec.has("String")) {
    text_ = spec.string("String");
  } else if (spec.has("Regex")) {
    try {
      regex_.emplace(spec.string("Regex"));
    } catch (const Error& error) {
      if (!error.file().empty()) throw;
      spec.unsupported(error.message());
    }
  } else {
    spec.invalid("want {\"String\": …} or {\"Regex\": …}");
  }
}

void Pattern::find_all(std::string_view text, std::vector<Match>& matches) const {
  matches.clear();
  if (!regex_) {
    if (text_.empty()) return;
    for (size_t at = text.find(text_); at != text.npos; at = text.find(text_, at + text_.size())) {
      matches.push_back({at, at + text_.size()});
    }
    return;
  }
  // An empty match right where the last one ended is none; the search goes on a character further.
  std::optional<size_t> last_end;
  for (size_t from = 0; from <= text.size();) {
    const auto match = regex_->find(text, from);
    if (!match) return;
    from = match->end;
    const bool empty = match->begin == match->end;
    if (!empty || last_end != match->end) matches.push_back(*match);
    last_end = match->end;
    if (empty) {
      if (from == text.size()) return;
      next_char(text, from);
    }
  }
}

}  // namespace fusebox::text
