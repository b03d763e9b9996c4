#include "apps/program_file.h"

#include <cstring>

#include "fusebox/base/error.h"
#include "fusebox/base/mapped_file.h"
#include "fusebox/stablehlo/parser.h"

namespace fusebox::apps {
namespace {

std::string read_text(const std::string& path) {
  const MappedFile file = MappedFile::open(path);
  std::string text(file.bytes().size(), '\0');
  file.guarded_read([&] {
    if (!text.empty()) std::memcpy(text.data(), file.bytes().data(), text.size());
  });
  return text;
}

void look_at(const Shape& shape, DType& coarsest) {
  if (!is_float(shape.dtype)) return;
  if (info(shape.dtype).mantissa_bits < info(coarsest).mantissa_bits) coarsest = shape.dtype;
}

void look_at(const hlo::Block& block, DType& coarsest) {
  for (const hlo::Value& argument : block.arguments) look_at(argument.shape, coarsest);
  for (const auto& op : block.ops) {
    for (const hlo::Value& result : op->results) look_at(result.shape, coarsest);
    for (const auto& region : op->regions) look_at(*region, coarsest);
  }
}

}  // namespace

ProgramFile read_program(const std::string& path) {
  std::string text = read_text(path);
  hlo::Program program = stablehlo::parse(text, {.file = path});
  const hlo::Function* main = program.find("main");
  if (!main) throw Error(ErrorKind::kInvalidFile, "the program has no function @main").file(path);
  std::vector<Shape> inputs, outputs;
  for (const hlo::Value& argument : main->body.arguments) inputs.push_back(argument.shape);
  for (const hlo::Value* value : main->body.returned()) outputs.push_back(value->shape);
  return {path, std::move(text), std::move(program), std::move(inputs), std::move(outputs)};
}

DType coarsest_float(const hlo::Program& program) {
  DType coarsest = f64;
  for (const auto& function : program.functions) look_at(function->body, coarsest);
  return coarsest;
}

}  // namespace fusebox::apps
