// Compile-time reflection of plain structs: the names and fields of a module, without a macro, a code
// generator or a registration. GCC 12 and Clang 19, C++20, standard library only.
//
//   struct Linear { Tensor weight; std::optional<Tensor> bias; };
//   struct Mlp { Linear gate_proj, up_proj; std::vector<Linear> experts; float epsilon = 1e-5f; };
//
//   Mlp mlp;
//   mlp.experts.resize(2);
//   reflect::for_each_field(mlp, [](std::string_view name, auto& field) { … });
//       // gate_proj, up_proj, experts, epsilon
//   reflect::visit_leaves<Tensor>(mlp, [](std::string_view path, Tensor& leaf) { … });
//       // gate_proj.weight, up_proj.weight, experts.0.weight, experts.1.weight
//
// What a struct may be. An aggregate: public fields of any type (default values included), no constructor, no
// virtual functions, no base class but empty ones, at most 64 fields. A module that is made from a
// configuration needs no constructor for that. The configuration is its first field, the others are made of
// it, and `Llama(config)` makes the whole (each of the others has an initialiser, be it {}, or GCC's -Wextra
// misses one):
//
//   struct Llama {
//     LlamaConfig config;
//     nn::Embedding embed_tokens = {};
//     std::vector<Layer> layers = std::vector<Layer>(config.layer_count, Layer(config));
//   };
//
// A struct that has a constructor all the same says how many fields it has. The compiler checks the number
// ("… decomposes into 3 elements"), so it cannot be wrong:
//
//   struct Llama {
//     static constexpr std::size_t kFields = 2;
//     explicit Llama(const LlamaConfig& config);
//     nn::Embedding embed_tokens;
//     std::vector<Layer> layers;
//   };
//
// A name that is not a C++ identifier is given by Named (reflect_fields.h): `Named<"0", Linear> first;` is
// the field "0", and is used like the Linear that it derives from.
//
// What is walked (reflect_leaves.h), and what the parts are called:
//   structs                                  the fields' names
//   std::vector, std::array                  "0", "1", …
//   std::pair, std::tuple                    "0", "1", …
//   std::map<std::string, T>                 the keys, in the map's order
//   std::optional, std::unique_ptr           nothing of their own: bias, not bias.value; skipped when empty
// Types may be recursive through these (a tree whose nodes hold a vector of nodes).
//
// What is skipped without a word: numbers, enums, strings, empty classes, function objects, whatever else of
// the standard library holds no leaves, pointers to what holds none, structs without leaves, trivially
// copyable structs (where a leaf is not) whatever is in them, and classes that say that they are opaque.
//
// What is a static_assert, because a tensor might hide in it unseen: a class with private fields or
// constructors, a base class with fields, a C array of leaves, a union, a reference, more than 64 fields; a
// raw pointer to leaves, and leaves in std::shared_ptr, std::variant, std::list, std::unordered_map and the
// like. A class without leaves ends that with `static constexpr bool kOpaque = true;`, or, if it is not
// yours, with `template <> inline constexpr bool fusebox::reflect::is_opaque<TheClass> = true;`. Bit-fields
// and anonymous unions are refused by the compiler in its own words, and a wrong kFields is.
//
// Nothing here keeps state or throws; what the callbacks throw passes through.
#pragma once

#include "fusebox/trace/reflect_fields.h"
#include "fusebox/trace/reflect_leaves.h"
