// Weights: a checkpoint's tensors in a device's memory, loaded once.
//
// Immutable and shared: a handle, copied freely, used by any number of sessions and threads. The memory goes
// when the last handle and the last session with it are gone; the checkpoint may go right after loading.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "fusebox/base/weight_source.h"
#include "fusebox/pjrt/buffer.h"
#include "fusebox/trace/signature.h"

namespace fusebox {

class Weights {
 public:
  // Loads what the signature's weight parameters name, expanded or converted to the parameters' dtypes. Those
  // taken as blocks are used where they lie, if device and source allow.
  // Errors: kCheckpoint with every tensor that is missing or of another shape, kOutOfMemory (before anything
  // is taken) with what is needed and what there is, kIo, kPlugin.
  static Weights load(const pjrt::Device& device, const WeightSource& source, const Signature& signature);

  // The buffer of a weight; null if it was not loaded.
  const pjrt::Buffer* find(std::string_view name) const;
  int64_t bytes() const;  // on the device

 private:
  struct Data;
  explicit Weights(std::shared_ptr<const Data> data) : data_(std::move(data)) {}
  std::shared_ptr<const Data> data_;
};

// Bytes that the weights of this signature take on a device.
int64_t weight_bytes(const Signature& signature);

}  // namespace fusebox
