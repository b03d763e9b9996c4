"""Mistakes that compilers are made with, as edits of ours. scripts/check-planted-bugs plants them."""

from typing import NamedTuple


class Bug(NamedTuple):
    name: str
    file: str
    before: str  # stands in the file once
    after: str


PASSES, PLAN, KERNELS = "cpu/compiler/passes/", "cpu/compiler/plan/", "cpu/compiler/kernels/"

BUGS = [
    # Passes.
    Bug("cse-ignores-attributes", PASSES + "eliminate_common_subexpressions.cpp",
        "return key + attributes_key(op);",
        "return op.code == hlo::OpCode::constant ? key + attributes_key(op) : key;"),
    Bug("cse-ignores-operand-order", PASSES + "eliminate_common_subexpressions.cpp",
        "for (const hlo::Value* operand : op.operands) key",
        "std::vector<hlo::Value*> operands = op.operands;\n"
        "  if (operands.size() == 2 && operands[1] < operands[0]) std::swap(operands[0], operands[1]);\n"
        "  for (const hlo::Value* operand : operands) key"),
    # Plan.
    Bug("kernels-shared-across-attributes", PLAN + "expression.cpp",
        "attributes_key(*node.op), to_string(node.shape));",
        '"", to_string(node.shape));'),
    Bug("loop-variables-assigned-one-by-one", PLAN + "lower.cpp",
        "if (!needed) continue;",
        "if (!needed || needed) continue;"),
    Bug("life-ends-a-step-early", PLAN + "memory.cpp",
        "if (other.end < life.begin || other.begin > life.end) continue;",
        "if (other.end <= life.begin || other.begin >= life.end) continue;"),
    Bug("life-ends-with-the-first-round", PLAN + "memory.cpp",
        "for (bool grown = true; grown;) {",
        "for (bool grown = false; grown;) {"),
    Bug("source-taken-over-while-still-read", PLAN + "memory.cpp",
        "if (use.at > at) return false;",
        "if (use.at > at + 2) return false;"),
    Bug("source-taken-over-inside-a-loop", PLAN + "memory.cpp",
        "if (loop.begin <= at && at <= loop.end && made < loop.begin) return false;",
        "if (loop.begin <= at && at < loop.begin && made < loop.begin) return false;"),
    Bug("made-in-a-target-that-is-still-read", PLAN + "memory.cpp",
        "use.at < end && !made_from_it) return false;",
        "use.at < end && use.writes && !made_from_it) return false;"),
    # Kernels.
    Bug("transpose-by-the-inverse", KERNELS + "elements.cpp",
        "at[static_cast<size_t>(permutation[i])] = index[i];",
        "at[i] = index[static_cast<size_t>(permutation[i])];"),
    Bug("slice-strides-the-start", KERNELS + "elements.cpp",
        "at.push_back(starts[i] == 0 ? step : b_.CreateAdd(step, number(starts[i])));",
        "at.push_back(starts[i] == 0 ? step : b_.CreateAdd(step, number(starts[i] / strides[i])));"),
    Bug("start-index-not-clamped-below", KERNELS + "elements.cpp",
        "wide = b_.CreateBinaryIntrinsic(llvm::Intrinsic::smax, wide, number(0));",
        ""),
    Bug("pad-of-one-element-too-many", KERNELS + "elements.cpp",
        "b_.CreateICmpSLT(place, number(shape.dims[i])));",
        "b_.CreateICmpSLE(place, number(shape.dims[i])));"),
    Bug("maximum-loses-nan", KERNELS + "scalar.cpp",
        "case OpCode::maximum: return emit_max(b_, x[0], x[1], target_);",
        "case OpCode::maximum: return b_.CreateSelect(b_.CreateFCmpOGT(x[0], x[1]), x[0], x[1]);"),
    Bug("bf16-truncated", KERNELS + "scalar.cpp",
        "if (dtype == bf16) return emit_bf16_to_f32(b_, emit_to_bf16(b_, x, target_), target_);",
        "if (dtype == bf16) return b_.CreateBitCast(b_.CreateAnd(b_.CreateBitCast(x, b_.getInt32Ty()), 0xffff0000u), "
        "b_.getFloatTy());"),
    Bug("unsigned-compared-as-signed", KERNELS + "scalar.cpp",
        "P::ICMP_ULT, P::ICMP_ULE, P::ICMP_UGT, P::ICMP_UGE)",
        "P::ICMP_SLT, P::ICMP_SLE, P::ICMP_SGT, P::ICMP_SGE)"),
    Bug("reduction-begins-at-zero", KERNELS + "loops.cpp",
        "gathered.push_back(frame.variable(start->getType()));",
        "start = llvm::Constant::getNullValue(start->getType());\n"
        "      gathered.push_back(frame.variable(start->getType()));"),
    Bug("dot-tail-one-lane-long", KERNELS + "dot.cpp",
        "dot_.first_lanes(number(dot_.depth() - whole))",
        "dot_.first_lanes(number(dot_.depth() - whole + 1))"),
    Bug("sort-prefers-the-later-of-equals", KERNELS + "sort.cpp",
        """{rights[o], lefts[o]});
      }
      compare_.set_parameters(arguments);
      Value* before = compare_.element(spec_.combiner_results[0], {});""",
        """{lefts[o], rights[o]});
      }
      compare_.set_parameters(arguments);
      Value* before = b_.CreateNot(compare_.element(spec_.combiner_results[0], {}));"""),
    Bug("layouts-turn-free-axes-around", PASSES + "choose_layouts.cpp",
        "if (!std::ranges::is_sorted(there(side.operand().free))) return side;", ""),
    Bug("turned-panel-repeats-too-early", KERNELS + "dot_columns.cpp",
        "column = frame_.smaller(column, dot_.columns() - 1);",
        "column = frame_.smaller(column, dot_.columns() - 2);"),
    Bug("attention-masks-by-the-first-batch", KERNELS + "plain_attention.cpp",
        "Index index = index_of(b_, outer, b_.CreateAdd(b_.CreateMul(batch_, number(rows_)), row));",
        "Index index = index_of(b_, outer, row);"),
    Bug("attention-leaves-out-the-last-key", KERNELS + "plain_attention.cpp",
        "{values_at_, keys_}, keys_,",
        "{values_at_, keys_}, keys_ > 16 ? keys_ - 1 : keys_,"),
    # Threads.
    Bug("steps-do-not-wait", "cpu/execute/action.cpp",
        "action.meet = since == Since::kMany || (since == Since::kFirst && !action.alone);",
        "action.meet = since == Since::kFirst && !action.alone;"),
]
