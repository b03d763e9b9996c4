// fusebox/pjrt: programs on devices, through the PJRT C API.
//
//   plugin.h           a shared library that speaks the API, loaded and checked
//   client.h           a plugin at work; its devices
//   buffer.h           a tensor on a device
//   compile_options.h  what the compiler is told beside the program
//   executable.h       a program compiled for a client
//   event.h            work under way
//   abi/               the API's own declarations, plain C
//
// This folder knows bytes, shapes and the text of a program; it does not know how programs are made (hlo,
// trace), where weights come from, or which plugin it drives: it takes from a plugin what that one has.
// Everything is asynchronous unless said otherwise. Failures are fusebox::Error: kPlugin with the plugin's
// code and words, kOutOfMemory, kUnsupported for a call that the plugin does not have.
#pragma once

#include "fusebox/pjrt/buffer.h"
#include "fusebox/pjrt/client.h"
#include "fusebox/pjrt/compile_options.h"
#include "fusebox/pjrt/event.h"
#include "fusebox/pjrt/executable.h"
#include "fusebox/pjrt/plugin.h"
