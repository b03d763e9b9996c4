// What the programs of this folder share. Each holds one mistake and the words that the compiler must say
// about it (the lines that begin with "// expect: ", plain text, each of them); with FUSEBOX_FIXED the
// mistake is gone and the program compiles.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "fusebox/trace/reflect.h"

struct Tensor {
  std::shared_ptr<int> value;
};

struct Linear {
  Tensor weight;
};

// What cx.module does with a module.
template <class Module>
void fill(Module& module) {
  fusebox::reflect::visit_leaves<Tensor>(module, [](std::string_view, Tensor&) {});
}
