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

Done check_toml_text(std::string_view text)
{
  if (!is_utf8(text)) {
    return fail(FailureClass::settings, "it is not in UTF-8");
  }
  try {
    static_cast<void>(toml::parse(text));
    return {};
  } catch (const toml::parse_error& error) {
    // What toml++ says may quote the text.
    return fail(FailureClass::settings,
                fmt::format("line {}: this is no TOML", error.source().begin.line));
  } catch (const NoToml&) {
    return fail(FailureClass::settings, "it is no TOML");
  }
}

} // namespace limn
