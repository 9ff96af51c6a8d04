#include "engine/download.hpp"

#include "http/url.hpp"
#include "output/kept.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace limn {

namespace {

constexpr int k_most_hops = 5;
constexpr std::chrono::milliseconds k_first_pause{500};

bool same_origin(const std::string& url, const std::string& base_url)
{
  const auto one = parse_url(url);
  const auto other = parse_url(base_url);
  return one && other && one->origin() == other->origin();
}

Addresses addresses_for(const std::string& url, const std::string& base_url)
{
  if (same_origin(url, base_url)) { // as private as the user wants it
    return Addresses::any;
  }
  const auto one = parse_url(url);
  const auto other = parse_url(base_url);
  return one && other && same_host(*one, *other) ? Addresses::public_or_known
                                                 : Addresses::public_only;
}

} // namespace

Download::Download(HttpClient& transport, ImageSink& sink, const Gateway& gateway, std::string url,
                   std::chrono::milliseconds timeout, std::function<void(Result<ImageFile>)> done)
  : m_transport(transport), m_sink(sink), m_gateway(gateway), m_url(std::move(url)),
    m_timeout(timeout), m_deadline(m_transport.loop().now() + timeout), m_done(std::move(done))
{
  ask(m_url);
}

Download::~Download()
{
  m_transport.drop(m_transfer);
}

void Download::ask(std::string url)
{
  m_hop = over_gateways_scheme(std::move(url));
  m_status = 0;
  m_location.clear();
  keep_the_larger();
  m_file_failure.reset();
  HttpRequest request;
  request.url = m_hop;
  request.timeout = std::max(time_left(), std::chrono::milliseconds(1)); // libcurl's 0 is none
  request.plaintext = m_gateway.allow_plaintext ? Plaintext::allowed : Plaintext::loopback_only;
  request.addresses = addresses_for(m_hop, m_gateway.base_url);
  if (m_key == Key::sent && may_take_key()) {
    request.key = m_gateway.key;
    request.key_form = m_gateway.terms.key;
    request.headers = headers_beside_key(m_gateway);
  }
  m_transfer = m_transport.start(std::move(request), *this);
}

// Gateways behind a proxy that speaks TLS for them hand out the http that they hear themselves.
std::string Download::over_gateways_scheme(std::string url) const
{
  auto one = parse_url(url);
  const auto base = parse_url(m_gateway.base_url);
  if (!one || !base || one->scheme != "http" || base->scheme != "https"
      || !same_host(*one, *base)) {
    return url;
  }
  const bool is_same_port = one->port == base->port || one->port == "80";
  if (!is_same_port && (m_gateway.allow_plaintext || is_loopback(*one))) {
    return url; // a server of its own, which limn may ask as it is
  }
  one->scheme = "https";
  if (is_same_port) {
    one->port = base->port;
  }
  return to_string(*one);
}

// To exactly the origin that has it already, and not where another one has led to it.
bool Download::may_take_key() const
{
  return !m_was_led_off && same_origin(m_hop, m_gateway.base_url)
         && (!m_gateway.key.empty() || !m_gateway.headers.empty());
}

void Download::head(int status, const Pairs& headers)
{
  m_status = status;
  for (const auto& [name, value] : headers) {
    if (name == "location") {
      m_location = value;
    }
  }
  if (status / 100 != 2) {
    return;
  }
  if (auto file = m_sink.begin()) {
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
  if (failure) {
    if (failure->kind == TransferFailure::Kind::refused
        || failure->kind == TransferFailure::Kind::limit) {
      m_try = k_most_tries; // and will be so every time
    }
    try_again_or_end(failure->message);
    return;
  }
  if (m_status / 100 == 3 && !m_location.empty()) {
    // Each hop is judged by its own address.
    auto next = ++m_hops <= k_most_hops ? resolved_url(m_hop, m_location)
                                        : fail(FailureClass::settings,
                                               fmt::format("more than {} redirects", k_most_hops));
    if (next) {
      const bool was_elsewhere = !same_origin(m_hop, m_gateway.base_url);
      m_was_led_off = m_was_led_off || was_elsewhere;
      ask(std::move(*next));
      return;
    }
    m_try = k_most_tries; // and will lead there every time
    try_again_or_end(next.error().message);
    return;
  }
  if ((m_status == 401 || m_status == 403) && m_key == Key::none && may_take_key()) {
    m_key = Key::sent;
    ask(std::exchange(m_hop, {}));
    return;
  }
  if (!m_file) {
    try_again_or_end(m_file_failure ? m_file_failure->message : fmt::format("HTTP {}", m_status));
    return;
  }
  if (const auto& whole = m_file->inspected(); !whole) {
    if (m_file->size() > 0 && !format_of(*m_file)) {
      m_try = k_most_tries; // all of it came, and the next try would bring the same
    }
    try_again_or_end(whole.error().message);
    return;
  }
  const auto done = std::exchange(m_done, nullptr);
  done(std::move(*m_file)); // may destroy this object
}

std::chrono::milliseconds Download::time_left() const
{
  return std::chrono::ceil<std::chrono::milliseconds>(m_deadline - m_transport.loop().now());
}

// Of what this try brought and those before.
void Download::keep_the_larger()
{
  if (m_file && (!m_largest || m_file->size() > m_largest->size())) {
    m_largest = std::move(m_file);
  }
  m_file.reset();
}

void Download::try_again_or_end(std::string reason)
{
  ++m_try;
  const auto pause = k_first_pause * (1 << (std::min(m_try, k_most_tries) - 1));
  const bool is_late = m_try < k_most_tries && pause >= time_left();
  if (m_try < k_most_tries && !is_late) {
    m_pause = m_transport.loop().after(pause, [this] {
      m_hops = 0;
      m_was_led_off = false;
      ask(m_url);
    });
    return;
  }
  Failure failure(
    FailureClass::not_saved,
    fmt::format("the image was drawn, but could not be fetched from {}{}: {}", m_url,
                is_late ? fmt::format(" within {:g} s (--timeout)",
                                      std::chrono::duration<double>(m_timeout).count())
                        : "",
                reason),
    "fetch it by hand soon, such addresses live an hour or less; asking again would be charged "
    "again");
  keep_the_larger();
  if (m_largest) {
    if (const auto kept = m_sink.keep(std::move(*m_largest), k_cut_extension)) {
      tell_kept(failure, {kept->string()});
    }
  }
  const auto done = std::exchange(m_done, nullptr);
  done(fail(std::move(failure))); // may destroy this object
}

} // namespace limn
