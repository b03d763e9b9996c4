// fusebox perplexity: how well a model predicts a text.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <numeric>
#include <span>

#include "apps/command.h"
#include "apps/model_flags.h"
#include "apps/terminal.h"
#include "fusebox/base/error.h"
#include "fusebox/llm/sequence.h"

namespace fusebox::apps {
namespace {

using Ids = std::vector<int32_t>;

constexpr const char* kHelp =
    R"(  fusebox perplexity model.gguf book.txt --window 1024

The text is cut into whole windows of tokens, one after the other; what is left at the end is not scored, but a
text shorter than one window is scored as it is. In each window every token but the first is scored, given
those before it. perplexity = exp(-mean_log_prob), natural logarithms. Special tokens in the text become their
ids; a window begins with the model's begin mark if its tokenizer asks for one.)";

struct Flags {
  ModelFlags model;
  std::string file;
  int64_t window = 0;
  bool json = false;
};

struct Score {
  double log_prob = 0;
  int64_t tokens = 0;

  double mean() const { return log_prob / static_cast<double>(tokens); }
};

std::string read_text(const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored))
    throw Error(ErrorKind::kIo, "is a folder, want a file").file(path);
  std::ifstream file(path, std::ios::binary);
  if (!file) throw Error(ErrorKind::kNotFound, "cannot read the file").file(path);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (file.bad()) throw Error(ErrorKind::kIo, "cannot read the file").file(path);
  return text;
}

// Whole windows of `size` tokens with the begin mark, if there is one.
std::vector<Ids> cut(const Ids& text, size_t size, std::optional<int32_t> begin) {
  std::vector<Ids> windows;
  const size_t own = size - (begin ? 1 : 0);
  for (size_t at = 0; at == 0 || at + own <= text.size(); at += own) {
    Ids window;
    if (begin) window.push_back(*begin);
    const auto first = text.begin() + static_cast<ptrdiff_t>(at);
    window.insert(window.end(), first, first + static_cast<ptrdiff_t>(std::min(own, text.size() - at)));
    windows.push_back(std::move(window));
  }
  return windows;
}

Score score(const std::shared_ptr<llm::LanguageModel>& model, const std::vector<Ids>& windows,
            StageReport& stages) {
  llm::Sequence sequence(model);
  Score score;
  for (size_t i = 0; i < windows.size(); ++i) {
    const std::vector<float> scores = sequence.score(windows[i]);
    score.log_prob = std::accumulate(scores.begin(), scores.end(), score.log_prob);
    score.tokens += static_cast<int64_t>(scores.size());
    stages.done();
    if (isatty(STDERR_FILENO) != 0)
      fmt::print(stderr, "\r\x1b[K{} of {} windows, perplexity {:.4f}{}", i + 1, windows.size(),
                 std::exp(-score.mean()), i + 1 < windows.size() ? "" : "\r\x1b[K");
  }
  return score;
}

int run(const Flags& flags) {
  StageReport stages;
  const std::string text = read_text(flags.file);
  const std::shared_ptr<llm::LanguageModel> model = flags.model.open(stages);
  const int64_t window = flags.window > 0 ? flags.window : model->context();
  if (window < 2 || window > model->context())
    throw Error(ErrorKind::kInvalidArgument,
                fmt::format("--window is {}, want 2 to {}, the context", window, model->context()));
  const text::Tokenizer& tokenizer = *model->tokenizer();
  const Ids ids = tokenizer.encode(text, {.add_special = false});
  const std::optional<int32_t> begin = tokenizer.adds_bos() ? tokenizer.bos_id() : std::nullopt;
  if (ids.size() + (begin ? 1 : 0) < 2)
    throw Error(ErrorKind::kInvalidArgument, fmt::format("{} tokens of text, want at least 2", ids.size()))
        .file(flags.file);
  const Score total = score(model, cut(ids, static_cast<size_t>(window), begin), stages);
  const double perplexity = std::exp(-total.mean());
  if (flags.json)
    put(nlohmann::ordered_json{
            {"perplexity", perplexity}, {"mean_log_prob", total.mean()}, {"tokens", total.tokens}}
            .dump() +
        "\n");
  else
    put(fmt::format("perplexity {:.4f}, mean log-probability {:.6f}, {} tokens scored\n", perplexity,
                    total.mean(), total.tokens));
  return kOk;
}

}  // namespace

Runner add_perplexity(CLI::App& app) {
  const auto flags = std::make_shared<Flags>();
  app.footer(kHelp);
  flags->model.add(app);
  app.add_option("FILE", flags->file, "the text, UTF-8")->required();
  app.add_option("--window", flags->window, "tokens that are scored together (default: the context)")
      ->check(CLI::PositiveNumber);
  app.add_flag("--json", flags->json, "one object: perplexity, mean_log_prob, tokens (that were scored)");
  return [flags] { return run(*flags); };
}

}  // namespace fusebox::apps
