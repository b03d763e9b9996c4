#include "fusebox/trace/reflect.h"

#include <gtest/gtest.h>

#include <any>
#include <array>
#include <atomic>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

namespace fusebox::reflect {

// What a tensor is to these tests. Like a tensor it is not trivially copyable.
struct Leaf {
  std::shared_ptr<int> value;
};

// Some reflected types have external linkage and some, below, have none: the two are different to compilers.
struct Linear {
  Leaf weight;
  std::optional<Leaf> bias;
  int operator()(int x) const { return 2 * x; }
};

struct Third {  // somebody else's class
  explicit Third(int value) : value_(value) {}
  int value() const { return value_; }

 private:
  int value_;
  std::string name_;
};

template <>
inline constexpr bool is_opaque<Third> = true;

namespace {

using Strings = std::vector<std::string>;

Strings names(auto& object) {
  Strings result;
  for_each_field(object, [&](std::string_view name, auto&) { result.emplace_back(name); });
  return result;
}

Strings paths(auto& object, std::string_view prefix = "") {
  Strings result;
  visit_leaves<Leaf>(object, prefix, [&](std::string_view path, const Leaf&) { result.emplace_back(path); });
  return result;
}

// ---- Fields ----

struct Config {
  int hidden = 4;
  float epsilon = 1e-5f;
  std::string activation = "silu";
  std::vector<int> sizes = {1, 2};
  std::optional<double> theta;
};

TEST(ReflectFields, NamesAndValuesInOrder) {
  Config config{.hidden = 7, .activation = "gelu", .sizes = {}, .theta = 1e4};
  EXPECT_EQ(names(config), (Strings{"hidden", "epsilon", "activation", "sizes", "theta"}));
  for_each_field(config, [](std::string_view name, auto& field) {
    if constexpr (std::is_same_v<decltype(field), int&>) {
      EXPECT_EQ(name, "hidden");
      EXPECT_EQ(field++, 7);
    }
  });
  EXPECT_EQ(config.hidden, 8);
}

TEST(ReflectFields, ConstObjectsHaveConstFields) {
  const Linear linear;
  int fields = 0;
  for_each_field(linear, [&](std::string_view, auto& field) {
    static_assert(std::is_const_v<std::remove_reference_t<decltype(field)>>);
    ++fields;
  });
  EXPECT_EQ(fields, 2);
}

TEST(ReflectFields, AreKnownToTheCompiler) {
  static_assert(field_count<Config> == 5);
  static_assert(field_count<const Config> == 5);
  static_assert(field_name<Config, 0>() == "hidden");
  static_assert(field_name<Linear, 1>() == "bias");
  constexpr int sum = [] {
    struct Pair {
      int a = 1, b = 2;
    } pair;
    int total = 0;
    for_each_field(pair,
                   [&](std::string_view name, int& field) { total += name == "b" ? 10 * field : field; });
    return total;
  }();
  static_assert(sum == 21);
}

TEST(ReflectFields, OfLocalAndNestedClassesAndTemplates) {
  struct Local {
    int first, second_2;
  } local{};
  EXPECT_EQ(names(local), (Strings{"first", "second_2"}));
  struct Outer {
    struct Inner {
      std::pair<int, int> _leading;
      int größe;
    };
  };
  Outer::Inner inner{};
  EXPECT_EQ(names(inner), (Strings{"_leading", "größe"}));
  std::tuple<int> unused;
  auto generic = [&]<class T>(T value) {
    struct Generic {
      T a, b;
    } object{value, value};
    return names(object);
  };
  EXPECT_EQ(generic(unused), (Strings{"a", "b"}));
}

struct NoDefault {
  NoDefault(int, int) {}
};
struct OneExplicit {
  explicit OneExplicit(int) {}
};
struct Greedy {
  template <class T>
  Greedy(T&&) {}
};
struct Immovable {
  Immovable() = default;
  Immovable(const Immovable&) = delete;
};
enum class Color { kRed };

TEST(ReflectFields, OfEveryKindAreCounted) {
  struct Empty {};
  static_assert(field_count<Empty> == 0);
  struct Nested {  // no brace elision
    Config a, b;
    std::array<Config, 3> c;
    std::array<int, 2> d;
    int e = 5;
  };
  static_assert(field_count<Nested> == 5);
  struct Containers {
    std::vector<Config> a;
    std::map<std::string, Config> b;
    std::unique_ptr<Config> c;
    std::optional<Config> d;
    std::optional<std::optional<std::vector<int>>> e;
    std::pair<Config, int> f;
    std::tuple<Config, int> g;
    std::set<int> h;
    std::string i;
    std::string_view j;
  };
  static_assert(field_count<Containers> == 10);
  struct Erased {
    std::function<int(Config)> a;
    std::any b;
    std::variant<int, Config> c;
    std::shared_ptr<Config> d;
    std::mutex e;
    std::atomic<int> f;
  };
  static_assert(field_count<Erased> == 6);
  struct Odd {
    NoDefault a;
    const int b;
    OneExplicit c;
    Greedy d;
    std::optional<Greedy> e;
    std::vector<OneExplicit> f;
    Immovable g;
    NoDefault h;
    Color i = Color::kRed;
    int (*j)(int);
    int Config::* k;
    void* l;
    Empty m;
  };
  static_assert(field_count<Odd> == 13);
  struct Arrays {
    int a[3];
    std::string b[2][2];
    int c = 0;
  };
  static_assert(field_count<Arrays> == 3);
  struct Given {  // no field has to be given, and yet {} is nothing for the first
    NoDefault a = NoDefault(1, 2);
    int b = 0;
  };
  static_assert(field_count<Given> == 2);
  struct OneOptional {
    std::optional<int> a;
  };
  static_assert(field_count<OneOptional> == 1);
  struct OneNested {
    Config a;
  };
  static_assert(field_count<OneNested> == 1);
  struct OneAny {
    std::any a;
  };
  static_assert(field_count<OneAny> == 1);
  struct OneGreedy {
    Greedy a;
  };
  static_assert(field_count<OneGreedy> == 1);
}

// As many fields as there may be.
struct Wide {
  Linear a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9;
  Linear c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, d0, d1, d2, d3, d4, d5, d6, d7, d8, d9;
  Linear e0, e1, e2, e3, e4, e5, e6, e7, e8, e9, f0, f1, f2, f3, f4, f5, f6, f7, f8, f9;
  Linear g0, g1, g2, last;
};

TEST(ReflectFields, GoUpToSixtyFour) {
  static_assert(field_count<Wide> == 64);
  static_assert(field_name<Wide, 63>() == "last");
  Wide wide;
  EXPECT_EQ(paths(wide).size(), 64u);
  EXPECT_EQ(paths(wide).back(), "last.weight");
}

struct Callable {};
struct Printable {};

TEST(ReflectFields, EmptyBasesDoNotCount) {
  struct Given : Callable, Printable {
    NoDefault first;
    std::any last;
  };
  static_assert(field_count<Given> == 2);

  struct Derived : Callable, Printable {
    Linear proj;
    int n = 0;
  };
  Derived derived;
  EXPECT_EQ(names(derived), (Strings{"proj", "n"}));
}

// ---- Modules that are made from a configuration ----

TEST(ReflectFields, OfAggregatesMadeFromAConfiguration) {
  struct Layer {
    Config config;
    Linear proj = {};
  };
  struct Model {
    Config config;
    std::vector<Layer> layers = std::vector<Layer>(static_cast<size_t>(config.hidden), Layer(config));
  };
  Config config;
  config.hidden = 2;
  config.activation = "relu";
  auto model = Model(config);
  EXPECT_EQ(paths(model), (Strings{"layers.0.proj.weight", "layers.1.proj.weight"}));
  EXPECT_EQ(model.layers[1].config.activation, "relu");
}

struct WithConstructor {
  static constexpr std::size_t kFields = 3;
  explicit WithConstructor(const Config& config) : layers(static_cast<size_t>(config.hidden)) {}
  virtual ~WithConstructor() = default;

  Linear embed_tokens;
  std::vector<Linear> layers;
  int rank = 0;
};

TEST(ReflectFields, OfClassesWithConstructorsThatSayTheirNumber) {
  WithConstructor model(Config{.hidden = 1, .activation = "", .sizes = {}, .theta = {}});
  EXPECT_EQ(names(model), (Strings{"embed_tokens", "layers", "rank"}));
  EXPECT_EQ(paths(model), (Strings{"embed_tokens.weight", "layers.0.weight"}));
}

// ---- Named ----

TEST(ReflectNamed, GivesTheNameAndIsTheTypeItself) {
  struct Sequential {
    Named<"0", Linear> first;
    Named<"2", Linear> second = Linear{};
    Named<"weight:1", Leaf> leaf;
    Named<"list", std::vector<Linear>> many{std::vector<Linear>(1)};
    Named<"maybe", std::optional<Linear>> maybe;
    Named<"not a class", int> number = 3;
    Named<"pointer", std::unique_ptr<Linear>> pointer;
  };
  Sequential module;
  EXPECT_EQ(names(module), (Strings{"0", "2", "weight:1", "list", "maybe", "not a class", "pointer"}));
  EXPECT_EQ(module.first(21), 42);
  EXPECT_EQ(module.number + 1, 4);
  module.number = 5;
  EXPECT_EQ(module.number, 5);
  module.first = Linear{.weight = {}, .bias = Leaf{}};
  module.pointer = std::make_unique<Linear>();
  EXPECT_EQ(paths(module),
            (Strings{"0.weight", "0.bias", "2.weight", "weight:1", "list.0.weight", "pointer.weight"}));
  Linear plain = module.first;
  EXPECT_TRUE(plain.bias);
}

// ---- Leaves ----

struct Attention {
  Linear q_proj, k_proj;
  Config config;
};

TEST(ReflectLeaves, HaveDottedPaths) {
  struct Layer {
    Attention self_attn;
    std::array<Leaf, 2> norms;
  };
  struct Model {
    std::string name;
    std::vector<Layer> layers;
    std::map<std::string, Linear> adapters;
    std::unique_ptr<Linear> lm_head;
    std::optional<Linear> pooler;
    std::pair<Leaf, int> pair;
    std::tuple<int, Linear> tuple;
  };
  Model model;
  model.layers.resize(1);
  model.layers[0].self_attn.k_proj.bias.emplace();
  model.adapters["b"];
  model.adapters["a"];
  EXPECT_EQ(paths(model), (Strings{"layers.0.self_attn.q_proj.weight", "layers.0.self_attn.k_proj.weight",
                                   "layers.0.self_attn.k_proj.bias", "layers.0.norms.0", "layers.0.norms.1",
                                   "adapters.a.weight", "adapters.b.weight", "pair.0", "tuple.1.weight"}));
  model.lm_head = std::make_unique<Linear>();
  model.pooler.emplace();
  EXPECT_EQ(paths(std::as_const(model), "model").back(), "model.tuple.1.weight");
  EXPECT_EQ(paths(std::as_const(model)).size(), 11u);
}

TEST(ReflectLeaves, AreReferencesToTheFields) {
  Linear linear;
  visit_leaves<Leaf>(linear, [](std::string_view, Leaf& leaf) { leaf.value = std::make_shared<int>(3); });
  EXPECT_EQ(*linear.weight.value, 3);

  const auto pointer = std::make_unique<Linear>();  // const reaches through a holder
  visit_leaves<Leaf>(pointer, [](std::string_view, auto& leaf) {
    static_assert(std::is_same_v<decltype(leaf), const Leaf&>);
  });
}

TEST(ReflectLeaves, OfALoneLeafAndOfContainers) {
  Leaf leaf;
  EXPECT_EQ(paths(leaf), Strings{""});
  EXPECT_EQ(paths(leaf, "x"), Strings{"x"});
  std::vector<std::optional<Leaf>> list(3);
  list[1].emplace();
  EXPECT_EQ(paths(list), Strings{"1"});
  std::tuple<Leaf&, int> tied(leaf, 1);
  EXPECT_EQ(paths(tied), Strings{"0"});
  int nothing = 0;
  EXPECT_EQ(paths(nothing), Strings{});
}

// Fills what is empty, as cx.module does from a checkpoint.
struct Prepare {
  Strings& seen;

  template <class T>
  void operator()(std::string_view path, std::optional<T>& maybe) {
    seen.emplace_back(path);
    if (path.ends_with("bias")) maybe.emplace();
  }
  template <class T>
  void operator()(std::string_view path, std::vector<T>& list) {
    seen.emplace_back(path);
    list.resize(2);
  }
  void operator()(std::string_view path, auto&) { seen.emplace_back(path); }
};

TEST(ReflectLeaves, PrepareMayFillHolders) {
  struct Model {
    std::vector<Linear> layers;
    std::optional<Linear> pooler;
    std::unique_ptr<Linear> head;
    std::map<std::string, Leaf> adapters;
    std::vector<int> numbers;  // no leaves: not asked about
  };
  Model model;
  Strings seen, leaves;
  visit_leaves<Leaf>(
      model, "m", [&](std::string_view path, Leaf&) { leaves.emplace_back(path); }, Prepare{seen});
  EXPECT_EQ(seen,
            (Strings{"m.layers", "m.layers.0.bias", "m.layers.1.bias", "m.pooler", "m.head", "m.adapters"}));
  EXPECT_EQ(leaves,
            (Strings{"m.layers.0.weight", "m.layers.0.bias", "m.layers.1.weight", "m.layers.1.bias"}));
}

struct Tree {
  Leaf weight;
  std::vector<Tree> children;
  std::unique_ptr<Tree> next;
};

TEST(ReflectLeaves, OfRecursiveTypes) {
  Tree tree;
  tree.children.resize(2);
  tree.children[1].next = std::make_unique<Tree>();
  EXPECT_EQ(paths(tree),
            (Strings{"weight", "children.0.weight", "children.1.weight", "children.1.next.weight"}));
}

TEST(ReflectLeaves, CallbacksMayThrow) {
  Linear linear;
  EXPECT_THROW(visit_leaves<Leaf>(linear, [](std::string_view, Leaf&) { throw 1; }), int);
}

// ---- What is skipped ----

class Private {  // mere bytes, which a Leaf is not
  int x_ = 0;

 public:
  int x() const { return x_; }
};

class SaysOpaque {
 public:
  static constexpr bool kOpaque = true;
  virtual ~SaysOpaque() = default;

 private:
  std::string text_;
};

class Declared;

struct Recursive {
  std::vector<Recursive> more;
};

TEST(ReflectLeaves, SkipsWhatHoldsNone) {
  struct Bytes {
    char text[8];
    union {
      int a;
      float b;
    };
    bool flag : 1;
    const int& reference;
  };
  struct Texts {
    std::string array[2];
  };
  struct Model {
    std::function<Leaf(const Leaf&)> activation;
    std::shared_ptr<const Config> config;
    std::shared_ptr<Third> third_pointer;
    std::variant<int, std::string> variant;
    std::unordered_map<int, std::string> table;
    std::list<Config> list;
    std::mutex mutex;
    const Config* raw = nullptr;
    Declared* declared = nullptr;
    std::shared_ptr<Declared> shared;
    void (*function)(Leaf) = nullptr;
    void* anything = nullptr;
    Private bytes;
    std::optional<Bytes> more_bytes;
    Texts texts;
    SaysOpaque opaque;
    Third third{3};
    Recursive recursive;
    decltype([](Leaf) {}) lambda;
    Color color = Color::kRed;
    Linear proj;
  };
  Model model;
  EXPECT_EQ(paths(model), Strings{"proj.weight"});
}

TEST(ReflectLeaves, ContainsTellsWhetherThereMayBeOne) {
  static_assert(contains_v<Leaf, Leaf>);
  static_assert(contains_v<const Linear&, Leaf>);
  static_assert(contains_v<std::vector<std::map<std::string, std::optional<Linear>>>, Leaf>);
  static_assert(contains_v<Tree, Leaf>);
  static_assert(contains_v<Named<"x", Linear>, Leaf>);
  static_assert(!contains_v<Config, Leaf>);
  static_assert(!contains_v<Recursive, Leaf>);
  static_assert(!contains_v<std::vector<Config>, Leaf>);
  static_assert(!contains_v<std::function<Leaf()>, Leaf>);
  static_assert(!contains_v<int, Leaf>);
  static_assert(contains_v<Config, int>);  // a leaf may be any type
}

}  // namespace
}  // namespace fusebox::reflect
