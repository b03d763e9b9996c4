// nn: the layers that language models are made of. Each is a plain struct whose fields carry Hugging Face's
// weight names; calling it traces it. Knows trace; nothing of models, files or devices.
#pragma once

#include "fusebox/nn/attention.h"
#include "fusebox/nn/layers.h"
#include "fusebox/nn/rotary.h"
