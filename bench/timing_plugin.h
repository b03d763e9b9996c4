// What timing_plugin.so notes: the clock at the calls that bound one step of decoding.
#pragma once

#include <cstdint>

extern "C" {

// Nanoseconds of a steady clock; zero before the first such call.
struct FuseboxTimes {
  int64_t await_end;      // the last PJRT_Event_Await returned
  int64_t execute_begin;  // the last PJRT_LoadedExecutable_Execute was called
  int64_t execute_end;    // … and returned
};

const FuseboxTimes* fusebox_times();
}
