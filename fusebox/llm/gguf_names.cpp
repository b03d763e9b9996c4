#include "fusebox/llm/gguf_names.h"

#include <fmt/format.h>

#include <cstring>
#include <unordered_map>
#include <vector>

#include "fusebox/base/error.h"

namespace fusebox::llm {
namespace {

struct Entry {
  std::string file_name;
  int64_t paired_heads = 0;  // 0: rows stand as they should
};

// Splits "blk.12.attn_q.weight" into the layer ("12", empty outside layers), "attn_q" and ".weight".
struct Parts {
  std::string layer, stem, ending;

  explicit Parts(std::string_view name) {
    if (name.starts_with("blk.")) {
      name.remove_prefix(4);
      const size_t dot = name.find('.');
      if (dot != std::string_view::npos) {
        layer = name.substr(0, dot);
        name.remove_prefix(dot + 1);
      }
    }
    const size_t dot = name.rfind('.');
    stem = name.substr(0, dot);
    if (dot != std::string_view::npos) ending = name.substr(dot);
  }
};

class GgufView : public WeightSource {
 public:
  GgufView(std::shared_ptr<const GgufFile> file, const GgufNames& names) : file_(std::move(file)) {
    for (WeightInfo info : file_->weights()) {
      if (names.ignored.contains(info.name)) continue;
      Entry entry{info.name};
      const Parts parts(info.name);
      const auto& table = parts.layer.empty() ? names.whole : names.layer;
      if (const auto known = table.find(parts.stem); known != table.end()) {
        info.name = (parts.layer.empty() ? "" : names.layer_prefix + parts.layer + ".") + known->second +
                    parts.ending;
        const auto paired = names.paired_rows.find(parts.stem);
        if (!parts.layer.empty() && paired != names.paired_rows.end()) entry.paired_heads = paired->second;
      }
      by_name_.emplace(info.name, std::pair(weights_.size(), entry));
      weights_.push_back(std::move(info));
    }
  }

  std::vector<WeightInfo> weights() const override { return weights_; }

  std::optional<WeightInfo> find(std::string_view name) const override {
    const auto found = by_name_.find(std::string(name));
    if (found == by_name_.end()) return std::nullopt;
    return weights_[found->second.first];
  }

  void read(std::string_view name, DType dtype, std::span<std::byte> out) const override {
    const auto& [index, entry] = lookup(name);
    file_->read(entry.file_name, dtype, out);
    if (entry.paired_heads == 0) return;
    try {
      unpair(weights_[index].shape, entry.paired_heads, out);
    } catch (Error& error) {
      throw error.op(entry.file_name).file(description());
    }
  }

  std::span<const std::byte> view(std::string_view name) const override {
    const Entry& entry = lookup(name).second;
    return entry.paired_heads > 0 ? std::span<const std::byte>() : file_->view(entry.file_name);
  }

  std::shared_ptr<const void> owner() const override { return file_; }
  void release(std::string_view name) const override { file_->release(lookup(name).second.file_name); }
  std::string description() const override { return file_->description(); }

 private:
  const std::pair<size_t, Entry>& lookup(std::string_view name) const {
    const auto found = by_name_.find(std::string(name));
    if (found == by_name_.end())
      throw Error(ErrorKind::kNotFound, "no tensor " + std::string(name)).file(description());
    return found->second;
  }

  // Moves each head's rows 2i + j to j * size / 2 + i.
  static void unpair(const Shape& shape, int64_t heads, std::span<std::byte> out) {
    const auto rows = shape.rank() == 0 ? 0 : static_cast<size_t>(shape.dims[0]);
    const size_t head_rows = rows / static_cast<size_t>(heads), half = head_rows / 2;
    if (rows == 0 || head_rows * static_cast<size_t>(heads) != rows || head_rows % 2 != 0)
      throw Error(ErrorKind::kInvalidFile,
                  fmt::format("{} does not divide into pairs of rows for {} heads", to_string(shape), heads));
    const size_t row_bytes = out.size() / rows;
    const std::vector<std::byte> pairs(out.begin(), out.end());
    for (size_t row = 0; row < rows; ++row) {
      const size_t in_head = row % head_rows;
      const size_t target = row - in_head + in_head % 2 * half + in_head / 2;
      std::memcpy(out.data() + target * row_bytes, pairs.data() + row * row_bytes, row_bytes);
    }
  }

  std::shared_ptr<const GgufFile> file_;
  std::vector<WeightInfo> weights_;
  std::unordered_map<std::string, std::pair<size_t, Entry>> by_name_;
};

}  // namespace

std::shared_ptr<const WeightSource> gguf_view(std::shared_ptr<const GgufFile> file, GgufNames names) {
  return std::make_shared<GgufView>(std::move(file), names);
}

}  // namespace fusebox::llm
