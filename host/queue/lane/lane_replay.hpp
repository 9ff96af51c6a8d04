#pragma once

#include "http/http_client.hpp"
#include "queue/lane/lane_file.hpp"
#include "queue/lane/lane_lines.hpp"

namespace limn {

// Stands where a gateway is asked for a picture, and answers what a line of a batch's result says:
// so a picture of a batch goes the way of every other. What costs nothing (an image at an address)
// goes to the wire.
class LaneReplay : public HttpClient
{
public:
  // All are borrowed.
  LaneReplay(HttpClient& wire, const LaneFile& file, const LaneLine& line)
    : m_wire(wire), m_file(file), m_line(line)
  {
  }

  Loop& loop() const override { return m_wire.loop(); }
  TransferId start(HttpRequest request, ResponseReceiver& receiver) override;
  void drop(TransferId id) override;
  bool may_have_been_sent(TransferId id) const override;

private:
  void begin();
  void go_on();
  void end(const std::optional<TransferFailure>& failure);

  HttpClient& m_wire;
  const LaneFile& m_file;
  const LaneLine& m_line;
  ResponseReceiver* m_receiver = nullptr; // null: nothing is replayed
  bool m_was_told = false;                // a batch answers each request once
  std::uint64_t m_at = 0;
  Timer m_next;
};

} // namespace limn
