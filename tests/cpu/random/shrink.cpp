#include "tests/cpu/random/shrink.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <set>

#include "cpu/compiler/passes/pass.h"
#include "fusebox/base/error.h"
#include "fusebox/hlo/verify.h"
#include "fusebox/stablehlo/parser.h"
#include "fusebox/stablehlo/printer.h"

namespace fusebox::cpu::test {
namespace {

constexpr double kMostSeconds = 30;

// Blocks of ops in the order in which they are printed; parsing makes the same order again.
void collect(hlo::Block& block, std::vector<std::pair<hlo::Block*, size_t>>& ops) {
  for (size_t i = 0; i < block.ops.size(); ++i) {
    if (block.ops[i]->code != hlo::OpCode::return_) ops.emplace_back(&block, i);
    for (const auto& region : block.ops[i]->regions) collect(*region, ops);
  }
}

void replace(hlo::Block& block, const hlo::Value* from, hlo::Value* to) {
  for (const auto& op : block.ops) {
    std::replace(op->operands.begin(), op->operands.end(), const_cast<hlo::Value*>(from), to);
    for (const auto& region : op->regions) replace(*region, from, to);
  }
}

class Shrinker {
 public:
  Shrinker(const Sample& sample, const CheckOptions& options) : best_(sample), options_(options) {}

  Shrunk run() {
    verdict_ = check(best_, options_);
    for (bool smaller = true; smaller && !late();) {
      smaller = fewer_results();
      smaller = without_ops() || smaller;
      smaller = smaller_sizes() || smaller;
      smaller = without_donations() || smaller;
    }
    return {best_, verdict_};
  }

 private:
  bool late() const {
    const auto passed = std::chrono::steady_clock::now() - begin_;
    return std::chrono::duration<double>(passed).count() > kMostSeconds;
  }

  // Whether the changed program still fails; then it is the best one.
  bool try_this(hlo::Program& program, std::vector<Filling> fillings) {
    if (late()) return false;
    try {
      eliminate_dead_code(program);
      drop_unused_functions(program);
      drop_unused_arguments(program, fillings);
      hlo::verify(program);
      return try_text(stablehlo::print(program), std::move(fillings));
    } catch (const Error&) {
      return false;
    }
  }

  bool try_text(std::string text, std::vector<Filling> fillings) {
    Sample candidate{best_.seed, std::move(text), std::move(fillings)};
    if (candidate.text.size() >= best_.text.size() && candidate.text == best_.text) return false;
    Verdict verdict = check(candidate, options_);
    if (verdict.kind != Verdict::Kind::kWrong) return false;
    best_ = std::move(candidate);
    verdict_ = std::move(verdict);
    return true;
  }

  static void drop_unused_functions(hlo::Program& program) {
    for (bool dropped = true; dropped;) {
      std::set<std::string> called{"main"};
      const std::function<void(const hlo::Block&)> note = [&](const hlo::Block& block) {
        for (const auto& op : block.ops) {
          if (op->code == hlo::OpCode::call) called.insert(op->attributes.get<hlo::SymbolRef>("callee").name);
          for (const auto& region : op->regions) note(*region);
        }
      };
      for (const auto& function : program.functions) note(function->body);
      dropped =
          std::erase_if(program.functions, [&](const auto& f) { return !called.contains(f->name); }) > 0;
    }
  }

  static void drop_unused_arguments(hlo::Program& program, std::vector<Filling>& fillings) {
    hlo::Function& main = *program.find("main");
    std::set<const hlo::Value*> used;
    const std::function<void(const hlo::Block&)> note = [&](const hlo::Block& block) {
      for (const auto& op : block.ops) {
        used.insert(op->operands.begin(), op->operands.end());
        for (const auto& region : op->regions) note(*region);
      }
    };
    note(main.body);
    // From the end only: values keep their addresses.
    while (!main.body.arguments.empty() && !used.contains(&main.body.arguments.back()) &&
           !main.arguments.back().alias_output) {
      main.body.arguments.pop_back();
      main.arguments.pop_back();
      fillings.pop_back();
    }
  }

  // One result after the other goes; donations to it as well.
  bool fewer_results() {
    bool any = false;
    for (size_t i = 64; i-- > 0;) {
      hlo::Program program = stablehlo::parse(best_.text);
      hlo::Function& main = *program.find("main");
      auto& returned = main.body.ops.back()->operands;
      if (i >= returned.size() || returned.size() == 1) continue;
      returned.erase(returned.begin() + static_cast<ptrdiff_t>(i));
      const auto gone = static_cast<int64_t>(i);
      for (hlo::Argument& argument : main.arguments) {
        if (argument.alias_output == gone) argument.alias_output.reset();
        if (argument.alias_output && *argument.alias_output > gone) --*argument.alias_output;
      }
      main.result_names.clear();
      any = try_this(program, best_.fillings) || any;
    }
    return any;
  }

  // An op's results are replaced by an operand of the type, or by arguments of its bounds, or are returned
  // instead of what follows.
  bool without_ops() {
    bool any = false;
    size_t count = op_count();
    for (size_t i = count; i-- > 0;) {
      for (const auto& way : {&Shrinker::return_it, &Shrinker::use_operand, &Shrinker::use_argument}) {
        hlo::Program program = stablehlo::parse(best_.text);
        std::vector<std::pair<hlo::Block*, size_t>> ops;
        for (const auto& function : program.functions) collect(function->body, ops);
        if (i >= ops.size()) break;
        std::vector<Filling> fillings = best_.fillings;
        hlo::Op& op = *ops[i].first->ops[ops[i].second];
        if ((this->*way)(program, op, fillings) && try_this(program, fillings)) {
          any = true;
          break;
        }
      }
    }
    return any;
  }

  size_t op_count() const {
    hlo::Program program = stablehlo::parse(best_.text);
    std::vector<std::pair<hlo::Block*, size_t>> ops;
    for (const auto& function : program.functions) collect(function->body, ops);
    return ops.size();
  }

  bool return_it(hlo::Program& program, hlo::Op& op, std::vector<Filling>&) {
    hlo::Function& main = *program.find("main");
    if (op.block != &main.body) return false;
    auto& returned = main.body.ops.back()->operands;
    if (returned.size() == 1 && returned[0] == op.result()) return false;
    returned.assign(1, op.result());
    for (hlo::Argument& argument : main.arguments) argument.alias_output.reset();
    main.result_names.clear();
    return true;
  }

  bool use_operand(hlo::Program& program, hlo::Op& op, std::vector<Filling>&) {
    for (hlo::Value& result : op.results) {
      const auto same = std::find_if(op.operands.begin(), op.operands.end(),
                                     [&](const hlo::Value* value) { return value->shape == result.shape; });
      if (same == op.operands.end()) return false;
      for (const auto& function : program.functions) replace(function->body, &result, *same);
    }
    return true;
  }

  bool use_argument(hlo::Program& program, hlo::Op& op, std::vector<Filling>& fillings) {
    hlo::Function& main = *program.find("main");
    if (op.block != &main.body || op.code == hlo::OpCode::constant) return false;
    Model model(program);
    std::vector<Bounds> bounds;
    for (size_t i = 0; i < fillings.size(); ++i)
      bounds.push_back(bounds_of_filling(main.body.arguments[i].shape.dtype, fillings[i]));
    if (!model.run(main.body, bounds)) return false;
    for (hlo::Value& result : op.results) {
      const Bounds& found = model.of(&result);
      replace(main.body, &result, main.body.add_argument(result.shape));
      main.arguments.emplace_back();
      fillings.push_back({found.low, found.high, 0, found.special});
    }
    return true;
  }

  // A size that stands anywhere in a type becomes smaller everywhere. Most such texts are no programs.
  bool smaller_sizes() {
    std::set<int64_t> sizes;
    for_each_size([&](int64_t size) {
      sizes.insert(size);
      return size;
    });
    bool any = false;
    for (auto size = sizes.rbegin(); size != sizes.rend(); ++size)
      for (const int64_t smaller : {int64_t{1}, int64_t{2}, int64_t{3}, *size / 2, *size - 1}) {
        if (smaller >= *size || smaller < 1) continue;
        std::string text = for_each_size([&](int64_t s) { return s == *size ? smaller : s; });
        try {
          hlo::Program program = stablehlo::parse(text);
          if (try_this(program, best_.fillings)) {
            any = true;
            break;
          }
        } catch (const Error&) {
          continue;
        }
      }
    return any;
  }

  std::string for_each_size(const std::function<int64_t(int64_t)>& change) const {
    std::string result;
    const std::string& text = best_.text;
    for (size_t at = 0; at < text.size();) {
      const size_t begin = text.find("tensor<", at);
      if (begin == std::string::npos) return result + text.substr(at);
      result += text.substr(at, begin + 7 - at);
      at = begin + 7;
      while (at < text.size() && std::isdigit(static_cast<unsigned char>(text[at]))) {
        const size_t end = text.find('x', at);
        result += std::to_string(change(std::stoll(text.substr(at, end - at)))) + "x";
        at = end + 1;
      }
    }
    return result;
  }

  bool without_donations() {
    hlo::Program program = stablehlo::parse(best_.text);
    bool any = false;
    for (hlo::Argument& argument : program.find("main")->arguments) {
      any = any || argument.alias_output;
      argument.alias_output.reset();
    }
    return any && try_this(program, best_.fillings);
  }

  Sample best_;
  Verdict verdict_;
  const CheckOptions& options_;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

}  // namespace

Shrunk shrink(const Sample& sample, const CheckOptions& options) { return Shrinker(sample, options).run(); }

}  // namespace fusebox::cpu::test
