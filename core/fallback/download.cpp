#include "fallback/download.hpp"

#include "http/url.hpp"

#include <fmt/format.h>

namespace limn {

namespace {

constexpr std::chrono::milliseconds k_first_pause{500};
constexpr std::chrono::milliseconds k_timeout{300'000};

bool same_origin(const std::string& url, const std::string& base_url)
{
  const auto one = parse_url(url);
  const auto other = parse_url(base_url);
  return one && other && one->origin() == other->origin();
}

} // namespace

Download::Download(Transport& transport, const ImageStore& store, const Gateway& gateway,
                   std::string url, std::function<void(Result<ImageFile>)> done)
  : m_transport(transport), m_store(store), m_gateway(gateway), m_url(std::move(url)),
    m_done(std::move(done))
{
  ask();
}

Download::~Download()
{
  m_transport.drop(m_transfer);
}

void Download::ask()
{
  ++m_try;
  m_status = 0;
  m_file.reset();
  m_file_failure.reset();
  HttpRequest request;
  request.url = m_url;
  request.timeout = k_timeout;
  if (same_origin(m_url, m_gateway.base_url)) {
    // Its own origin may be a private address, and may be plain http where the user allowed that.
    request.plaintext = m_gateway.allow_plaintext ? Plaintext::allowed : Plaintext::loopback_only;
  } else {
    request.addresses = Addresses::public_only;
    request.redirects = Redirects::followed;
  }
  m_transfer = m_transport.start(std::move(request), *this);
}

void Download::head(int status, const Pairs&)
{
  m_status = status;
  if (status / 100 != 2) {
    return;
  }
  if (auto file = m_store.begin()) {
    m_file.emplace(std::move(*file));
  } else {
    m_file_failure = file.error();
  }
}

bool Download::body(std::string_view piece)
{
  if (m_file) {
    m_file->write(std::as_bytes(std::span(piece)));
  }
  return true;
}

void Download::finished(const std::optional<TransferFailure>& failure)
{
  m_transfer = 0;
  const auto end = [this](Result<ImageFile> result) {
    const auto done = std::move(m_done);
    done(std::move(result)); // may destroy this object
  };
  if (!failure && m_file && m_file->size() > 0) {
    end(std::move(*m_file));
    return;
  }
  const auto reason = failure          ? failure->message
                      : m_file_failure ? m_file_failure->message
                      : m_file         ? std::string("the answer was empty")
                                       : fmt::format("HTTP {}", m_status);
  const bool hopeless = failure && failure->kind == TransferFailure::Kind::refused;
  if (m_try >= k_most_tries || hopeless) {
    end(
      fail(FailureClass::not_saved,
           fmt::format("the image was drawn, but could not be fetched from {}: {}", m_url, reason),
           "fetch it by hand soon, such addresses live an hour or less; asking again would be "
           "charged again"));
    return;
  }
  const auto pause = k_first_pause * (1 << (m_try - 1));
  m_transport.after(pause, [this, alive = std::weak_ptr(m_alive)] {
    if (!alive.expired()) {
      ask();
    }
  });
}

} // namespace limn
