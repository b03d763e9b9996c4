// fusebox chat: a conversation, or the answer to one prompt.
#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>

#include "apps/command.h"
#include "apps/interrupt.h"
#include "apps/line_reader.h"
#include "apps/model_flags.h"
#include "apps/sampling_flags.h"
#include "apps/terminal.h"
#include "fusebox/base/cache.h"
#include "fusebox/base/error.h"
#include "fusebox/llm/conversation.h"
#include "fusebox/text/tokenizer_utf8.h"

namespace fusebox::apps {
namespace {

using llm::FinishReason;

constexpr const char* kExamples =
    "  fusebox chat model.gguf\n"
    "  fusebox chat model.gguf --prompt \"Why is the sky blue?\" --temp 0\n"
    "  printf 'Hello\\nAnd in French?\\n' | fusebox chat model.gguf\n"
    "\n"
    "The reply goes to stdout, all else to stderr. Lines of a piped stdin are one turn each. Ctrl-C stops "
    "the\n"
    "reply; on an empty line it leaves when pressed twice, as Ctrl-D does. /help lists what can be typed.";

constexpr std::string_view kHelp =
    "/clear         forget the conversation, keep the system message\n"
    "/system TEXT   say something else in the system message (no TEXT: show it)\n"
    "/save FILE     write the conversation as JSON, a request for fusebox run\n"
    "/help          this\n"
    "/exit          leave, as Ctrl-D does\n"
    "A line that ends in \\ goes on in the next; \"\"\" begins and ends a text of several lines.\n"
    "Ctrl-C stops a reply.\n";

struct Flags {
  ModelFlags model;
  SamplingFlags sampling;
  std::optional<std::string> system, prompt;
  llm::Overflow overflow = llm::Overflow::kError;
};

void check_utf8(const std::string& text, const char* flag) {
  if (!text::is_valid_utf8(text))
    throw Error(ErrorKind::kInvalidArgument, fmt::format("the text of {} is no UTF-8", flag));
}

class Chat {
 public:
  explicit Chat(const Flags& flags)
      : model_(flags.model.open(stages_, {1})),
        talk_(model_, {.system = flags.system, .overflow = flags.overflow}) {
    const llm::SamplingOverrides chosen = flags.sampling.overrides.over(model_->defaults());
    options_.sampling = chosen.resolve();
    options_.max_tokens = chosen.max_tokens.value_or(-1);
    options_.stop = chosen.stop.value_or(std::vector<std::string>());
  }

  int answer(const std::string& prompt) {
    check_utf8(prompt, "--prompt");
    Interruptible stop;
    return say(prompt, stop) ? kOk : kInterrupted;
  }

  int converse() {
    LineReader reader(history_file());
    if (!reader.interactive()) return answer_lines(reader);
    greet();
    Interruptible stop;  // all the time: a Ctrl-C that comes just after a reply ends nothing either
    while (const std::optional<std::string> text = reader.next()) {
      if (leaves(*text)) break;
      if (command(*text, true)) continue;
      try {
        say(*text, stop);
      } catch (const Error& error) {
        stages_.done();
        fmt::print(stderr, "{}\n", error.what());
        if (error.kind() == ErrorKind::kContextOverflow)
          fmt::print(stderr, "/clear begins anew; with --overflow drop the oldest turns are forgotten\n");
      }
    }
    return kOk;
  }

 private:
  int answer_lines(LineReader& reader) {
    while (const std::optional<std::string> text = reader.next()) {
      if (leaves(*text)) break;
      if (command(*text, false)) continue;
      Interruptible stop;
      if (!say(*text, stop)) return kInterrupted;
    }
    return kOk;
  }

  // Waits for the programs of a first turn, so that what takes long is over when the user begins.
  void greet() {
    constexpr int64_t kFirst[] = {1, 16, 32, 48, 80};
    for (const int64_t tokens : kFirst) model_->prepare(tokens);
    for (const int64_t tokens : kFirst) model_->session(tokens);
    const std::string programs = stages_.summary();
    stages_.done();
    const std::string line = fmt::format(
        "{} · {} on {} · context {} · {}", std::filesystem::path(model_->path()).filename().string(),
        model_->weights_name(), model_->device().handle().client().platform_name(), model_->context(),
        programs.empty() ? "programs from the artifact" : programs);
    fmt::print(stderr, "{}\n/help for help, Ctrl-D to leave\n", dim(line));
  }

  // One turn; false if the user stopped it.
  bool say(const std::string& text, Interruptible& stop) {
    using Clock = std::chrono::steady_clock;
    const auto begin = Clock::now();
    std::optional<Clock::time_point> first;
    stages_.resume();
    stop.reset();
    options_.cancelled = stop.flag();
    const size_t dropped = talk_.dropped_turns();
    const llm::Reply reply = talk_.say(text, options_, [&](const llm::ReplyToken& token) {
      if (!first) first = Clock::now(), stages_.done();
      if (!token.text.empty()) put(token.text);
      return true;
    });
    stages_.done();
    put("\n");
    if (talk_.dropped_turns() > dropped)
      fmt::print(stderr, "{}\n",
                 dim(fmt::format("(forgot the {} oldest turns)", talk_.dropped_turns() - dropped)));
    const std::chrono::duration<double, std::milli> wait = first.value_or(Clock::now()) - begin;
    fmt::print(stderr, "{}\n", dim(statistics(reply, wait.count())));
    return reply.finish_reason != FinishReason::kCancelled;
  }

  std::string statistics(const llm::Reply& reply, double wait) const {
    std::string line = fmt::format("[prompt {} ({} reused) · {} tokens", talk_.prompt_tokens(),
                                   reply.timings.reused, reply.tokens.size());
    if (!reply.tokens.empty()) line += fmt::format(" · first after {}", format_time(wait));
    if (reply.timings.tokens_per_second > 0)
      line += fmt::format(" · {:.1f} tok/s", reply.timings.tokens_per_second);
    line += fmt::format(" · seed {}", reply.seed);
    if (reply.finish_reason == FinishReason::kCancelled) line += " · stopped";
    if (reply.finish_reason == FinishReason::kLength)
      line += static_cast<int64_t>(reply.tokens.size()) == options_.max_tokens ? " · max-tokens reached"
                                                                               : " · context full";
    return line + "]";
  }

  static bool leaves(std::string_view text) { return text == "/exit" || text == "/quit" || text == "/bye"; }

  // Whether the text was a command and not a turn.
  bool command(const std::string& text, bool interactive) {
    if (!text.starts_with('/')) return false;
    const size_t space = text.find_first_of(" \n");
    const std::string verb = text.substr(0, space);
    const size_t begin = text.find_first_not_of(' ', std::min(space, text.size()));
    const std::string rest = begin == std::string::npos ? "" : text.substr(begin);
    if (verb == "/clear") {
      talk_.clear();
    } else if (verb == "/system") {
      set_system(rest);
    } else if (verb == "/save") {
      save(rest);
    } else if (verb == "/help" || verb == "/?") {
      fmt::print(stderr, "{}", kHelp);
    } else {
      if (interactive) fmt::print(stderr, "there is no {}; /help lists what there is\n", verb);
      return interactive;
    }
    return true;
  }

  void set_system(const std::string& text) {
    if (!text.empty()) return talk_.set_system(text);
    const auto& messages = talk_.messages();
    const bool has = !messages.empty() && messages[0]["role"] == "system";
    fmt::print(stderr, "{}\n", has ? messages[0]["content"].get<std::string>() : "(the template's own)");
  }

  void save(const std::string& path) const {
    if (path.empty()) {
      fmt::print(stderr, "/save wants a file's name\n");
      return;
    }
    std::ofstream file(path);
    file << nlohmann::ordered_json{{"messages", talk_.messages()}}.dump() << "\n";
    file.close();
    if (file.fail())
      fmt::print(stderr, "cannot write {}: {}\n", path, std::strerror(errno));
    else
      fmt::print(stderr, "{} messages in {}\n", talk_.messages().size(), path);
  }

  static std::string history_file() {
    const FileCache& cache = FileCache::user();
    return cache.writable() ? cache.directory() + "/chat_history" : std::string();
  }

  StageReport stages_;
  std::shared_ptr<llm::LanguageModel> model_;
  llm::Conversation talk_;
  llm::GenerateOptions options_;
};

}  // namespace

Runner add_chat(CLI::App& app) {
  const auto flags = std::make_shared<Flags>();
  flags->model.add(app);
  app.add_option("--prompt", flags->prompt, "answer this and end");
  app.add_option("--system", flags->system, "the system message");
  flags->sampling.add(app);
  const std::map<std::string, llm::Overflow> policies = {{"error", llm::Overflow::kError},
                                                         {"drop", llm::Overflow::kDropOldestTurns}};
  app.add_option("--overflow", flags->overflow, "when the context is full: error, or drop the oldest turns")
      ->transform(CLI::CheckedTransformer(policies));
  app.footer(kExamples);
  return [flags] {
    if (flags->system) check_utf8(*flags->system, "--system");
    Chat chat(*flags);
    return flags->prompt ? chat.answer(*flags->prompt) : chat.converse();
  };
}

}  // namespace fusebox::apps
