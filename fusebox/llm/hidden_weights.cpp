#include "fusebox/llm/hidden_weights.h"

#include "fusebox/base/error.h"

namespace fusebox::llm {
namespace {

class VisibleWeights : public WeightSource {
 public:
  VisibleWeights(std::shared_ptr<const WeightSource> source, std::function<bool(std::string_view)> hidden)
      : source_(std::move(source)), hidden_(std::move(hidden)) {}

  std::vector<WeightInfo> weights() const override {
    std::vector<WeightInfo> visible = source_->weights();
    std::erase_if(visible, [&](const WeightInfo& weight) { return hidden_(weight.name); });
    return visible;
  }
  std::optional<WeightInfo> find(std::string_view name) const override {
    return hidden_(name) ? std::nullopt : source_->find(name);
  }
  void read(std::string_view name, DType dtype, std::span<std::byte> out) const override {
    if (hidden_(name))
      throw Error(ErrorKind::kNotFound, "no tensor " + std::string(name)).file(description());
    source_->read(name, dtype, out);
  }
  std::span<const std::byte> view(std::string_view name) const override {
    return hidden_(name) ? std::span<const std::byte>() : source_->view(name);
  }
  std::shared_ptr<const void> owner() const override { return source_->owner(); }
  void release(std::string_view name) const override {
    if (!hidden_(name)) source_->release(name);
  }
  std::string description() const override { return source_->description(); }

 private:
  std::shared_ptr<const WeightSource> source_;
  std::function<bool(std::string_view)> hidden_;
};

}  // namespace

std::shared_ptr<const WeightSource> hide_weights(std::shared_ptr<const WeightSource> source,
                                                 std::function<bool(std::string_view)> hidden) {
  return std::make_shared<VisibleWeights>(std::move(source), std::move(hidden));
}

}  // namespace fusebox::llm
