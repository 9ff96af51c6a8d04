#pragma once

#include "base/log.hpp"
#include "plugin/host_services.hpp"

#include <limn/abi.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace limn::conformance {

// What a test wants of the host that it gives to a plugin.
struct HostWishes {
  std::vector<std::string_view> missing; // services that it does not offer
  bool has_services = true;              // false: none at all
  bool is_from_the_future = false;       // a later minor
  // What every file reads as, instead of what is on the disk.
  enum class Files { real, unreadable, replaced } files = Files::real;
  std::string file_content;
};

// Keeps what a plugin logs.
class KeptLog : public Log
{
public:
  bool wants(LogLevel) const override { return true; }
  void write(LogLevel, std::string_view line) override { text.append(line).push_back('\n'); }

  std::string text;
};

// The host's own services, some taken away, and a clock that only waiting moves. Outlives the
// plugin's instances.
class FalseHost
{
public:
  explicit FalseHost(HostWishes wishes = {});
  FalseHost(const FalseHost&) = delete;
  FalseHost& operator=(const FalseHost&) = delete;

  const limn_host* host() const { return &m_host; }
  const std::string& log() const { return m_log.text; }
  void advance(std::int64_t milliseconds) { m_now_ms += milliseconds; }

private:
  static const void* get_service(const limn_host* host, limn_str id) noexcept;
  static limn_status read(void* context, limn_str path, std::size_t max_size, limn_str_sink content,
                          const limn_error_sink* errors) noexcept;
  static limn_status list(void* context, limn_str folder, limn_str ending, limn_str_sink names,
                          const limn_error_sink* errors) noexcept;
  static std::int64_t unix_ms(void* context) noexcept;
  static std::int64_t steady_ms(void* context) noexcept;

  HostWishes m_wishes;
  KeptLog m_log;
  HostServices m_services;
  std::int64_t m_now_ms = 1'000'000;
  limn_files_v1 m_files;
  limn_clock_v1 m_clock;
  limn_host m_host;
};

} // namespace limn::conformance
