#include "cpu/compiler/kernels/custom.h"

#include "cpu/compiler/custom_calls.h"
#include "fusebox/base/error.h"

namespace fusebox::cpu {
namespace {

struct Row {
  std::string_view name;
  KernelShape (*emit)(Frame&);
};

constexpr Row kRows[] = {
    {kInt8Rows, emit_int8_rows},
    {kBlockDot, emit_block_dot},
    {kAttention, emit_attention},
    {kAttentionMerge, emit_attention_merge},
    {kPlainAttention, emit_plain_attention},
    {kSoftmax, emit_softmax},
};

}  // namespace

KernelShape emit_custom(Frame& frame) {
  for (const Row& row : kRows)
    if (row.name == custom_name(*frame.spec().op)) return row.emit(frame);
  throw InternalError("no kernel is called " + std::string(custom_name(*frame.spec().op)));
}

}  // namespace fusebox::cpu
