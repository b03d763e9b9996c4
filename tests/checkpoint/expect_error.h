// Runs something that must fail, and gives the error back for a closer look.
#pragma once

#include <gtest/gtest.h>

#include <optional>

#include "fusebox/base/error.h"

namespace fusebox {

template <typename Run>
Error error_of(Run&& run) {
  try {
    run();
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "no error";
  return Error(ErrorKind::kInternal, "no error");
}

inline bool contains(std::string_view text, std::string_view part) { return text.find(part) != text.npos; }

}  // namespace fusebox
