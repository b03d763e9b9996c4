// CompiledModel: a program that is ready to run, with its signature.
//
// A handle, copied freely; immutable and thread-safe. The program lives until the last handle and the last
// session of it are gone, its device as well.
#pragma once

#include <memory>
#include <string>

#include "fusebox/pjrt/executable.h"
#include "fusebox/runtime/artifact.h"
#include "fusebox/runtime/weights.h"
#include "fusebox/trace/signature.h"

namespace fusebox {

class Session;

class CompiledModel {
 public:
  CompiledModel(pjrt::Executable executable, Signature signature, Identity identity);

  const Signature& signature() const { return data_->signature; }
  const pjrt::Executable& executable() const { return data_->executable; }

  // Binds the weights; Error kCheckpoint if one is not there or was loaded in another shape or dtype.
  Session session(const Weights& weights) const;

  // A program alone in a file, for Device::load_artifact. Error kIo; kPlugin if the plugin cannot serialize.
  void save(const std::string& path) const;
  Artifact to_artifact() const;

 private:
  struct Data {
    pjrt::Executable executable;
    Signature signature;
    Identity identity;
  };
  std::shared_ptr<const Data> data_;
};

}  // namespace fusebox
