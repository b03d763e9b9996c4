// What a model's programs are traced from, and that a second start does not trace them again.
#include "fusebox/llm/programs.h"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <functional>
#include <random>
#include <set>
#include <typeinfo>

#include "fusebox/base/build_id.h"
#include "fusebox/base/cache.h"
#include "fusebox/base/log.h"
#include "fusebox/llm/chunks.h"
#include "fusebox/llm/generate.h"
#include "fusebox/runtime/outline.h"
#include "fusebox/stablehlo/printer.h"
#include "tests/llm/tiny_model.h"

namespace fusebox::llm {
namespace {

// All that a program is made of.
struct Ingredients {
  TinyLlama tensors = tiny_llama("tied");
  ordered_json config = tiny_config(tensors);
  bool gguf = false;
  std::vector<float> divisors = {};  // of the GGUF file
  ProgramKind kind = ProgramKind::kStep;
  StepSizes sizes = {1, 8, cache_capacity(64, kLargestChunk), f32};
  TraceOptions options = {};
};

using Change = std::function<void(Ingredients&)>;

void set_tensors(Ingredients& made, const TinyLlama& tensors) {
  made.tensors = tensors;
  made.config = tiny_config(tensors);
}

// Each changes one thing. What is computed stays the same by some of them; the recipe need not know.
const std::vector<Change> kChanges = {
    [](Ingredients&) {},
    [](Ingredients& made) { made.config["rms_norm_eps"] = 2e-5; },
    [](Ingredients& made) { made.config["rope_theta"] = 10001; },
    [](Ingredients& made) { made.config["max_position_embeddings"] = 161; },
    [](Ingredients& made) { made.config["rope_scaling"] = {{"rope_type", "linear"}, {"factor", 2}}; },
    [](Ingredients& made) { made.config["rope_scaling"] = {{"rope_type", "linear"}, {"factor", 3}}; },
    [](Ingredients& made) { made.config["rope_scaling"] = tiny_llama("untied").scaling; },
    [](Ingredients& made) {
      made.config["rope_scaling"] = tiny_llama("untied").scaling;
      made.config["rope_scaling"]["low_freq_factor"] = 2;
    },
    [](Ingredients& made) { made.config["rope_scaling"] = tiny_llama("yarn").scaling; },
    [](Ingredients& made) {
      made.config["rope_scaling"] = tiny_llama("yarn").scaling;
      made.config["rope_scaling"]["beta_slow"] = 2;
    },
    // The same tensors, split into other heads.
    [](Ingredients& made) {
      made.config["num_attention_heads"] = 8;
      made.config["num_key_value_heads"] = 4;
      made.config["head_dim"] = 4;
    },
    [](Ingredients& made) {
      set_tensors(made, [] {
        TinyLlama tensors = tiny_llama("tied");
        tensors.bias = true;
        return tensors;
      }());
    },
    [](Ingredients& made) {
      set_tensors(made, [] {
        TinyLlama tensors = tiny_llama("tied");
        tensors.untied = true;
        return tensors;
      }());
    },
    [](Ingredients& made) {
      set_tensors(made, [] {
        TinyLlama tensors = tiny_llama("tied");
        tensors.inner += 8;
        return tensors;
      }());
    },
    [](Ingredients& made) {
      set_tensors(made, [] {
        TinyLlama tensors = tiny_llama("tied");
        ++tensors.layers;
        return tensors;
      }());
    },
    [](Ingredients& made) { made.gguf = true; },
    [](Ingredients& made) { made.gguf = true, made.divisors = {1, 1, 2, 4}; },
    [](Ingredients& made) { made.gguf = true, made.divisors = {1, 1, 2, 5}; },
    [](Ingredients& made) { made.kind = ProgramKind::kScore; },
    [](Ingredients& made) { made.kind = ProgramKind::kLogits; },
    [](Ingredients& made) { made.kind = ProgramKind::kCopy; },
    [](Ingredients& made) { made.sizes.slots = 2; },
    [](Ingredients& made) { made.sizes.tokens = 1; },
    [](Ingredients& made) { made.sizes.capacity *= 2; },
    [](Ingredients& made) { made.sizes.cache_dtype = f16; },
    [](Ingredients& made) { made.options.weight_dtype = bf16; },
    [](Ingredients& made) { made.options.block_weights = true; },
    [](Ingredients& made) { made.options.composites = {"fusebox.attention"}; },
    [](Ingredients& made) { made.options.composites = {"fusebox.rms_norm"}; },
};

std::shared_ptr<const CausalModel> open_made(const Ingredients& made, const TemporaryFolder& folder) {
  if (made.gguf) return open_model(folder.write("tiny.gguf", tiny_gguf(made.tensors, made.divisors)));
  write_tiny_llama(folder, made.tensors);
  folder.write("config.json", made.config.dump());
  return open_model(folder.path());
}

TEST(ProgramRecipe, IsAnotherForEachIngredient) {
  std::set<std::string> recipes;
  std::map<std::string, std::string> texts;  // by recipe
  for (size_t i = 0; i < kChanges.size(); ++i) {
    SCOPED_TRACE(i);
    Ingredients made;
    kChanges[i](made);
    const TemporaryFolder folder, other_folder;
    const auto model = open_made(made, folder), again = open_made(made, other_folder);
    const std::string recipe = program_recipe(*model, made.kind, made.sizes, made.options);
    EXPECT_TRUE(recipes.insert(recipe).second);
    EXPECT_EQ(program_recipe(*again, made.kind, made.sizes, made.options), recipe);
    const auto print = [&](const CausalModel& from) {
      return stablehlo::print(trace_program(from, made.kind, made.sizes, made.options).program);
    };
    EXPECT_EQ(print(*model), print(*again));
  }
}

TEST(ProgramRecipe, NamesTheBuildOfTheFamily) {
  const Ingredients made;
  const TemporaryFolder folder;
  const auto model = open_made(made, folder);
  const std::string family = build_id(&typeid(*model));
  ASSERT_FALSE(family.empty());
  const std::string recipe = program_recipe(*model, made.kind, made.sizes, made.options);
  EXPECT_NE(recipe.find(family), std::string::npos);
}

// A model of settings that no other test has, in a folder of its own, and the stages of opening it.
class SecondStart : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(FileCache::user().writable()) << FileCache::user().directory();
    write_tiny_llama(folder_, tiny_llama("tied"));
    config_ = tiny_config(tiny_llama("tied"));
    // Far apart: programs hold it in f32, and must be those of no other test, nor of an earlier run.
    std::random_device random;
    config_["rope_theta"] = std::uniform_real_distribution(1e3, 1e6)(random);
    set_config();
  }

  void set_config() const { folder_.write("config.json", config_.dump()); }

  // Greedy tokens; `stages_` is then what happened to the decode step and the weights.
  std::vector<int32_t> start(bool use_cache = true) {
    stages_.clear();
    ModelOptions options = tiny_options();
    options.use_cache = use_cache;
    options.on_stage = [this](std::string_view stage, double) {
      if (stage.ends_with(" decode")) stages_.emplace(stage);
    };
    const auto model = LanguageModel::open(folder_.path(), options);
    Sequence sequence(model);
    return generate(sequence, {40, 7, 99}, {.sampling = {.temperature = 0}, .max_tokens = 8}, {}).tokens;
  }

  // The outline is no good and is made again; the program is there. What is logged of it is not shown.
  void expect_trace_and_then_none(const std::vector<int32_t>& tokens) {
    set_log_sink([](LogLevel, std::string_view) {});
    EXPECT_EQ(start(), tokens);
    set_log_sink({});
    EXPECT_EQ(stages_, (std::set<std::string>{"trace decode", "print decode", "load from cache decode"}));
    EXPECT_EQ(start(), tokens);
    EXPECT_EQ(stages_, kWarm);
  }

  // Of the programs that generation has compiled here.
  std::vector<std::string> entries(std::string_view kind) const {
    std::vector<std::string> names;
    for (const CacheEntry& entry : FileCache::user().entries())
      if (entry.name.starts_with(kind) && !before_.contains(entry.name)) names.push_back(entry.name);
    return names;
  }

  static std::set<std::string> all_entries() {
    std::set<std::string> names;
    for (const CacheEntry& entry : FileCache::user().entries()) names.insert(entry.name);
    return names;
  }

  const std::set<std::string> kCold = {"trace decode", "print decode", "compile decode"};
  const std::set<std::string> kWarm = {"load from cache decode"};

  const TemporaryFolder folder_;
  const std::set<std::string> before_ = all_entries();
  ordered_json config_;
  std::set<std::string> stages_;
};

TEST_F(SecondStart, DoesNotTrace) {
  const std::vector<int32_t> first = start();
  EXPECT_EQ(stages_, kCold);
  EXPECT_EQ(start(), first);
  EXPECT_EQ(stages_, kWarm);
  EXPECT_EQ(start(false), first);
  EXPECT_EQ(stages_, kCold);
}

TEST_F(SecondStart, OfAChangedModelTraces) {
  start();
  const std::vector<int32_t> first = start();
  EXPECT_EQ(stages_, kWarm);
  config_["rms_norm_eps"] = 0.5;
  set_config();
  const std::vector<int32_t> changed = start();
  EXPECT_EQ(stages_, kCold);
  EXPECT_EQ(start(), changed);
  EXPECT_EQ(stages_, kWarm);
  config_["rms_norm_eps"] = 1e-5;
  set_config();
  EXPECT_EQ(start(), first);
  EXPECT_EQ(stages_, kWarm);
}

TEST_F(SecondStart, WithoutTheProgramCompilesItAgain) {
  const std::vector<int32_t> first = start();
  ASSERT_FALSE(entries("program-").empty());
  for (const std::string& name : entries("program-")) FileCache::user().remove(name);
  EXPECT_EQ(start(), first);
  EXPECT_EQ(stages_, kCold);
  EXPECT_EQ(start(), first);
  EXPECT_EQ(stages_, kWarm);
}

TEST_F(SecondStart, WithADamagedOutlineTracesAndKeepsItAgain) {
  const std::vector<int32_t> first = start();
  ASSERT_FALSE(entries("outline-").empty());
  for (const std::string& name : entries("outline-")) {
    const std::string junk = "junk";
    FileCache::user().store(name, std::as_bytes(std::span(junk)));
  }
  expect_trace_and_then_none(first);
}

// What is wrong with it shows only beside the model.
TEST_F(SecondStart, WithAnOutlineOfOtherWeightsTracesAndKeepsItAgain) {
  const std::vector<int32_t> first = start();
  ASSERT_FALSE(entries("outline-").empty());
  const std::vector<std::function<void(ordered_json&)>> changes = {
      [](ordered_json& weight) { weight["name"] = "model.layers.2.mlp.up_proj.weight"; },
      [](ordered_json& weight) { weight["dims"].push_back(1); },
      [](ordered_json& weight) { weight["dtype"] = "bf16"; },
      [](ordered_json& weight) { weight["format"] = "Q8_0"; },
  };
  for (size_t i = 0; i < changes.size(); ++i) {
    SCOPED_TRACE(i);
    for (const std::string& name : entries("outline-")) {
      const auto entry = FileCache::user().peek(name);
      ASSERT_TRUE(entry);
      ordered_json outline = ordered_json::parse(
          std::string(reinterpret_cast<const char*>(entry->bytes().data()), entry->bytes().size()));
      for (ordered_json& parameter : outline["signature"]["parameters"])
        if (parameter["kind"] == "weight") {
          changes[i](parameter);
          break;
        }
      const std::string text = outline.dump();
      FileCache::user().store(name, std::as_bytes(std::span(text)));
    }
    expect_trace_and_then_none(first);
  }
}

// A report of a stage that throws stands for whatever may go wrong on the way.
TEST(FailedProgram, IsMadeAgainByWhoeverAsksNext) {
  std::atomic<bool> fails = true;
  ModelOptions options = tiny_options();
  options.use_cache = false;
  options.on_stage = [&](std::string_view stage, double) {
    if (fails && stage == "print prefill 8") throw Error(ErrorKind::kIo, "no more ink");
  };
  const auto model = LanguageModel::open(tiny_model()->path(), options);
  for (int i = 0; i < 2; ++i) {
    try {
      model->session(8);
      FAIL();
    } catch (const Error& error) {
      EXPECT_EQ(error.message(), "no more ink");
    }
  }
  fails = false;
  EXPECT_NO_THROW(model->session(8));
  EXPECT_NO_THROW(model->session(8));
}

}  // namespace
}  // namespace fusebox::llm
