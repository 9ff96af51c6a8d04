#pragma once

#include "http/transport.hpp"
#include "run_until.hpp"

#include <optional>
#include <string>

namespace limn::test {

// The body of what stands at that address.
inline std::string read_back(Loop& loop, Transport& transport, std::string url)
{
  struct Reader : ResponseReceiver {
    std::string text;
    bool is_over = false;
    void head(int, const Pairs&) override {}
    bool body(std::string_view piece) override
    {
      text.append(piece);
      return true;
    }
    void finished(const std::optional<TransferFailure>&) override { is_over = true; }
  } reader;
  HttpRequest request;
  request.url = std::move(url);
  transport.start(std::move(request), reader);
  run_until(loop, [&] { return reader.is_over; });
  return reader.text;
}

} // namespace limn::test
