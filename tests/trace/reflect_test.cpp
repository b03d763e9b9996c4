#include "fusebox/trace/reflect.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace fusebox::reflect {
namespace {

// What a tensor is to these tests.
struct Leaf {
  int id = 0;
};

struct Linear {
  Leaf weight;
  std::optional<Leaf> bias;
};

struct Attention {
  Linear q_proj, k_proj;
};

struct Layer {
  Attention self_attn;
  float epsilon = 1e-5f;
};

struct Model {
  std::string name;
  std::vector<Layer> layers;
  std::unique_ptr<Linear> lm_head;
  Named<"0", Linear> first;
};

std::vector<std::string> paths(const auto& object) {
  std::vector<std::string> result;
  visit_leaves<Leaf>(object, [&](std::string_view path, const Leaf&) { result.emplace_back(path); });
  return result;
}

TEST(Reflect, NamesAndFieldsInOrder) {
  Model model{.name = "tiny", .layers = {}, .lm_head = nullptr, .first = {}};
  std::vector<std::string> names;
  for_each_field(model, [&](std::string_view name, auto&) { names.emplace_back(name); });
  EXPECT_EQ(names, (std::vector<std::string>{"name", "layers", "lm_head", "0"}));
  static_assert(field_count<Model> == 4);
  static_assert(field_name<Model, 1>() == "layers");
}

TEST(Reflect, LeavesOfNestedStructs) {
  Model model;
  model.layers.resize(2);
  model.layers[1].self_attn.k_proj.bias.emplace();
  EXPECT_EQ(paths(model),
            (std::vector<std::string>{"layers.0.self_attn.q_proj.weight", "layers.0.self_attn.k_proj.weight",
                                      "layers.1.self_attn.q_proj.weight", "layers.1.self_attn.k_proj.weight",
                                      "layers.1.self_attn.k_proj.bias", "0.weight"}));
}

}  // namespace
}  // namespace fusebox::reflect
