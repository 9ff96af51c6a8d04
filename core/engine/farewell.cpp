#include "engine/farewell.hpp"

#include "engine/wire_request.hpp"

#include <fmt/format.h>

#include <chrono>
#include <utility>

namespace limn {

namespace {

constexpr std::chrono::milliseconds k_longest_farewell{2'000};

} // namespace

std::unique_ptr<Farewell> Farewell::begin(HttpClient& transport, Dialogue& dialogue,
                                          const Gateway& gateway, const std::vector<Input>& inputs,
                                          std::function<void()> done)
{
  const auto request = dialogue.cancel();
  if (!request) {
    return nullptr;
  }
  auto wire = wire_request(*request, gateway, inputs, k_longest_farewell);
  if (!wire) {
    return nullptr;
  }
  return std::unique_ptr<Farewell>(new Farewell(transport, std::move(*wire), std::move(done)));
}

Farewell::Farewell(HttpClient& transport, HttpRequest request, std::function<void()> done)
  : m_transport(transport), m_done(std::move(done)),
    m_transfer(transport.start(std::move(request), *this))
{
}

Farewell::~Farewell()
{
  m_transport.drop(m_transfer);
}

void Farewell::finished(const std::optional<TransferFailure>& failure)
{
  m_transfer = 0;
  m_how_it_went = m_status / 100 == 2 ? "the gateway was told to stop"
                  : m_status != 0
                    ? fmt::format("the gateway was told to stop and answered HTTP {}", m_status)
                  : failure ? "the gateway could not be told to stop: " + failure->message
                            : "the gateway could not be told to stop";
  const auto done = std::exchange(m_done, nullptr);
  done(); // may destroy this object
}

} // namespace limn
