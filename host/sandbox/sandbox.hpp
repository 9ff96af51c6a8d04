#pragma once

#include "base/result.hpp"
#include "sandbox/behaviour.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace limn {

using sandbox::behaviour_groups;

struct SandboxOptions {
  std::uint16_t port = 0; // 0: any free one
};

// A small OpenAI-compatible server on 127.0.0.1, for trying things without a key. It works in
// threads of its own from `start` until it is destroyed.
class Sandbox
{
public:
  // FailureClass::usage if the port is taken.
  static Result<std::unique_ptr<Sandbox>> start(SandboxOptions options);
  ~Sandbox();
  Sandbox(const Sandbox&) = delete;
  Sandbox& operator=(const Sandbox&) = delete;

  std::uint16_t port() const;

  // "http://127.0.0.1:PORT/ok/v1"
  std::string base_url(std::string_view behaviour) const;

  // Ends every connection and every thread. Once.
  void stop();

private:
  struct Impl;
  explicit Sandbox(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> m_impl;
};

} // namespace limn
