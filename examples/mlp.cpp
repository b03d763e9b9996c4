// A gated MLP from a checkpoint, and what fusebox says when model and checkpoint, or shapes, do not agree.
//
//   $ build/release/example_mlp
#include <iostream>

#include "fusebox/fusebox.h"

using namespace fusebox;

// Made without sizes it takes what the checkpoint has; with `of`, other sizes there are a mistake.
struct Mlp {
  nn::Linear gate_proj, up_proj, down_proj;

  static Mlp of(int64_t width, int64_t inner) {
    return {nn::Linear::of(width, inner), nn::Linear::of(width, inner), nn::Linear::of(inner, width)};
  }
  Tensor operator()(const Tensor& x) const {
    const Tensor gate = silu(gate_proj(x));
    return down_proj(gate * up_proj(x));
  }
};

// The same layers, one of them under a name that the checkpoint does not have.
struct MisspeltMlp {
  nn::Linear gate_proj, up_proj, dwon_proj;
};

template <typename Build>
void show_mistake(const char* what, Build&& build) try {
  trace("main", build);
  std::cout << '\n' << what << ": no mistake?\n";
} catch (const Error& error) {
  std::cout << '\n' << what << ":\n" << error.what() << '\n';
}

int main(int argc, char** argv) try {
  const auto checkpoint = Checkpoint::open(argc > 1 ? argv[1] : "examples/mlp.safetensors");
  const auto device = Device::cpu();
  const auto model = device.compile("main", [&](TraceCx& cx) {
    const Tensor x = cx.input("x", {2, 4}, f32);
    return cx.module<Mlp>("mlp", checkpoint)(x);
  });
  const auto session = model.session(device.load(checkpoint, model.signature()));
  std::cout << session.run({{"x", std::vector<float>{1, 2, 3, 4, 5, 6, 7, 8}}});

  show_mistake("A model that is wider than the checkpoint", [&](TraceCx& cx) {
    return cx.module("mlp", Mlp::of(4, 16), checkpoint)(cx.input("x", {2, 4}, f32));
  });
  show_mistake("A field that is misspelt", [&](TraceCx& cx) {
    return cx.module<MisspeltMlp>("mlp", checkpoint).gate_proj(cx.input("x", {2, 4}, f32));
  });
  show_mistake("An input that does not fit",
               [&](TraceCx& cx) { return cx.module<Mlp>("mlp", checkpoint)(cx.input("x", {2, 5}, f32)); });
} catch (const Error& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
