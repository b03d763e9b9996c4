// What a program is run on, and its results, as .npy files.
#pragma once

#include <string>
#include <vector>

#include "apps/program_file.h"
#include "fusebox/runtime/host_tensor.h"

namespace fusebox::apps {

// One file for each input, in order. Types that .npy files lack are given as f32 (bf16, f8) or in 8 bits
// (i4). Errors: kInvalidArgument for another number of files, kShapeMismatch, kDTypeMismatch, those of
// read_npy.
std::vector<HostTensor> read_inputs(const ProgramFile& program, const std::vector<std::string>& files);

// Values made up from the program's signature, the same every time.
std::vector<HostTensor> made_up_inputs(const ProgramFile& program);

// Writes a result where read_inputs would find it. Returns the type that it was written as. Errors of
// write_npy.
DType write_result(const std::string& path, const HostTensor& result);

}  // namespace fusebox::apps
