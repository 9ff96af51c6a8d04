// What the host offers to a plugin.
#pragma once

#include <limn/sdk/values.hpp>

#include <cstdint>

namespace limn::sdk {

// --- Interface ---

// The host's services. Each works, as said, when the host does not offer it, or an older host
// offers less of it. Cheap to copy; lives as long as the process.
class Host
{
public:
  explicit Host(const limn_host* host);

  // One line for the user's log, at LIMN_LOG_... . Without the service: dropped.
  void log(uint32_t level, std::string_view text) const;

  // An environment variable. Without the service: not set.
  std::optional<std::string> env(std::string_view name) const;

  // The whole of a file; nothing if there is none. Throws Failure if it may not or cannot be read.
  // Without the service: nothing.
  std::optional<std::string> read_file(std::string_view path, size_t max_size) const;

  // The names of the files of a folder that end so, sorted; none if there is no such folder. Throws
  // Failure if it may not or cannot be read. Without the service, or from a host of minor 0: none.
  std::vector<std::string> list_files(std::string_view folder, std::string_view ending) const;

  // The Failure that the answer is, if it is one. Without the service: LIMN_SERVER for 5xx,
  // LIMN_RATE_LIMITED for 429, LIMN_AUTH for 401, LIMN_INVALID_REQUEST for other 4xx.
  std::optional<Failure> failure_in(const limn_event& message) const;

  // Throws that Failure.
  void throw_if_failure(const limn_event& message) const;

private:
  const limn_log_v1* m_log = nullptr;
  const limn_env_v1* m_env = nullptr;
  const limn_files_v1* m_files = nullptr;
  const limn_classify_v1* m_classify = nullptr;
};

// --- Implementation ---

inline limn_str_sink into(std::string& text)
{
  return {&text, [](void* context, limn_str value) {
            *static_cast<std::string*>(context) = from_abi(value);
          }};
}

// Collects the one error that a host's service may report.
class ErrorCatcher
{
public:
  ErrorCatcher() = default;
  ErrorCatcher(const ErrorCatcher&) = delete; // the sink points here
  ErrorCatcher& operator=(const ErrorCatcher&) = delete;

  const limn_error_sink* sink() const { return &m_sink; }

  Failure failure(limn_status status) const
  {
    Failure result = m_failure.value_or(Failure(status, "the host reported no reason"));
    result.status = status;
    return result;
  }

  [[noreturn]] void raise(limn_status status) const { throw failure(status); }

private:
  std::optional<Failure> m_failure;
  limn_error_sink m_sink{sizeof(limn_error_sink), 0, this,
                         [](void* context, const limn_error* error) {
                           Failure failure(error->status, std::string(from_abi(error->message)),
                                           std::string(from_abi(error->hint)));
                           failure.code = from_abi(error->code);
                           failure.param = from_abi(error->param);
                           if (error->retry_after_ms >= 0) {
                             failure.retry_after = std::chrono::milliseconds(error->retry_after_ms);
                           }
                           static_cast<ErrorCatcher*>(context)->m_failure = std::move(failure);
                         }};
};

namespace detail {

template <typename Service>
const Service* service_of(const limn_host* host, std::string_view id)
{
  if (!host || !LIMN_HAS(host, limn_host, get_service) || !host->get_service) {
    return nullptr;
  }
  return static_cast<const Service*>(host->get_service(host, to_abi(id)));
}

} // namespace detail

inline Host::Host(const limn_host* host)
{
  // A struct that ends before the function counts as a service that is not offered.
  const auto* log = detail::service_of<limn_log_v1>(host, LIMN_SERVICE_LOG);
  if (log && LIMN_HAS(log, limn_log_v1, write) && log->write) {
    m_log = log;
  }
  const auto* env = detail::service_of<limn_env_v1>(host, LIMN_SERVICE_ENV);
  if (env && LIMN_HAS(env, limn_env_v1, get) && env->get) {
    m_env = env;
  }
  const auto* files = detail::service_of<limn_files_v1>(host, LIMN_SERVICE_FILES);
  if (files && LIMN_HAS(files, limn_files_v1, read) && files->read) {
    m_files = files;
  }
  const auto* classify = detail::service_of<limn_classify_v1>(host, LIMN_SERVICE_CLASSIFY);
  if (classify && LIMN_HAS(classify, limn_classify_v1, classify) && classify->classify) {
    m_classify = classify;
  }
}

inline void Host::log(uint32_t level, std::string_view text) const
{
  if (m_log) {
    m_log->write(m_log->context, level, to_abi(text));
  }
}

inline std::optional<std::string> Host::env(std::string_view name) const
{
  std::string value;
  if (m_env && m_env->get(m_env->context, to_abi(name), into(value))) {
    return value;
  }
  return std::nullopt;
}

inline std::optional<std::string> Host::read_file(std::string_view path, size_t max_size) const
{
  if (!m_files) {
    return std::nullopt;
  }
  std::string content;
  const ErrorCatcher errors;
  const auto status =
    m_files->read(m_files->context, to_abi(path), max_size, into(content), errors.sink());
  if (status == LIMN_NOT_FOUND) {
    return std::nullopt;
  }
  if (status != LIMN_OK) {
    errors.raise(status);
  }
  return content;
}

inline std::vector<std::string> Host::list_files(std::string_view folder,
                                                 std::string_view ending) const
{
  std::vector<std::string> names;
  if (!m_files || !LIMN_HAS(m_files, limn_files_v1, list) || !m_files->list) {
    return names;
  }
  const limn_str_sink sink{&names, [](void* context, limn_str name) {
                             static_cast<std::vector<std::string>*>(context)->emplace_back(
                               from_abi(name));
                           }};
  const ErrorCatcher errors;
  const auto status =
    m_files->list(m_files->context, to_abi(folder), to_abi(ending), sink, errors.sink());
  if (status != LIMN_OK && status != LIMN_NOT_FOUND) {
    errors.raise(status);
  }
  return names;
}

inline std::optional<Failure> Host::failure_in(const limn_event& message) const
{
  if (m_classify) {
    const limn_answer answer{sizeof(limn_answer), message.http_status, message.headers,
                             message.header_count, message.content};
    const ErrorCatcher errors;
    const auto status = m_classify->classify(m_classify->context, &answer, errors.sink());
    return status == LIMN_OK ? std::nullopt : std::optional(errors.failure(status));
  }
  const auto http = message.http_status;
  if (http < 400) {
    return std::nullopt;
  }
  return Failure(http >= 500   ? LIMN_SERVER
                 : http == 429 ? LIMN_RATE_LIMITED
                 : http == 401 ? LIMN_AUTH
                               : LIMN_INVALID_REQUEST,
                 "HTTP " + std::to_string(http));
}

inline void Host::throw_if_failure(const limn_event& message) const
{
  if (const auto failure = failure_in(message)) {
    throw *failure;
  }
}

} // namespace limn::sdk
