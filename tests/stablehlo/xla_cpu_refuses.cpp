// What XLA's CPU plugin does not compile, op by op and element type by element type (refusals.h): prints
// xla_cpu_refuses.tsv, or compares it with --check.
#include "fusebox/stablehlo/printer.h"
#include "tests/stablehlo/op_sketches.h"
#include "tests/stablehlo/refusals.h"

namespace fusebox::test {
namespace {

std::vector<RefusalCase> all_cases() {
  std::vector<RefusalCase> cases;
  for (const OpSketch& how : op_sketches())
    for (size_t i = 0; i < static_cast<size_t>(token); i++) {
      const auto dtype = static_cast<DType>(i);
      if (const auto sketch = draw(how, dtype))
        cases.push_back({how.name + "\t" + std::string(name(dtype)), stablehlo::print(sketch->program)});
    }
  return cases;
}

}  // namespace
}  // namespace fusebox::test

int main(int argc, char** argv) {
  return fusebox::test::refusals_main(argc, argv, fusebox::test::all_cases(),
                                      FUSEBOX_SOURCE_DIR "/tests/stablehlo/xla_cpu_refuses.tsv",
                                      "xla_cpu_refuses");
}
