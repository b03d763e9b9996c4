#include "cpu/compiler/kernels/frame.h"

#include "cpu/compiler/kernels/custom.h"

#include "fusebox/base/error.h"

namespace fusebox::cpu {

// The body is a function of its own whose buffers are `noalias` arguments: that is how LLVM learns that what
// is written is not what is read. Planning keeps that promise.
Frame::Frame(llvm::Module& module, const std::string& name, const KernelSpec& spec, const std::string& level)
    : builder_(module.getContext()), scalars_(builder_, math_target_for(level)), spec_(spec), level_(level) {
  llvm::Type* pointer = builder_.getPtrTy();
  llvm::Type* wide = builder_.getInt64Ty();
  const size_t outputs = spec.outputs.size(), inputs = spec.expression.inputs().size();
  const size_t captured = spec.combiner ? spec.combiner->inputs().size() : 0;
  const size_t buffers = outputs + inputs + captured;
  const auto make = [&](const std::string& called, std::vector<llvm::Type*> types, bool exported) {
    auto* type = llvm::FunctionType::get(builder_.getVoidTy(), types, false);
    auto* function = llvm::Function::Create(
        type, exported ? llvm::Function::ExternalLinkage : llvm::Function::InternalLinkage, called, module);
    function->addFnAttr(llvm::Attribute::NoUnwind);
    return function;
  };
  std::vector<llvm::Type*> types(buffers, pointer);
  types.insert(types.end(), {wide, wide, pointer});
  function_ = make(name + ".body", types, false);
  for (unsigned i = 0; i < buffers; ++i) function_->addParamAttr(i, llvm::Attribute::NoAlias);
  function_->addFnAttr(llvm::Attribute::AlwaysInline);

  llvm::Function* entry = make(name, {pointer, wide, wide, pointer}, true);
  builder_.SetInsertPoint(llvm::BasicBlock::Create(module.getContext(), "entry", entry));
  std::vector<llvm::Value*> arguments;
  for (unsigned i = 0; i < buffers; ++i)
    arguments.push_back(
        builder_.CreateLoad(pointer, builder_.CreateConstInBoundsGEP1_64(pointer, entry->getArg(0), i)));
  for (unsigned i = 1; i < 4; ++i) arguments.push_back(entry->getArg(i));
  builder_.CreateCall(function_, arguments);
  builder_.CreateRetVoid();

  builder_.SetInsertPoint(llvm::BasicBlock::Create(module.getContext(), "entry", function_));
  for (unsigned i = 0; i < buffers; ++i)
    (i < outputs            ? outputs_
     : i < outputs + inputs ? inputs_
                            : combiner_inputs_)
        .push_back(function_->getArg(i));
  begin_ = function_->getArg(static_cast<unsigned>(buffers));
  end_ = function_->getArg(static_cast<unsigned>(buffers) + 1);
  context_ = function_->getArg(static_cast<unsigned>(buffers) + 2);
}

void Frame::finish() { builder_.CreateRetVoid(); }

llvm::Value* Frame::scratch() { return builder_.CreateLoad(builder_.getPtrTy(), context_); }

llvm::Value* Frame::smaller(llvm::Value* x, llvm::Value* y) {
  return builder_.CreateBinaryIntrinsic(llvm::Intrinsic::smin, x, y);
}

void Frame::loop(llvm::Value* from, llvm::Value* to, int64_t step,
                 const std::function<void(llvm::Value*)>& body) {
  llvm::LLVMContext& context = builder_.getContext();
  llvm::BasicBlock* before = builder_.GetInsertBlock();
  auto* head = llvm::BasicBlock::Create(context, "loop", function_);
  auto* inside = llvm::BasicBlock::Create(context, "body", function_);
  auto* after = llvm::BasicBlock::Create(context, "done", function_);
  builder_.CreateBr(head);
  builder_.SetInsertPoint(head);
  llvm::PHINode* i = builder_.CreatePHI(builder_.getInt64Ty(), 2);
  i->addIncoming(from, before);
  builder_.CreateCondBr(builder_.CreateICmpSLT(i, to), inside, after);
  builder_.SetInsertPoint(inside);
  body(i);
  i->addIncoming(builder_.CreateAdd(i, number(step), "", true, true), builder_.GetInsertBlock());
  builder_.CreateBr(head);
  builder_.SetInsertPoint(after);
}

void Frame::rolled_loop(llvm::Value* from, llvm::Value* to, int64_t step,
                        const std::function<void(llvm::Value*)>& body) {
  llvm::BasicBlock* last = nullptr;
  loop(from, to, step, [&](llvm::Value* i) {
    body(i);
    last = builder_.GetInsertBlock();
  });
  llvm::LLVMContext& context = builder_.getContext();
  auto* rule = llvm::MDNode::get(context, llvm::MDString::get(context, "llvm.loop.unroll.disable"));
  auto* rules = llvm::MDNode::getDistinct(context, {nullptr, rule});
  rules->replaceOperandWith(0, rules);
  last->getTerminator()->setMetadata(llvm::LLVMContext::MD_loop, rules);
}

void Frame::when(llvm::Value* condition, const std::function<void()>& body) {
  if (!condition) return body();
  auto* then = llvm::BasicBlock::Create(builder_.getContext(), "then", function_);
  auto* after = llvm::BasicBlock::Create(builder_.getContext(), "after", function_);
  builder_.CreateCondBr(condition, then, after);
  builder_.SetInsertPoint(then);
  body();
  builder_.CreateBr(after);
  builder_.SetInsertPoint(after);
}

llvm::Value* Frame::multiply_add(llvm::Value* x, llvm::Value* y, llvm::Value* sum) {
  return builder_.CreateIntrinsic(llvm::Intrinsic::fmuladd, {sum->getType()}, {x, y, sum});
}

llvm::Value* Frame::horizontal_sum(llvm::Value* vector) {
  llvm::IRBuilder<>::FastMathFlagGuard guard(builder_);
  llvm::FastMathFlags flags;
  flags.setAllowReassoc();
  builder_.setFastMathFlags(flags);
  llvm::Type* element = llvm::cast<llvm::FixedVectorType>(vector->getType())->getElementType();
  return builder_.CreateFAddReduce(llvm::ConstantFP::get(element, -0.0), vector);
}

void Frame::prefetch(llvm::Value* address) {
  builder_.CreateIntrinsic(
      llvm::Intrinsic::prefetch, {address->getType()},
      {address, builder_.getInt32(0), builder_.getInt32(3), builder_.getInt32(1)});  // to read, soon, data
}

void Frame::nest(const Dims& sizes, const std::function<void(const Index&)>& body) {
  Index index;
  nest_from(sizes, 0, index, body);
}

void Frame::nest_from(const Dims& sizes, size_t axis, Index& index,
                      const std::function<void(const Index&)>& body) {
  if (axis == sizes.size()) return body(index);
  const auto inner = [&](llvm::Value* i) {
    index.push_back(i);
    nest_from(sizes, axis + 1, index, body);
    index.pop_back();
  };
  if (sizes[axis] == 1) return inner(number(0));
  loop(number(0), number(sizes[axis]), 1, inner);
}

llvm::AllocaInst* Frame::variable(llvm::Type* type) {
  llvm::BasicBlock& entry = function_->getEntryBlock();
  llvm::IRBuilder<> at_entry(&entry, entry.begin());
  return at_entry.CreateAlloca(type);
}

llvm::Value* Frame::address(llvm::Value* base, DType dtype, llvm::Value* position) {
  return builder_.CreateInBoundsGEP(scalars_.memory_type(dtype), base, position);
}

void Frame::store(int output, llvm::Value* position, llvm::Value* value) {
  const DType dtype = spec_.outputs[static_cast<size_t>(output)].dtype;
  scalars_.store(value, address(outputs_[static_cast<size_t>(output)], dtype, position), dtype);
}

KernelShape emit_kernel(llvm::Module& module, const std::string& name, const KernelSpec& spec,
                        const std::string& level) {
  for (const Shape& shape : spec.outputs) Scalars::check(shape.dtype);
  Frame frame(module, name, spec, level);
  KernelShape shape;
  switch (spec.kind) {
    case KernelSpec::Kind::kMap: shape = emit_map(frame); break;
    case KernelSpec::Kind::kReduce: shape = emit_reduce(frame); break;
    case KernelSpec::Kind::kUpdate: shape = emit_update(frame); break;
    case KernelSpec::Kind::kDot: shape = emit_dot(frame); break;
    case KernelSpec::Kind::kSort: shape = emit_sort(frame); break;
    case KernelSpec::Kind::kScatter: shape = emit_scatter(frame); break;
    case KernelSpec::Kind::kWindow: shape = emit_window(frame); break;
    case KernelSpec::Kind::kCustom: shape = emit_custom(frame); break;
  }
  frame.finish();
  return shape;
}

}  // namespace fusebox::cpu
