// Error: the one exception type of the library.
//
// A message answers four questions: who failed (an op or a file), where (module path and the caller's own
// line, or a byte offset), what (got, wanted) and what to do next. The parts are kept apart so that a program
// can act on them; `what()` joins them:
//
//   throw Error(ErrorKind::kShapeMismatch, "got [2, 3] and [4, 5], want equal contracting sizes")
//       .op("dot_general").module("model.layers.0.mlp").at(where).hint("transpose the right-hand side");
//
//   [dot_general] got [2, 3] and [4, 5], want equal contracting sizes
//     in model.layers.0.mlp, at mlp.cpp:12; transpose the right-hand side
//
// Errors are values: copyable, no ownership, safe to keep after the objects they speak of are gone.
//
// This folder, base, is what all others stand on: errors, dtypes, shapes, block formats, files, the log and
// the seam between weights and everything that wants them. It knows nothing of the others.
#pragma once

#include <cstdint>
#include <exception>
#include <optional>
#include <source_location>
#include <string>
#include <string_view>
#include <utility>

namespace fusebox {

enum class ErrorKind : uint8_t {
  kInvalidArgument,  // a value no rule allows: a bad axis, an unknown option
  kShapeMismatch,    // shapes that do not fit each other or the op
  kDTypeMismatch,    // element types that do not fit each other or the op
  kUnsupported,      // right in principle, not done by us or by this device
  kNotFound,         // a file, tensor, plugin or name that is not there
  kInvalidFile,      // a file that does not hold what it claims
  kIo,               // the system refused to read or write
  kCheckpoint,       // weights and model disagree; the message lists every problem
  kPlugin,           // a PJRT plugin answered with an error; plugin_code() has its code
  kIncompatible,     // an artifact or plugin of another version, machine or model
  kOutOfMemory,      // the message has what is needed and what there is
  kContextOverflow,  // more tokens than the model's context; the message has both numbers
  kInternal,         // our bug
};

// "invalid argument", "shape mismatch", …
std::string_view error_kind_name(ErrorKind kind);

class Error : public std::exception {
 public:
  Error(ErrorKind kind, std::string message);

  // Each adds one part and returns the error itself, so that a throw expression can chain them.
  Error& op(std::string_view name) &;
  Error& module(std::string_view path) &;
  Error& at(const std::source_location& where) &;
  Error& file(std::string_view path) &;
  Error& offset(uint64_t bytes) &;
  Error& hint(std::string_view text) &;
  Error& plugin_code(int code) &;
  Error&& op(std::string_view name) && { return std::move(op(name)); }
  Error&& module(std::string_view path) && { return std::move(module(path)); }
  Error&& at(const std::source_location& where) && { return std::move(at(where)); }
  Error&& file(std::string_view path) && { return std::move(file(path)); }
  Error&& offset(uint64_t bytes) && { return std::move(offset(bytes)); }
  Error&& hint(std::string_view text) && { return std::move(hint(text)); }
  Error&& plugin_code(int code) && { return std::move(plugin_code(code)); }

  ErrorKind kind() const { return kind_; }
  const std::string& message() const { return message_; }     // what alone, without who and where
  const std::string& op() const { return op_; }               // empty if no op is to blame
  const std::string& module() const { return module_; }       // "model.layers.0.mlp", or empty
  const std::string& file() const { return file_; }           // the file read, or empty
  std::optional<uint64_t> offset() const { return offset_; }  // bytes from the start of file()
  const std::string& hint() const { return hint_; }
  std::optional<int> plugin_code() const { return plugin_code_; }  // PJRT_Error_Code, for kPlugin
  const std::string& source() const { return source_; }            // "mlp.cpp:12", or empty

  const char* what() const noexcept override { return text_.c_str(); }

 private:
  void compose();

  ErrorKind kind_;
  std::string message_, op_, module_, file_, hint_, source_, text_;
  std::optional<uint64_t> offset_;
  std::optional<int> plugin_code_;
};

// An error that only a bug of ours can cause.
class InternalError : public Error {
 public:
  explicit InternalError(std::string message) : Error(ErrorKind::kInternal, std::move(message)) {}
};

}  // namespace fusebox
