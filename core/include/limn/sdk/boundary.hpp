// Where C++ meets the contract: every function that may fail goes through `guarded`.
#pragma once

#include <limn/sdk/host.hpp>

#include <new>
#include <type_traits>

namespace limn::sdk::detail {

// --- Interface ---

// Runs `action` and turns whatever it throws into a status, reported to `errors`.
template <typename Action>
limn_status guarded(const limn_error_sink* errors, Action&& action) noexcept;

// Whether a component can be made from what the host gives: all of it, a part, or nothing.
template <typename T>
inline constexpr bool is_component =
  std::is_constructible_v<
    T, Host,
    Settings> || std::is_constructible_v<T, Host> || std::is_constructible_v<T, Settings> || std::is_default_constructible_v<T>;

// Makes a component. Settings that it does not take are refused: a typo must not pass unseen.
template <typename T>
T made(Host host, Settings settings);

// [a-z][a-z0-9_]*, at most 64 bytes.
constexpr bool is_id(std::string_view text);

// `text`, if it is an id; else the compiler stops at the name of the function that is called.
constexpr limn_str checked_id(std::string_view text);

// The two functions that every component has.
template <typename T>
limn_status create(const limn_host* host, const limn_settings* settings, void** instance,
                   const limn_error_sink* errors) noexcept;
template <typename T>
void destroy(void* instance) noexcept;

// --- Implementation ---

inline limn_status report(const limn_error_sink* errors, const Failure& failure) noexcept
{
  // A status of OK in a Failure is the plugin's mistake; the caller must still see a failure.
  const limn_status status = failure.status == LIMN_OK ? LIMN_INTERNAL : failure.status;
  const limn_error error{sizeof(limn_error),
                         status,
                         to_abi(failure.message),
                         to_abi(failure.hint),
                         to_abi(failure.code),
                         to_abi(failure.param),
                         failure.retry_after ? failure.retry_after->count() : -1};
  errors->report(errors->context, &error);
  return status;
}

inline limn_status report(const limn_error_sink* errors, limn_status status,
                          std::string_view message) noexcept
{
  const limn_error error{sizeof(limn_error), status, to_abi(message), {}, {}, {}, -1};
  errors->report(errors->context, &error);
  return status;
}

template <typename Action>
limn_status guarded(const limn_error_sink* errors, Action&& action) noexcept
{
  try {
    std::forward<Action>(action)();
    return LIMN_OK;
  } catch (const Failure& failure) {
    return report(errors, failure);
  } catch (const std::bad_alloc&) {
    return report(errors, LIMN_INTERNAL, "out of memory");
  } catch (const std::exception& e) {
    return report(errors, LIMN_INTERNAL, e.what());
  } catch (...) {
    return report(errors, LIMN_INTERNAL, "an exception of unknown type");
  }
}

template <typename T>
T made(Host host, Settings settings)
{
  if constexpr (std::is_constructible_v<T, Host, Settings>) {
    return T(host, std::move(settings));
  } else if constexpr (std::is_constructible_v<T, Settings>) {
    return T(std::move(settings));
  } else {
    if (!settings.items().empty()) {
      throw Failure(LIMN_SETTINGS, "there is no setting '" + settings.items().front().first + "'",
                    "this component has no settings");
    }
    if constexpr (std::is_constructible_v<T, Host>) {
      return T(host);
    } else {
      return T();
    }
  }
}

constexpr bool is_id(std::string_view text)
{
  if (text.empty() || text.size() > 64 || text.front() < 'a' || text.front() > 'z') {
    return false;
  }
  for (const char c : text) {
    if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_') {
      return false;
    }
  }
  return true;
}

// Not constexpr: a call of it in a constant is an error that shows its name.
inline void an_id_is_of_small_letters_digits_and_underscores_and_begins_with_a_letter() {}

constexpr limn_str checked_id(std::string_view text)
{
  if (!is_id(text)) {
    an_id_is_of_small_letters_digits_and_underscores_and_begins_with_a_letter();
  }
  return to_abi(text);
}

template <typename T>
limn_status create(const limn_host* host, const limn_settings* settings, void** instance,
                   const limn_error_sink* errors) noexcept
{
  // `made` returns by value, so that the object is built in place.
  return guarded(errors, [&] { *instance = new T(made<T>(Host(host), Settings(settings))); });
}

template <typename T>
void destroy(void* instance) noexcept
{
  delete static_cast<T*>(instance);
}

} // namespace limn::sdk::detail
