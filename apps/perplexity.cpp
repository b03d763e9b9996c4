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
#include "apps/divergence.h"
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
ids; a window begins with the model's begin mark if its tokenizer asks for one.
--against f32 scores the same model once more, with its weights expanded to f32, and tells how far this one's
predictions are from those: the Kullback-Leibler divergence Σ p ln(p / q) of each token, p being f32's. Windows
are then of 1,024 tokens if --window does not say otherwise.)";

struct Flags {
  ModelFlags model;
  std::string file, against;
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

// The same model with its weights expanded.
std::shared_ptr<llm::LanguageModel> open_expanded(const Flags& flags, int64_t context) {
  llm::ModelOptions options;
  options.device = {.plugin = flags.model.plugin, .threads = flags.model.threads};
  options.dtype = dtype_from_name(flags.against);
  options.context = context;
  options.use_cache = !flags.model.no_cache;
  return llm::LanguageModel::open(flags.model.model, options);
}

// Of `model` from `right`, and the score of that.
std::pair<Divergence, Score> compare(const std::shared_ptr<llm::LanguageModel>& model,
                                     const std::shared_ptr<llm::LanguageModel>& right,
                                     const std::vector<Ids>& windows) {
  const auto vocabulary = static_cast<size_t>(model->sizes().vocabulary);
  llm::Sequence sequence(model), other(right);
  Divergence divergence;
  Score score;
  for (const Ids& window : windows) {
    std::vector<float> wanted;
    wanted.reserve((window.size() - 1) * vocabulary);
    other.read(window, [&](size_t, std::span<const float> logits) {
      wanted.insert(wanted.end(), logits.begin(), logits.end());
    });
    for (size_t i = 0; i + 1 < window.size(); ++i)
      score.log_prob +=
          log_prob(std::span(wanted).subspan(i * vocabulary, vocabulary), static_cast<size_t>(window[i + 1]));
    score.tokens += static_cast<int64_t>(window.size()) - 1;
    sequence.read(window, [&](size_t begin, std::span<const float> logits) {
      divergence.add(std::span(wanted).subspan(begin * vocabulary, logits.size()), logits, vocabulary);
    });
  }
  return {divergence, score};
}

nlohmann::ordered_json told_against(const Flags& flags, const std::shared_ptr<llm::LanguageModel>& model,
                                    const std::vector<Ids>& windows) {
  const auto [divergence, score] = compare(model, open_expanded(flags, model->context()), windows);
  return {{"dtype", flags.against},
          {"perplexity", std::exp(-score.mean())},
          {"mean_kl", divergence.mean()},
          {"median_kl", divergence.quantile(0.5)},
          {"kl_99", divergence.quantile(0.99)},
          {"largest_kl", divergence.quantile(1)},
          {"same_choice", divergence.same_choice()}};
}

std::string told(const nlohmann::ordered_json& result) {
  std::string text = fmt::format("perplexity {:.4f}, mean log-probability {:.6f}, {} tokens scored\n",
                                 result["perplexity"].get<double>(), result["mean_log_prob"].get<double>(),
                                 result["tokens"].get<int64_t>());
  if (!result.contains("against")) return text;
  const nlohmann::ordered_json& against = result["against"];
  const double other = against["perplexity"];
  return text + fmt::format(
                    "against {}: perplexity {:.4f} ({:+.2f} %), KL divergence {:.5f} nats per token (median "
                    "{:.5f}, 99 % "
                    "under {:.4f}, largest {:.4f}), the same choice after {:.2f} % of the tokens\n",
                    against["dtype"].get<std::string>(), other,
                    100 * (result["perplexity"].get<double>() / other - 1), against["mean_kl"].get<double>(),
                    against["median_kl"].get<double>(), against["kl_99"].get<double>(),
                    against["largest_kl"].get<double>(), 100 * against["same_choice"].get<double>());
}

int run(const Flags& flags) {
  StageReport stages;
  const std::string text = read_text(flags.file);
  const std::shared_ptr<llm::LanguageModel> model = flags.model.open(stages);
  // What another model says of a window is kept until this one has said it, too: a vocabulary per token.
  const int64_t longest =
      flags.against.empty() ? model->context() : std::min<int64_t>(model->context(), 1024);
  const int64_t window = flags.window > 0 ? flags.window : longest;
  if (window < 2 || window > model->context())
    throw Error(ErrorKind::kInvalidArgument,
                fmt::format("--window is {}, want 2 to {}, the context", window, model->context()));
  const text::Tokenizer& tokenizer = *model->tokenizer();
  const Ids ids = tokenizer.encode(text, {.add_special = false});
  const std::optional<int32_t> begin = tokenizer.adds_bos() ? tokenizer.bos_id() : std::nullopt;
  if (ids.size() + (begin ? 1 : 0) < 2)
    throw Error(ErrorKind::kInvalidArgument, fmt::format("{} tokens of text, want at least 2", ids.size()))
        .file(flags.file);
  const std::vector<Ids> windows = cut(ids, static_cast<size_t>(window), begin);
  const Score total = score(model, windows, stages);
  nlohmann::ordered_json result = {
      {"perplexity", std::exp(-total.mean())}, {"mean_log_prob", total.mean()}, {"tokens", total.tokens}};
  if (!flags.against.empty()) result["against"] = told_against(flags, model, windows);
  put(flags.json ? result.dump() + "\n" : told(result));
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
  app.add_option("--against", flags->against, "how far it is from the model in this dtype: f32, bf16, f16")
      ->check(CLI::IsMember({"f32", "bf16", "f16"}));
  app.add_flag("--json", flags->json,
               "one object: perplexity, mean_log_prob, tokens (that were scored), against");
  return [flags] { return run(*flags); };
}

}  // namespace fusebox::apps
