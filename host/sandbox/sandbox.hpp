#pragma once

#include "base/result.hpp"
#include "loop/loop.hpp"
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

// A small OpenAI-compatible server on 127.0.0.1, for trying things without a key. It works on the
// loop that it is given, from `start` until it is destroyed; a picture takes the loop for as long
// as it is painted (a twentieth of a second).
class Sandbox
{
public:
  // The loop is borrowed and outlives this. FailureClass::usage if the port is taken.
  static Result<std::unique_ptr<Sandbox>> start(Loop& loop, SandboxOptions options);
  ~Sandbox();
  Sandbox(const Sandbox&) = delete;
  Sandbox& operator=(const Sandbox&) = delete;

  std::uint16_t port() const;

  // "http://127.0.0.1:PORT/ok/v1"
  std::string base_url(std::string_view behaviour) const;

private:
  struct Impl;
  explicit Sandbox(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> m_impl;
};

} // namespace limn
