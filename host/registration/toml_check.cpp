#include "registration/toml_check.hpp"

#include "base/utf8.hpp"

#include <fmt/format.h>

namespace limn {

namespace {

struct NoToml {
};

[[noreturn]] void refuse_toml()
{
  throw NoToml{};
}

} // namespace

} // namespace limn

// Version 3.3 asserts what the text decides: here that is a fault of the text, in a build with
// NDEBUG, too.
#define TOML_EXCEPTIONS 1
#define TOML_ENABLE_FORMATTERS 0
#define TOML_ASSERT(expression) ((expression) ? static_cast<void>(0) : limn::refuse_toml())
#pragma push_macro("NDEBUG")
#undef NDEBUG
#include <toml++/toml.h>
#pragma pop_macro("NDEBUG")

namespace limn {

namespace {

JsonNode node_of(const toml::node& node)
{
  JsonNode result;
  if (const auto* table = node.as_table()) {
    result.kind = JsonNode::Kind::object;
    for (const auto& [name, value] : *table) {
      result.members.push_back({std::string(name.str()), 0, node_of(value), 0});
    }
  } else if (const auto* list = node.as_array()) {
    result.kind = JsonNode::Kind::array;
    for (const auto& item : *list) {
      result.items.push_back(node_of(item));
    }
  } else if (const auto* text = node.as_string()) {
    result.kind = JsonNode::Kind::string;
    result.text = text->get();
  } else if (const auto* flag = node.as_boolean()) {
    result.text = flag->get() ? "true" : "false";
  } else if (const auto* number = node.as_integer()) {
    result.text = fmt::format("{}", number->get());
  }
  return result;
}

Result<toml::table> parse(std::string_view text)
{
  if (!is_utf8(text)) {
    return fail(FailureClass::settings, "it is not in UTF-8");
  }
  try {
    return toml::parse(text);
  } catch (const toml::parse_error& error) {
    // What toml++ says may quote the text.
    return fail(FailureClass::settings,
                fmt::format("line {}: this is no TOML", error.source().begin.line));
  } catch (const NoToml&) {
    return fail(FailureClass::settings, "it is no TOML");
  }
}

} // namespace

Done check_toml_text(std::string_view text)
{
  LIMN_TRY_ASSIGN(const auto table, parse(text));
  return {};
}

Result<JsonNode> toml_tree(std::string_view text)
{
  LIMN_TRY_ASSIGN(const auto table, parse(text));
  return node_of(table);
}

} // namespace limn
