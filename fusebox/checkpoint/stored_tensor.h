// What the two formats share: tensors that lie in mapped files, read through WeightSource.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "fusebox/base/mapped_file.h"
#include "fusebox/base/quoted.h"
#include "fusebox/base/weight_source.h"

namespace fusebox {

// More sizes than any real tensor has; a file that claims more is broken.
inline constexpr size_t kMaxTensorRank = 16;

// One tensor and where its bytes lie. An empty `unreadable` is the rule; otherwise it names the way of
// storing that we cannot expand ("IQ2_XXS"), and the tensor is listed but not handed out as a weight.
struct StoredTensor {
  WeightInfo info;
  size_t file = 0;     // index into the files that were added
  uint64_t begin = 0;  // first byte, from the start of the file
  uint64_t size = 0;   // in bytes
  std::string unreadable;
};

// A WeightSource over mapped files. Immutable, hence thread-safe, once its maker has added everything.
class MappedWeights : public WeightSource {
 public:
  std::vector<WeightInfo> weights() const override;
  std::optional<WeightInfo> find(std::string_view name) const override;
  void read(std::string_view name, DType dtype, std::span<std::byte> out) const override;
  std::span<const std::byte> view(std::string_view name) const override;
  void release(std::string_view name) const override;
  std::string description() const override { return description_; }

  // Every tensor in the file's order, unreadable ones too.
  std::span<const StoredTensor> tensors() const { return tensors_; }
  const std::vector<MappedFile>& files() const { return files_; }

 protected:
  explicit MappedWeights(std::string description) : description_(std::move(description)) {}

  size_t add_file(MappedFile file);
  // Takes tensors whose bytes were found to lie inside their file. Error kInvalidFile if two share a name or,
  // within one file, bytes.
  void add_tensors(std::vector<StoredTensor> tensors);

 private:
  // The tensor, nullptr if there is none, Error kUnsupported if it cannot be expanded.
  const StoredTensor* lookup(std::string_view name) const;

  std::string description_;
  std::vector<MappedFile> files_;
  std::vector<StoredTensor> tensors_;
  std::unordered_map<std::string_view, size_t> by_name_;
};

}  // namespace fusebox
