#include "cpu/compiler/codegen/llvm_guard.h"

#include <llvm/IR/DiagnosticInfo.h>
#include <llvm/IR/DiagnosticPrinter.h>
#include <llvm/IR/LLVMContext.h>
#include <llvm/Support/ErrorHandling.h>
#include <llvm/Support/raw_ostream.h>

#include <csetjmp>
#include <mutex>

#include "fusebox/base/error.h"

namespace fusebox::cpu {
namespace {

struct Attempt {
  std::jmp_buf back;
  std::string message;
};
thread_local Attempt* current = nullptr;

void on_fatal_error(void*, const char* reason, bool) {
  if (current == nullptr) return;  // LLVM then ends the process: a call of ours was not guarded
  current->message = reason;
  std::longjmp(current->back, 1);
}

void on_diagnostic(const llvm::DiagnosticInfo* info, void* argument) {
  if (info->getSeverity() != llvm::DS_Error) return;
  auto& message = *static_cast<std::string*>(argument);
  llvm::raw_string_ostream stream(message);
  llvm::DiagnosticPrinterRawOStream printer(stream);
  info->print(printer);
}

// False if LLVM gave up. Has no locals that a jump could tear.
bool attempt_work(Attempt& attempt, const std::function<void()>& work) {
  if (setjmp(attempt.back) != 0) return false;
  work();
  return true;
}

}  // namespace

void guard_llvm(llvm::LLVMContext* context, const std::function<void()>& work) {
  static std::once_flag once;
  std::call_once(once, [] { llvm::install_fatal_error_handler(on_fatal_error); });
  Attempt attempt;
  std::string diagnostic;
  if (context != nullptr) context->setDiagnosticHandlerCallBack(on_diagnostic, &diagnostic);
  Attempt* outer = std::exchange(current, &attempt);
  const bool done = attempt_work(attempt, work);
  current = outer;
  if (context != nullptr) context->setDiagnosticHandlerCallBack(nullptr, nullptr);
  if (!done) throw InternalError("LLVM gave up: " + attempt.message);
  if (!diagnostic.empty()) throw InternalError("LLVM: " + diagnostic);
}

}  // namespace fusebox::cpu
