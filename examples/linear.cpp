// Three linear layers on a tiny checkpoint: the shortest way from a safetensors file to numbers.
//
//   $ build/release/example_linear
//   shape: f32[2, 4]
//   data: -20.3644 -5.53043 25.4561 17.4817 -133.788 -124.643 134.678 223.556
#include <iostream>

#include "fusebox/fusebox.h"

using namespace fusebox;

// A module is a plain struct. Its weights are found by the names of its fields: gate_proj.weight,
// gate_proj.bias, …
struct Model {
  nn::Linear gate_proj, up_proj, down_proj;

  Tensor operator()(const Tensor& x) const { return down_proj(silu(gate_proj(x)) * up_proj(x)); }
};

int main(int argc, char** argv) try {
  const auto checkpoint = Checkpoint::open(argc > 1 ? argv[1] : "examples/linear.safetensors");
  const auto device = Device::cpu();

  // The function runs once, on symbols; what it does to them becomes the program that is compiled.
  const auto model = device.compile("main", [&](TraceCx& cx) {
    const Tensor x = cx.input("x", {2, 4}, f32);
    return cx.module<Model>("", checkpoint)(x);
  });
  const auto session = model.session(device.load(checkpoint, model.signature()));

  const std::vector<float> x = {1, 2, 3, 4, 5, 6, 7, 8};
  const Outputs outputs = session.run({{"x", x}});
  const HostTensor& y = outputs["result"];
  std::cout << "shape: " << to_string(y.shape) << "\ndata:";
  for (const float value : y.as<float>()) std::cout << ' ' << value;
  std::cout << '\n';
} catch (const Error& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
