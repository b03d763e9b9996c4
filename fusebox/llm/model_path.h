// Where a model lies: an artifact stands for the checkpoint that it was made from.
#pragma once

#include <string>

#include "fusebox/runtime/artifact.h"

namespace fusebox::llm {

// The "kind" in the meta of a language model's artifact.
inline constexpr std::string_view kArtifactKind = "language model";

// The folder or .gguf that the artifact read from `path` names, or one of that name beside the artifact.
// Error kInvalidFile if the artifact is none of a language model, kNotFound if its model is not there.
std::string checkpoint_path(const Artifact& artifact, const std::string& path);

// The same for any path: that of an artifact's checkpoint, all others as they are.
std::string checkpoint_path(const std::string& path);

}  // namespace fusebox::llm
