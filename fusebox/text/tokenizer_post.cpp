#include "fusebox/text/tokenizer_post.h"

#include <fmt/format.h>

namespace fusebox::text {
namespace {

int32_t existing(const Spec& id, const TokenizerTables& tables) {
  const int64_t value = id.as_integer();
  if (value >= tables.size() || !tables.exists(static_cast<int32_t>(value))) {
    id.invalid(fmt::format("no token has the id {}", value));
  }
  return static_cast<int32_t>(value);
}

// "single": pieces {"SpecialToken": {"id": name}} around one {"Sequence": {"id": "A"}}.
PostProcessor from_template(const Spec& spec, const TokenizerTables& tables) {
  PostProcessor out;
  bool seen_text = false;
  for (const Spec& piece : spec.list("single")) {
    if (piece.has("Sequence")) {
      if (piece.at("Sequence").string("id") != "A" || seen_text)
        piece.unsupported("more than the one sequence A");
      seen_text = true;
    } else {
      const std::string name = piece.at("SpecialToken").string("id");
      for (const Spec& id : spec.at("special_tokens").at(name).list("ids")) {
        (seen_text ? out.after : out.before).push_back(existing(id, tables));
      }
    }
  }
  if (!seen_text) spec.invalid("\"single\" has no sequence A");
  return out;
}

// "cls" and "sep", each [token, id].
PostProcessor from_pair(const Spec& spec, const TokenizerTables& tables) {
  const auto id_of = [&](std::string_view key) {
    const auto parts = spec.list(key);
    if (parts.size() != 2) spec.at(key).invalid("want [token, id]");
    return existing(parts[1], tables);
  };
  return {{id_of("cls")}, {id_of("sep")}};
}

PostProcessor build(const Spec& spec, const TokenizerTables& tables, int depth) {
  constexpr int kMaxDepth = 8;
  const std::string type = spec.type();
  if (type == "ByteLevel") return {};  // moves offsets only, which encode() does not give
  if (type == "TemplateProcessing") return from_template(spec, tables);
  if (type == "BertProcessing" || type == "RobertaProcessing") return from_pair(spec, tables);
  if (type != "Sequence") {
    spec.unsupported_type(
        {"Sequence", "ByteLevel", "TemplateProcessing", "BertProcessing", "RobertaProcessing"});
  }
  if (depth == kMaxDepth) spec.unsupported("sequences nested too deep");
  PostProcessor out;
  for (const Spec& part : spec.list("processors")) {
    const PostProcessor outer = build(part, tables, depth + 1);
    out.before.insert(out.before.begin(), outer.before.begin(), outer.before.end());
    out.after.insert(out.after.end(), outer.after.begin(), outer.after.end());
  }
  return out;
}

}  // namespace

PostProcessor PostProcessor::from(const Spec& spec, const TokenizerTables& tables) {
  return spec.is_null() ? PostProcessor{} : build(spec, tables, 0);
}

}  // namespace fusebox::text
