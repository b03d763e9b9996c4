#include "fusebox/base/error.h"

#include <fmt/format.h>

namespace fusebox {

std::string_view error_kind_name(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kInvalidArgument: return "invalid argument";
    case ErrorKind::kShapeMismatch: return "shape mismatch";
    case ErrorKind::kDTypeMismatch: return "dtype mismatch";
    case ErrorKind::kUnsupported: return "unsupported";
    case ErrorKind::kNotFound: return "not found";
    case ErrorKind::kInvalidFile: return "invalid file";
    case ErrorKind::kIo: return "i/o error";
    case ErrorKind::kCheckpoint: return "checkpoint mismatch";
    case ErrorKind::kPlugin: return "plugin error";
    case ErrorKind::kIncompatible: return "incompatible";
    case ErrorKind::kOutOfMemory: return "out of memory";
    case ErrorKind::kContextOverflow: return "context overflow";
    case ErrorKind::kInternal: return "internal error";
  }
  return "error";
}

Error::Error(ErrorKind kind, std::string message) : kind_(kind), message_(std::move(message)) { compose(); }

Error& Error::op(std::string_view name) & {
  op_ = name;
  compose();
  return *this;
}

Error& Error::module(std::string_view path) & {
  module_ = path;
  compose();
  return *this;
}

Error& Error::at(const std::source_location& where) & {
  std::string_view file = where.file_name();
  source_ = fmt::format("{}:{}", file.substr(file.find_last_of('/') + 1), where.line());
  compose();
  return *this;
}

Error& Error::file(std::string_view path) & {
  file_ = path;
  compose();
  return *this;
}

Error& Error::offset(uint64_t bytes) & {
  offset_ = bytes;
  compose();
  return *this;
}

Error& Error::hint(std::string_view text) & {
  hint_ = text;
  compose();
  return *this;
}

Error& Error::plugin_code(int code) & {
  plugin_code_ = code;
  compose();
  return *this;
}

void Error::compose() {
  text_.clear();
  if (!op_.empty()) text_ += fmt::format("[{}] ", op_);
  if (!file_.empty()) text_ += file_ + (offset_ ? fmt::format(" at byte {}: ", *offset_) : ": ");
  if (kind_ == ErrorKind::kInternal) text_ += "internal error: ";
  text_ += message_;
  if (plugin_code_) text_ += fmt::format(" (PJRT code {})", *plugin_code_);
  std::string where;
  if (!module_.empty()) where += "in " + module_;
  if (!source_.empty()) where += (where.empty() ? "at " : ", at ") + source_;
  if (!where.empty()) text_ += "\n  " + where;
  if (!hint_.empty()) text_ += (where.empty() ? "\n  " : "; ") + hint_;
}

}  // namespace fusebox
