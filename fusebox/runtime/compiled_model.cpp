#include "fusebox/runtime/compiled_model.h"

#include "fusebox/runtime/session.h"

namespace fusebox {

CompiledModel::CompiledModel(pjrt::Executable executable, Signature signature, Identity identity)
    : data_(std::make_shared<const Data>(
          Data{std::move(executable), std::move(signature), std::move(identity)})) {}

Session CompiledModel::session(const Weights& weights) const { return Session(*this, weights); }

Artifact CompiledModel::to_artifact() const {
  Artifact artifact;
  artifact.identity = data_->identity;
  artifact.meta["signature"] = to_json(data_->signature);
  artifact.sections["executable"] = data_->executable.serialize();
  return artifact;
}

void CompiledModel::save(const std::string& path) const { to_artifact().save(path); }

}  // namespace fusebox
