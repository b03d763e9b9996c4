#include "cpu/compiler/codegen/builtins.h"

#include <fmt/format.h>
#include <llvm/AsmParser/Parser.h>
#include <llvm/IR/LLVMContext.h>
#include <llvm/IR/Module.h>
#include <llvm/Support/SourceMgr.h>
#include <llvm/Target/TargetMachine.h>

#include <algorithm>

#include "cpu/compiler/codegen/emit_object.h"
#include "cpu/compiler/codegen/llvm_guard.h"
#include "fusebox/base/error.h"

namespace fusebox::cpu {
namespace {

// Serves memcpy too. Both ends of what remains are read before anything is written: parts may overlap.
constexpr const char* kMove = R"(
define hidden ptr @{name}(ptr returned %to, ptr %from, i64 %n) {{
entry:
  %large = icmp uge i64 %n, 32
  br i1 %large, label %blocks, label %small
blocks:
  %last = sub i64 %n, 32
  %from.last = getelementptr i8, ptr %from, i64 %last
  %to.last = getelementptr i8, ptr %to, i64 %last
  %head = load <32 x i8>, ptr %from, align 1
  %tail = load <32 x i8>, ptr %from.last, align 1
  %to.address = ptrtoint ptr %to to i64
  %from.address = ptrtoint ptr %from to i64
  %ahead = sub i64 %to.address, %from.address
  %up = icmp uge i64 %ahead, %n
  br i1 %up, label %ascend, label %descend
ascend:
  %i = phi i64 [ 0, %blocks ], [ %i.next, %ascend.step ]
  %i.more = icmp ult i64 %i, %last
  br i1 %i.more, label %ascend.step, label %ascend.end
ascend.step:
  %i.from = getelementptr i8, ptr %from, i64 %i
  %i.to = getelementptr i8, ptr %to, i64 %i
  %i.block = load <32 x i8>, ptr %i.from, align 1
  store <32 x i8> %i.block, ptr %i.to, align 1
  %i.next = add i64 %i, 32
  br label %ascend
ascend.end:
  store <32 x i8> %tail, ptr %to.last, align 1
  ret ptr %to
descend:
  %j = phi i64 [ %last, %blocks ], [ %j.next, %descend.step ]
  %j.more = icmp sgt i64 %j, 0
  br i1 %j.more, label %descend.step, label %descend.end
descend.step:
  %j.from = getelementptr i8, ptr %from, i64 %j
  %j.to = getelementptr i8, ptr %to, i64 %j
  %j.block = load <32 x i8>, ptr %j.from, align 1
  store <32 x i8> %j.block, ptr %j.to, align 1
  %j.next = sub i64 %j, 32
  br label %descend
descend.end:
  store <32 x i8> %head, ptr %to, align 1
  ret ptr %to
small:
  %is16 = icmp uge i64 %n, 16
  br i1 %is16, label %do16, label %below16
below16:
  %is8 = icmp uge i64 %n, 8
  br i1 %is8, label %do8, label %below8
below8:
  %is4 = icmp uge i64 %n, 4
  br i1 %is4, label %do4, label %below4
below4:
  %is0 = icmp eq i64 %n, 0
  br i1 %is0, label %done, label %bytes
bytes:
  %middle = lshr i64 %n, 1
  %end = sub i64 %n, 1
  %from.middle = getelementptr i8, ptr %from, i64 %middle
  %from.end = getelementptr i8, ptr %from, i64 %end
  %to.middle = getelementptr i8, ptr %to, i64 %middle
  %to.end = getelementptr i8, ptr %to, i64 %end
  %b0 = load i8, ptr %from
  %b1 = load i8, ptr %from.middle
  %b2 = load i8, ptr %from.end
  store i8 %b0, ptr %to
  store i8 %b1, ptr %to.middle
  store i8 %b2, ptr %to.end
  br label %done
{two:16}{two:8}{two:4}
done:
  ret ptr %to
}}
)";

// Two pieces that may overlap, for lengths from %d to 2 %d.
constexpr const char* kMoveTwo = R"(
do{0}:
  %last{0} = sub i64 %n, {0}
  %from{0} = getelementptr i8, ptr %from, i64 %last{0}
  %to{0} = getelementptr i8, ptr %to, i64 %last{0}
  %first.piece{0} = load <{0} x i8>, ptr %from, align 1
  %last.piece{0} = load <{0} x i8>, ptr %from{0}, align 1
  store <{0} x i8> %first.piece{0}, ptr %to, align 1
  store <{0} x i8> %last.piece{0}, ptr %to{0}, align 1
  br label %done
)";

constexpr const char* kSet = R"(
define hidden ptr @memset(ptr returned %to, i32 %value, i64 %n) {
entry:
  %byte = trunc i32 %value to i8
  %one = insertelement <32 x i8> poison, i8 %byte, i64 0
  %block = shufflevector <32 x i8> %one, <32 x i8> poison, <32 x i32> zeroinitializer
  %large = icmp uge i64 %n, 32
  br i1 %large, label %blocks, label %bytes
blocks:
  %last = sub i64 %n, 32
  %to.last = getelementptr i8, ptr %to, i64 %last
  br label %loop
loop:
  %i = phi i64 [ 0, %blocks ], [ %i.next, %loop ]
  %i.to = getelementptr i8, ptr %to, i64 %i
  store <32 x i8> %block, ptr %i.to, align 1
  %i.next = add i64 %i, 32
  %i.more = icmp ult i64 %i.next, %last
  br i1 %i.more, label %loop, label %end
end:
  store <32 x i8> %block, ptr %to.last, align 1
  ret ptr %to
bytes:
  %j = phi i64 [ 0, %entry ], [ %j.next, %byte.step ]
  %j.more = icmp ult i64 %j, %n
  br i1 %j.more, label %byte.step, label %done
byte.step:
  %j.to = getelementptr i8, ptr %to, i64 %j
  store i8 %byte, ptr %j.to
  %j.next = add i64 %j, 1
  br label %bytes
done:
  ret ptr %to
}
)";

constexpr const char* kCompare = R"(
define hidden i32 @{name}(ptr %a, ptr %b, i64 %n) {{
entry:
  br label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %i.next, %next ]
  %more = icmp ult i64 %i, %n
  br i1 %more, label %step, label %same
step:
  %i.a = getelementptr i8, ptr %a, i64 %i
  %i.b = getelementptr i8, ptr %b, i64 %i
  %x = load i8, ptr %i.a
  %y = load i8, ptr %i.b
  %equal = icmp eq i8 %x, %y
  br i1 %equal, label %next, label %differ
next:
  %i.next = add i64 %i, 1
  br label %loop
differ:
  %wide.x = zext i8 %x to i32
  %wide.y = zext i8 %y to i32
  %difference = sub i32 %wide.x, %wide.y
  ret i32 %difference
same:
  ret i32 0
}}
)";

// Exact: long division of the mantissas, 11 bits at a time.
constexpr const char* kFmod = R"(
define internal { i64, i64 } @mantissa_and_exponent(i64 %bits) alwaysinline {
  %exponent = lshr i64 %bits, 52
  %fraction = and i64 %bits, 4503599627370495
  %subnormal = icmp eq i64 %exponent, 0
  %zeros = call i64 @llvm.ctlz.i64(i64 %fraction, i1 false)
  %shift = sub i64 %zeros, 11
  %shift.safe = and i64 %shift, 63
  %shifted = shl i64 %fraction, %shift.safe
  %low.exponent = sub i64 1, %shift
  %full = or i64 %fraction, 4503599627370496
  %m = select i1 %subnormal, i64 %shifted, i64 %full
  %e = select i1 %subnormal, i64 %low.exponent, i64 %exponent
  %r0 = insertvalue { i64, i64 } poison, i64 %m, 0
  %r1 = insertvalue { i64, i64 } %r0, i64 %e, 1
  ret { i64, i64 } %r1
}
declare i64 @llvm.ctlz.i64(i64, i1)
declare double @llvm.fabs.f64(double)
declare double @llvm.copysign.f64(double, double)
declare i64 @llvm.umin.i64(i64, i64)

define hidden double @fmod(double %x, double %y) {
entry:
  %ax = call double @llvm.fabs.f64(double %x)
  %ay = call double @llvm.fabs.f64(double %y)
  %x.finite = fcmp olt double %ax, 0x7FF0000000000000
  %y.number = fcmp ogt double %ay, 0.0
  %valid = and i1 %x.finite, %y.number
  br i1 %valid, label %numbers, label %invalid
invalid:
  ret double 0x7FF8000000000000
numbers:
  %less = fcmp olt double %ax, %ay
  br i1 %less, label %itself, label %divide
itself:
  ret double %x
divide:
  %bits.x = bitcast double %ax to i64
  %bits.y = bitcast double %ay to i64
  %parts.x = call { i64, i64 } @mantissa_and_exponent(i64 %bits.x)
  %parts.y = call { i64, i64 } @mantissa_and_exponent(i64 %bits.y)
  %mx = extractvalue { i64, i64 } %parts.x, 0
  %ex = extractvalue { i64, i64 } %parts.x, 1
  %my = extractvalue { i64, i64 } %parts.y, 0
  %ey = extractvalue { i64, i64 } %parts.y, 1
  %first = urem i64 %mx, %my
  %distance = sub i64 %ex, %ey
  br label %loop
loop:
  %m = phi i64 [ %first, %divide ], [ %m.next, %step ]
  %d = phi i64 [ %distance, %divide ], [ %d.next, %step ]
  %more = icmp ne i64 %d, 0
  br i1 %more, label %step, label %pack
step:
  %s = call i64 @llvm.umin.i64(i64 %d, i64 11)
  %m.shifted = shl i64 %m, %s
  %m.next = urem i64 %m.shifted, %my
  %d.next = sub i64 %d, %s
  br label %loop
pack:
  %zero = icmp eq i64 %m, 0
  br i1 %zero, label %signed.zero, label %normalize
signed.zero:
  %sz = call double @llvm.copysign.f64(double 0.0, double %x)
  ret double %sz
normalize:
  %zeros = call i64 @llvm.ctlz.i64(i64 %m, i1 true)
  %up = sub i64 %zeros, 11
  %m.full = shl i64 %m, %up
  %e = sub i64 %ey, %up
  %normal = icmp sgt i64 %e, 0
  br i1 %normal, label %as.normal, label %as.subnormal
as.normal:
  %fraction = and i64 %m.full, 4503599627370495
  %e.bits = shl i64 %e, 52
  %bits = or i64 %fraction, %e.bits
  %value = bitcast i64 %bits to double
  %signed = call double @llvm.copysign.f64(double %value, double %x)
  ret double %signed
as.subnormal:
  %down = sub i64 1, %e
  %low = lshr i64 %m.full, %down
  %low.value = bitcast i64 %low to double
  %low.signed = call double @llvm.copysign.f64(double %low.value, double %x)
  ret double %low.signed
}
)";

constexpr const char* kFmodOfFloat = R"(
define hidden float @fmodf(float %x, float %y) {
  %wide.x = fpext float %x to double
  %wide.y = fpext float %y to double
  %wide = call double @fmod(double %wide.x, double %wide.y)
  %narrow = fptrunc double %wide to float
  ret float %narrow
}
)";

std::string move(const char* name) {
  std::string text = kMove;
  for (int bytes : {16, 8, 4}) {
    const std::string mark = fmt::format("{{two:{}}}", bytes);
    text.replace(text.find(mark), mark.size(), fmt::format(kMoveTwo, bytes));
  }
  return fmt::format(fmt::runtime(text), fmt::arg("name", name));
}

std::string bodies(std::span<const std::string> names) {
  std::string text;
  bool fmod = false;
  for (const std::string& name : names) {
    if (name == "memcpy" || name == "memmove")
      text += move(name.c_str());
    else if (name == "memset")
      text += kSet;
    else if (name == "memcmp" || name == "bcmp")
      text += fmt::format(kCompare, fmt::arg("name", name));
    else if (name == "fmodf")
      text += kFmodOfFloat;
    else if (name != "fmod")
      throw InternalError(fmt::format("generated code calls {}, which is not in the image", name));
    fmod = fmod || name == "fmod" || name == "fmodf";
  }
  return fmod ? text + kFmod : text;
}

}  // namespace

std::string compile_builtins(std::span<const std::string> names, llvm::TargetMachine& machine) {
  const std::string text = bodies(names);
  llvm::LLVMContext context;
  std::string object, problem;
  guard_llvm(&context, [&] {
    llvm::SMDiagnostic diagnostic;
    const auto module = llvm::parseAssemblyString(text, diagnostic, context);
    if (module != nullptr)
      object = emit_object(*module, machine);
    else
      problem = diagnostic.getMessage().str() + " at line " + std::to_string(diagnostic.getLineNo());
  });
  if (!problem.empty()) throw InternalError("the builtins' IR: " + problem);
  return object;
}

}  // namespace fusebox::cpu
