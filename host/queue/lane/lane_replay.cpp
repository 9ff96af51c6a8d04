#include "queue/lane/lane_replay.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

namespace limn {

namespace {

constexpr HttpClient::TransferId k_replayed = std::numeric_limits<HttpClient::TransferId>::max();
constexpr std::size_t k_replay_size = 64 * 1024; // a turn of the loop

} // namespace

HttpClient::TransferId LaneReplay::start(HttpRequest request, ResponseReceiver& receiver)
{
  if (request.sending != Sending::once || request.method != "POST") {
    return m_wire.start(std::move(request), receiver);
  }
  m_receiver = &receiver;
  m_next = loop().after({}, [this] { begin(); });
  return k_replayed;
}

void LaneReplay::drop(TransferId id)
{
  if (id != k_replayed) {
    m_wire.drop(id);
    return;
  }
  m_receiver = nullptr;
  m_next.cancel();
}

bool LaneReplay::may_have_been_sent(TransferId id) const
{
  return id == k_replayed || m_wire.may_have_been_sent(id);
}

void LaneReplay::begin()
{
  if (std::exchange(m_was_told, true)) {
    end(TransferFailure{TransferFailure::Kind::refused, "a line of a batch answers one request"});
    return;
  }
  m_at = m_line.body_begin;
  Pairs headers{{"content-type", "application/json"}};
  if (!m_line.request_id.empty()) {
    headers.emplace_back("x-request-id", m_line.request_id);
  }
  m_next = loop().after({}, [this] { go_on(); });
  m_receiver->head(m_line.status, headers);
}

void LaneReplay::go_on()
{
  std::array<char, k_replay_size> room; // NOLINT: it is filled
  const auto left = m_line.body_end - std::min(m_at, m_line.body_end);
  if (left == 0) {
    end(std::nullopt);
    return;
  }
  const auto piece = m_file.read(m_at, std::span(room).first(static_cast<std::size_t>(
                                         std::min<std::uint64_t>(left, room.size()))));
  if (!piece || piece->empty()) {
    end(TransferFailure{TransferFailure::Kind::cut,
                        piece ? "the file of results is cut" : piece.error().message,
                        {},
                        true});
    return;
  }
  m_at += piece->size();
  m_next = loop().after({}, [this] { go_on(); });
  if (!m_receiver->body(*piece) && m_receiver != nullptr) {
    end(TransferFailure{TransferFailure::Kind::cancelled, "enough", {}, true});
  }
}

void LaneReplay::end(const std::optional<TransferFailure>& failure)
{
  m_next.cancel();
  std::exchange(m_receiver, nullptr)->finished(failure); // may destroy this object
}

} // namespace limn
