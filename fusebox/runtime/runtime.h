// runtime: from a traced program and a checkpoint to results, on any PJRT device.
//
//   Device        a plugin's device: compiles programs, loads weights
//   Weights       a checkpoint's tensors on a device, loaded once, shared by every program
//   CompiledModel a program ready to run, with its signature; saved and loaded as an artifact
//   Session       a compiled model with its weights bound
//   HostTensor    a tensor on the host, in and out
//
// Knows traces, StableHLO text, checkpoints and PJRT; does not know which plugin it is.
#pragma once

#include "fusebox/runtime/artifact.h"
#include "fusebox/runtime/compiled_model.h"
#include "fusebox/runtime/device.h"
#include "fusebox/runtime/host_tensor.h"
#include "fusebox/runtime/session.h"
#include "fusebox/runtime/weights.h"
