#include "cpu/compiler/kernels/register_tile.h"

#include "cpu/compiler/codegen/vectors.h"

namespace fusebox::cpu {

using llvm::Value;

namespace {

constexpr int64_t kFewest = 8;  // columns

llvm::Type* vector(Frame& frame, int64_t lanes) {
  return llvm::FixedVectorType::get(frame.b().getFloatTy(), static_cast<unsigned>(lanes));
}

Value* floats_from(Frame& frame, Value* base, Value* floats) {
  return frame.b().CreateInBoundsGEP(frame.b().getFloatTy(), base, floats);
}

}  // namespace

RegisterTile register_tile_for(const std::string& level) {
  switch (vector_target_for(level).bits) {
    case 512: return {12, 2, 16};
    case 256: return {6, 2, 8};
    default: return {6, 1, 8};  // two registers each
  }
}

RegisterTile RegisterTile::narrowed(int64_t size) const {
  RegisterTile tile = *this;
  if (size % tile.columns() != 0) tile.vectors = 1;
  if (size % tile.columns() != 0) tile.lanes = kFewest;
  return tile;
}

RegisterTile::Sums RegisterTile::zeros(Frame& frame) const {
  Sums sums;
  for (int64_t i = 0; i < rows * vectors; ++i) {
    sums.push_back(frame.variable(vector(frame, lanes)));
    frame.b().CreateStore(llvm::Constant::getNullValue(vector(frame, lanes)), sums.back());
  }
  return sums;
}

void RegisterTile::multiply(Frame& frame, const Sums& sums, Value* left, int64_t stride, Value* panel,
                            Value* depth) const {
  llvm::IRBuilder<>& b = frame.b();
  llvm::Type* type = vector(frame, lanes);
  frame.loop(frame.number(0), depth, 1, [&](Value* k) {
    Value* right = floats_from(frame, panel, b.CreateMul(k, frame.number(columns())));
    std::vector<Value*> y;
    for (int64_t v = 0; v < vectors; ++v)
      y.push_back(
          b.CreateAlignedLoad(type, floats_from(frame, right, frame.number(v * lanes)), llvm::Align(4)));
    Value* at = floats_from(frame, left, k);
    for (int64_t r = 0; r < rows; ++r) {
      Value* element = b.CreateAlignedLoad(b.getFloatTy(), floats_from(frame, at, frame.number(r * stride)),
                                           llvm::Align(4));
      Value* x = b.CreateVectorSplat(static_cast<unsigned>(lanes), element);
      for (int64_t v = 0; v < vectors; ++v) {
        llvm::AllocaInst* sum = sums[static_cast<size_t>(r * vectors + v)];
        b.CreateStore(frame.multiply_add(x, y[static_cast<size_t>(v)], b.CreateLoad(type, sum)), sum);
      }
    }
  });
}

void RegisterTile::write(Frame& frame, const Sums& sums, Value* to, int64_t stride) const {
  for (int64_t r = 0; r < rows; ++r)
    for (int64_t v = 0; v < vectors; ++v)
      frame.b().CreateAlignedStore(
          frame.b().CreateLoad(vector(frame, lanes), sums[static_cast<size_t>(r * vectors + v)]),
          floats_from(frame, to, frame.number(r * stride + v * lanes)), llvm::Align(4));
}

}  // namespace fusebox::cpu
