#pragma once

#include "serve/endpoint.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace limn {

// How much of the bodies that are coming is held at once, besides small ones.
class BodyRoom
{
public:
  explicit BodyRoom(std::uint64_t most) : m_most(most) {}

  // Whether there is room for so many bytes more; they are taken then.
  bool take(std::uint64_t bytes)
  {
    if (m_held + bytes > m_most) {
      return false;
    }
    m_held += bytes;
    return true;
  }

  void give_back(std::uint64_t bytes) { m_held -= bytes; }

private:
  std::uint64_t m_most;
  std::uint64_t m_held = 0;
};

// Largest body of JSON that is taken, in bytes.
inline constexpr std::uint64_t k_most_body = std::uint64_t{32} << 20U;

// Takes a body whole; one that is too large, or comes while the server is to end, is refused here.
class WholeBody : public RequestReceiver
{
public:
  using Whole = std::function<void(std::string)>;
  using Ended = std::function<void(ExchangeEnd)>;

  // The parts are borrowed. `whole` may hear nothing; `ended` is called in any case. `most`: bytes.
  WholeBody(const ServerParts& parts, ExchangeId id, Whole whole, Ended ended,
            std::uint64_t most = k_most_body);
  ~WholeBody() override { let_go(); }
  WholeBody(const WholeBody&) = delete;
  WholeBody& operator=(const WholeBody&) = delete;

  void body(std::string_view piece) override;
  void received() override;
  void ended(ExchangeEnd end) override;

private:
  bool make_room(std::uint64_t size);
  void let_go();

  const ServerParts& m_parts;
  ExchangeId m_id;
  Whole m_whole;
  Ended m_ended;
  std::uint64_t m_most;
  std::string m_body;
  std::uint64_t m_taken = 0; // of the room
  bool m_is_wanted = true;
};

} // namespace limn
