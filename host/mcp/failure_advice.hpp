#pragma once

#include <string_view>

namespace limn {

// What whoever reads of a failure may do about it, by its class.

// never, after_change, later or ask_user.
std::string_view advice_for(std::string_view failure_class, bool may_have_been_charged);

// In words; `own` is the failure's, which names options of the command line.
std::string_view hint_for(std::string_view failure_class, bool may_have_been_charged,
                          std::string_view own);

inline constexpr std::string_view k_lost_hint =
  "it may have been drawn and paid for. Tell the user; only where the user wants it paid for once "
  "more: the same call with again=true";

} // namespace limn
