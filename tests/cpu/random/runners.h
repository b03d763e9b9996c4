// Runs a program: on our compiler and executor, and on XLA's plugin.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cpu/blob.h"
#include "tests/cpu/random/sample.h"

namespace fusebox::cpu {
class Program;
}

namespace fusebox::cpu::test {

// Donated arguments start in the memory of their result, all other memory holds rubbish. std::runtime_error
// if a kernel wrote in front of a buffer; a fault if it reached behind one.
class OurProgram {
 public:
  explicit OurProgram(Blob blob);
  ~OurProgram();
  std::vector<Tensor> run(const std::vector<Tensor>& arguments, int threads) const;

 private:
  std::unique_ptr<Program> program_;
};

// Everything in the compiler that can be left out of this program.
std::vector<std::string> passes_to_disable(const std::string& text);

std::vector<Tensor> run_on_xla(const std::string& text, const std::vector<Tensor>& arguments);

}  // namespace fusebox::cpu::test
