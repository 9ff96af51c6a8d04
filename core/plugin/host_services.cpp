#include "plugin/host_services.hpp"

#include "base/secret.hpp"
#include "base/terminal_text.hpp"
#include "failure/classify.hpp"
#include "plugin/file_service.hpp"
#include "plugin/guard.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

#ifndef LIMN_VERSION
#define LIMN_VERSION "(unversioned build)"
#endif

namespace limn {

namespace {

constexpr std::size_t k_max_log_line = 4000;
constexpr std::size_t k_max_path = 8 * 1024;
constexpr std::size_t k_most_looked_at = 256;
constexpr std::size_t k_max_content = 64 * 1024 * 1024;
constexpr PairLimits k_answer_header_limits{1000, 1024, 64 * 1024};

limn_str borrow(std::string_view text)
{
  return {text.data(), text.size()};
}

limn_status report(const limn_error_sink* errors, const Failure& failure)
{
  const auto status = status_of(failure.failure_class);
  if (errors && errors->report) {
    const limn_error error{sizeof(limn_error),
                           status,
                           borrow(failure.message),
                           borrow(failure.hint),
                           borrow(failure.code),
                           borrow(failure.param),
                           failure.retry_after ? failure.retry_after->count() : -1};
    errors->report(errors->context, &error);
  }
  return status;
}

// A plugin's misuse of a service is told to the plugin itself, and its caller judges what it makes
// of it.
Failure misuse(const Fault& fault)
{
  return {FailureClass::internal, "the plugin " + fault.what};
}

// Of the functions that plugins call. What a plugin's own sink throws, and a lack of memory, must
// not travel through here.
template <typename Action>
limn_status guarded(const limn_error_sink* errors, Action&& action) noexcept
{
  try {
    const Done done = action();
    return done ? LIMN_OK : report(errors, done.error());
  } catch (...) {
  }
  try {
    return report(errors, {FailureClass::internal, "a host service failed: out of memory?"});
  } catch (...) {
    return LIMN_INTERNAL;
  }
}

} // namespace

struct HostServices::Impl {
  Log& log;
  std::mutex log_mutex;
  FailureWords words;
  std::mutex looked_mutex;
  std::vector<LookedAt> looked_at;

  limn_log_v1 log_service{sizeof(limn_log_v1), 0, this, write_log};
  limn_env_v1 env_service{sizeof(limn_env_v1), 0, this, get_env};
  limn_files_v1 files_service{sizeof(limn_files_v1), 0, this, read_file, list_files};
  limn_clock_v1 clock_service{sizeof(limn_clock_v1), 0, this, unix_ms, steady_ms};
  limn_classify_v1 classify_service{sizeof(limn_classify_v1), 0, this, classify_answer};
  limn_host host{sizeof(limn_host), LIMN_ABI_MINOR, LIMN_STR(LIMN_VERSION), this, get_service};

  Impl(Log& a_log, FailureWords a_words) : log(a_log), words(std::move(a_words)) {}

  void note(LookedAt::Kind kind, std::string_view name, LookedAt::Found found)
  {
    const std::scoped_lock lock(looked_mutex);
    const bool is_known = std::ranges::any_of(
      looked_at, [&](const LookedAt& one) { return one.kind == kind && one.name == name; });
    if (!is_known && looked_at.size() < k_most_looked_at) {
      looked_at.push_back({kind, std::string(name), found});
    }
  }

  static const void* get_service(const limn_host* host, limn_str id) noexcept
  {
    const auto* impl = static_cast<const Impl*>(host->context);
    const std::string_view name(id.data, id.data ? id.size : 0);
    if (name == LIMN_SERVICE_LOG) {
      return &impl->log_service;
    }
    if (name == LIMN_SERVICE_ENV) {
      return &impl->env_service;
    }
    if (name == LIMN_SERVICE_FILES) {
      return &impl->files_service;
    }
    if (name == LIMN_SERVICE_CLOCK) {
      return &impl->clock_service;
    }
    return name == LIMN_SERVICE_CLASSIFY ? &impl->classify_service : nullptr;
  }

  static void write_log(void* context, std::uint32_t level, limn_str text) noexcept
  {
    ignoring_exceptions([=] {
      auto* impl = static_cast<Impl*>(context);
      const auto known = static_cast<LogLevel>(std::min<std::uint32_t>(level, LIMN_LOG_DEBUG));
      const std::scoped_lock lock(impl->log_mutex);
      if (!impl->log.wants(known)) {
        return;
      }
      if (const auto line = read_label(text, k_max_log_line, "a log line")) {
        impl->log.write(known, "plugin: " + *line);
      }
    });
  }

  static std::int32_t get_env(void* context, limn_str name, limn_str_sink value) noexcept
  {
    std::int32_t is_set = 0;
    ignoring_exceptions([&] {
      const auto read = read_text(name, k_max_path, "a variable's name");
      if (!read || read->find('\0') != std::string_view::npos || !value.put) {
        return;
      }
      if (const char* found = ::secure_getenv(std::string(*read).c_str())) {
        value.put(value.context, borrow(found));
        is_set = 1;
      }
      static_cast<Impl*>(context)->note(LookedAt::Kind::variable, *read,
                                        is_set != 0 ? LookedAt::Found::something
                                                    : LookedAt::Found::nothing);
    });
    return is_set;
  }

  static limn_status read_file(void* context, limn_str path, std::size_t max_size,
                               limn_str_sink sink, const limn_error_sink* errors) noexcept
  {
    return guarded(errors, [&]() -> Done {
      const auto read = read_text(path, k_max_path, "a path");
      if (!read || !sink.put) {
        return fail(read ? misuse({0, "asked for a file without a sink"}) : misuse(read.error()));
      }
      auto content = read_trusted_file(*read, max_size);
      const bool is_absent = !content && content.error().failure_class == FailureClass::not_found;
      static_cast<Impl*>(context)->note(LookedAt::Kind::file, *read,
                                        content     ? LookedAt::Found::something
                                        : is_absent ? LookedAt::Found::nothing
                                                    : LookedAt::Found::unreadable);
      if (!content) {
        return fail(std::move(content.error()));
      }
      try {
        sink.put(sink.context, borrow(*content));
      } catch (...) {
        wipe(*content);
        throw;
      }
      wipe(*content);
      return {};
    });
  }

  static limn_status list_files(void* context, limn_str folder, limn_str ending, limn_str_sink sink,
                                const limn_error_sink* errors) noexcept
  {
    return guarded(errors, [&]() -> Done {
      const auto read = read_text(folder, k_max_path, "a path");
      const auto wanted = read_text(ending, k_max_path, "the ending of a name");
      if (!read || !wanted || !sink.put) {
        return fail(misuse(!read     ? read.error()
                           : !wanted ? wanted.error()
                                     : Fault{0, "asked for a folder without a sink"}));
      }
      const auto names = list_folder(*read, *wanted);
      const bool is_absent =
        names ? names->empty() : names.error().failure_class == FailureClass::not_found;
      static_cast<Impl*>(context)->note(LookedAt::Kind::file,
                                        std::string(*read) + "/*" + std::string(*wanted),
                                        is_absent ? LookedAt::Found::nothing
                                        : names   ? LookedAt::Found::something
                                                  : LookedAt::Found::unreadable);
      if (!names) {
        return fail(names.error());
      }
      for (const auto& name : *names) {
        sink.put(sink.context, borrow(name));
      }
      return {};
    });
  }

  static std::int64_t unix_ms(void*) noexcept
  {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
  }

  static std::int64_t steady_ms(void*) noexcept
  {
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
  }

  static limn_status classify_answer(void* context, const limn_answer* answer,
                                     const limn_error_sink* errors) noexcept
  {
    return guarded(errors, [=]() -> Done {
      const auto* impl = static_cast<const Impl*>(context);
      if (!answer || !LIMN_HAS(answer, limn_answer, content)) {
        return fail(misuse({1, "gave an answer that is smaller than limn_answer of contract 1.0"}));
      }
      const auto headers =
        read_pairs(answer->headers, answer->header_count, k_answer_header_limits, "header");
      const auto content = read_text(answer->content, k_max_content, "an answer");
      if (!headers || !content) {
        return fail(misuse(headers ? content.error() : headers.error()));
      }
      auto failure = classify({static_cast<int>(answer->http_status), &*headers, *content},
                              impl->words, std::chrono::system_clock::now());
      return failure ? Done(fail(std::move(*failure))) : Done();
    });
  }
};

HostServices::HostServices(Log& log, FailureWords words)
  : m_impl(std::make_unique<Impl>(log, std::move(words)))
{
}

HostServices::~HostServices() = default;

std::vector<LookedAt> HostServices::take_looked_at()
{
  const std::scoped_lock lock(m_impl->looked_mutex);
  return std::exchange(m_impl->looked_at, {});
}

const limn_host* HostServices::host() const
{
  return &m_impl->host;
}

} // namespace limn
