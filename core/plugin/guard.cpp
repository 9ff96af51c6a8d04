#include "plugin/guard.hpp"

#include "base/terminal_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace limn {

namespace {

// The classes are the statuses of the contract, in its order: a conversion is enough.
static_assert(static_cast<int>(FailureClass::content) == LIMN_CONTENT);
static_assert(static_cast<int>(FailureClass::parameter) == LIMN_PARAMETER);
static_assert(static_cast<int>(FailureClass::outcome_unknown) == LIMN_OUTCOME_UNKNOWN);
static_assert(static_cast<int>(FailureClass::internal) == LIMN_INTERNAL);
static_assert(static_cast<int>(FailureClass::unsupported) == LIMN_UNSUPPORTED);

constexpr std::size_t k_max_message = 1000;
constexpr std::size_t k_max_hint = 500;
constexpr std::size_t k_max_word = 200;

// Far enough for any gateway, and near enough to be added to a point in time.
constexpr std::chrono::milliseconds k_max_retry_after = std::chrono::hours(24 * 365);

std::string name_of(limn_status status)
{
  const auto failure_class = failure_class_of(status);
  return failure_class ? fmt::format("{} ({})", status, to_string(*failure_class))
                       : std::to_string(status);
}

} // namespace

std::optional<FailureClass> failure_class_of(limn_status status)
{
  if (status < LIMN_CONTENT || status > LIMN_UNSUPPORTED) {
    return std::nullopt;
  }
  return static_cast<FailureClass>(status);
}

limn_status status_of(FailureClass failure_class)
{
  if (failure_class == FailureClass::unclear) {
    return LIMN_INVALID_REQUEST; // the host reads the answer again (failure/classify.hpp)
  }
  const auto status = static_cast<limn_status>(failure_class);
  return status <= LIMN_UNSUPPORTED ? status : LIMN_INTERNAL;
}

Read<std::string_view> read_text(limn_str text, std::size_t max_size, std::string_view what)
{
  if (text.size == 0) {
    return std::string_view();
  }
  if (!text.data) {
    return fail(Fault{9, fmt::format("gave {} with a size but without data", what)});
  }
  if (text.size > max_size) {
    return fail(
      Fault{0, fmt::format("gave {} of {} bytes, more than {}", what, text.size, max_size)});
  }
  return std::string_view(text.data, text.size);
}

Read<std::string> read_label(limn_str text, std::size_t max_size, std::string_view what)
{
  // Enough to judge what is cut, and no more than a text for people may have.
  text.size = std::min(text.size, 4 * max_size);
  LIMN_TRY_ASSIGN(const auto raw, read_text(text, 4 * max_size, what));
  return shortened(terminal_safe(raw), max_size);
}

Read<Pairs> read_pairs(const limn_kv* items, std::size_t count, PairLimits limits,
                       std::string_view what)
{
  if (count > limits.count) {
    return fail(Fault{0, fmt::format("gave {} {}s, more than {}", count, what, limits.count)});
  }
  if (count > 0 && !items) {
    return fail(Fault{0, fmt::format("gave {} {}s, but no array", count, what)});
  }
  Pairs pairs;
  pairs.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    LIMN_TRY_ASSIGN(const auto key,
                    read_text(items[i].key, limits.key_size, fmt::format("a {}'s name", what)));
    LIMN_TRY_ASSIGN(const auto value, read_text(items[i].value, limits.value_size,
                                                fmt::format("a {}'s value", what)));
    pairs.emplace_back(key, value);
  }
  return pairs;
}

GuardedCall::GuardedCall(Conduct& conduct, std::string_view function)
  : m_conduct(conduct), m_function(function), m_sink{sizeof(limn_error_sink), 0, this, report}
{
}

void GuardedCall::report(void* context, const limn_error* error) noexcept
{
  auto* call = static_cast<GuardedCall*>(context);
  call->shield([=] { call->take(error); });
}

void GuardedCall::take(const limn_error* error)
{
  if (++m_reports > 1) {
    return;
  }
  if (!error || !LIMN_HAS(error, limn_error, retry_after_ms)) {
    return note({1, "reported an error that is smaller than limn_error of contract 1.0"});
  }
  const auto label = [this](limn_str text, std::size_t max_size, std::string_view what) {
    auto read = read_label(text, max_size, what);
    if (!read) {
      note(read.error());
      return std::string();
    }
    return std::move(*read);
  };
  m_reported_status = error->status;
  m_failure.message = label(error->message, k_max_message, "an error's message");
  m_failure.hint = label(error->hint, k_max_hint, "an error's hint");
  m_failure.code = label(error->code, k_max_word, "an error's code");
  m_failure.param = label(error->param, k_max_word, "an error's param");
  if (error->retry_after_ms >= 0) {
    m_failure.retry_after =
      std::min(k_max_retry_after, std::chrono::milliseconds(error->retry_after_ms));
  }
}

Done GuardedCall::verdict(limn_status status)
{
  if (!m_conduct.breach.empty()) {
    return fail(breach());
  }
  if (m_is_host_in_trouble) {
    return fail(FailureClass::internal,
                fmt::format("limn could not take in what {} said in {}: out of memory?",
                            m_conduct.who, m_function));
  }
  if (m_reports > 1) {
    return fail(broken({6, fmt::format("reported {} errors instead of one", m_reports)}));
  }
  if (status == LIMN_OK) {
    if (m_reports == 1) {
      return fail(broken(
        {6, fmt::format("reported an error (\"{}\") and returned LIMN_OK", m_failure.message)}));
    }
    return {};
  }
  if (m_reports == 0) {
    return fail(
      broken({6, fmt::format("returned status {} without reporting an error", name_of(status))}));
  }
  if (m_reported_status != status) {
    return fail(broken({6, fmt::format("returned status {} and reported {}", name_of(status),
                                       name_of(m_reported_status))}));
  }
  if (m_failure.message.empty()) {
    m_failure.message = fmt::format("{} gave no reason", m_conduct.who);
  }
  const auto failure_class = failure_class_of(status);
  if (!failure_class) {
    m_failure.message += fmt::format(" (status {}, which this limn does not know)", status);
  }
  m_failure.failure_class = failure_class.value_or(FailureClass::internal);
  return fail(std::move(m_failure));
}

void GuardedCall::note(const Fault& fault)
{
  if (!m_conduct.breach.empty()) {
    return;
  }
  const auto rule = fault.rule ? fmt::format("rule {} of ", fault.rule) : std::string();
  const auto breach =
    fmt::format("broke {}the plugin contract: {} {}", rule, m_function, fault.what);
  m_conduct.breach = shortened(terminal_safe(breach), k_max_message);
}

Failure GuardedCall::broken(const Fault& fault)
{
  note(fault);
  return breach();
}

LoopWatch::LoopWatch(Conduct& conduct, std::string_view function)
  : m_conduct(conduct), m_function(function), m_start(std::chrono::steady_clock::now())
{
}

LoopWatch::~LoopWatch()
{
  const auto time = std::chrono::steady_clock::now() - m_start;
  if (time < k_longest_call || m_conduct.is_told_slow || !m_conduct.log) {
    return;
  }
  m_conduct.is_told_slow = true;
  ignoring_exceptions([&] {
    m_conduct.log->write(
      LogLevel::warning,
      fmt::format("{} held everything else up: its {} took {:.1f} s, and a plugin "
                  "must not wait",
                  m_conduct.who, m_function, std::chrono::duration<double>(time).count()));
  });
}

Failure GuardedCall::breach() const
{
  return {FailureClass::internal, fmt::format("{} {}", m_conduct.who, m_conduct.breach),
          "This is a fault of the plugin, not of your setup: look for a newer version of it, or "
          "take it out."};
}

} // namespace limn
