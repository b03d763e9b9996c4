#include "apps/program_inputs.h"

#include <fmt/format.h>

#include "apps/elements.h"
#include "fusebox/base/error.h"
#include "fusebox/base/npy.h"
#include "fusebox/base/small_float.h"

namespace fusebox::apps {
namespace {

// The type in which a .npy file has elements of `dtype`.
DType carrier(DType dtype) {
  if (has_npy_name(dtype)) return dtype;
  return is_float(dtype) ? f32 : is_signed_integer(dtype) ? i8 : u8;
}

std::string signature_text(const ProgramFile& program) {
  std::string text;
  for (const Shape& shape : program.inputs) text += (text.empty() ? "" : ", ") + to_string(shape);
  return text.empty() ? "none" : text;
}

HostTensor read_input(const std::string& path, const Shape& shape, size_t index) {
  NpyArray array = read_npy(path);
  const DType want = carrier(shape.dtype);
  const auto refuse = [&](ErrorKind kind) {
    const std::string as = want == shape.dtype ? "" : fmt::format(", as {}", name(want));
    throw Error(kind, fmt::format("got {}, want {}{} for input {}", to_string(array.shape), to_string(shape),
                                  as, index))
        .file(path);
  };
  if (array.shape.dtype != want) refuse(ErrorKind::kDTypeMismatch);
  if (array.shape.dims != shape.dims) refuse(ErrorKind::kShapeMismatch);
  if (want == shape.dtype || !is_float(want)) return {shape, std::move(array.data)};
  HostTensor tensor{shape, std::vector<std::byte>(static_cast<size_t>(shape.bytes()))};
  encode_floats(shape.dtype, HostTensor{array.shape, std::move(array.data)}.as<float>(), tensor.data);
  return tensor;
}

}  // namespace

std::vector<HostTensor> read_inputs(const ProgramFile& program, const std::vector<std::string>& files) {
  if (files.size() != program.inputs.size())
    throw Error(ErrorKind::kInvalidArgument,
                fmt::format("got {} of --input, the program takes {}: {}", files.size(),
                            program.inputs.size(), signature_text(program)));
  std::vector<HostTensor> inputs;
  for (size_t i = 0; i < files.size(); ++i) inputs.push_back(read_input(files[i], program.inputs[i], i));
  return inputs;
}

std::vector<HostTensor> made_up_inputs(const ProgramFile& program) {
  std::vector<HostTensor> inputs;
  for (size_t i = 0; i < program.inputs.size(); ++i) inputs.push_back(made_up(program.inputs[i], i));
  return inputs;
}

DType write_result(const std::string& path, const HostTensor& result) {
  const DType dtype = carrier(result.shape.dtype);
  if (dtype == result.shape.dtype) {
    write_npy(path, result.shape, result.data);
    return dtype;
  }
  const Shape shape{result.shape.dims, dtype};
  std::vector<std::byte> data(static_cast<size_t>(shape.bytes()));
  if (dtype == f32) {
    const std::vector<float> values = result.to_floats();
    encode_floats(f32, values, data);
  } else {
    for (size_t i = 0; i < data.size(); ++i)
      data[i] = static_cast<std::byte>(static_cast<int>(number(result, i)));
  }
  write_npy(path, shape, data);
  return dtype;
}

}  // namespace fusebox::apps
