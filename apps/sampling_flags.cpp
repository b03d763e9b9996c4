#include "apps/sampling_flags.h"

#include <cstdint>
#include <string>
#include <vector>

namespace fusebox::apps {

void SamplingFlags::add(CLI::App& app) {
  const char* group = "Sampling";
  const auto option = [&](const char* names, auto& place, const char* text) {
    return app.add_option(names, place, text)->group(group);
  };
  option("--temp,--temperature", overrides.temperature, "0: always the likeliest token (default: 0.8)")
      ->check(CLI::NonNegativeNumber);
  option("--top-k", overrides.top_k, "the likeliest so many; 0: off (default: 40)")
      ->check(CLI::NonNegativeNumber);
  option("--top-p", overrides.top_p, "the likeliest that have this share together; 1: off (default: 0.95)")
      ->check(CLI::Range(0.0, 1.0));
  option("--min-p", overrides.min_p, "at least this share of the likeliest; 0: off (default: 0.05)")
      ->check(CLI::Range(0.0, 1.0));
  option("--repetition-penalty,--repeat-penalty", overrides.repetition_penalty,
         "on all tokens of the context; 1: off (default: 1)")
      ->check(CLI::PositiveNumber);
  option("--presence-penalty", overrides.presence_penalty, "on tokens of the reply, once (default: 0)");
  option("--frequency-penalty", overrides.frequency_penalty,
         "on tokens of the reply, each time (default: 0)");
  option("--seed", overrides.seed, "the same seed gives the same text (default: drawn, and told)");
  option("--max-tokens,-n", overrides.max_tokens, "of the reply (default: what the context has room for)")
      ->check(CLI::NonNegativeNumber);
  app.add_option_function<std::vector<std::string>>(
         "--stop", [this](const std::vector<std::string>& strings) { overrides.stop = strings; },
         "the reply ends before this text; may be given again")
      ->type_size(1)
      ->allow_extra_args(false)
      ->group(group);
}

}  // namespace fusebox::apps
