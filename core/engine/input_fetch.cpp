#include "engine/input_fetch.hpp"

#include "base/files.hpp"
#include "http/url.hpp"
#include "model/store_address.hpp"
#include "output/image_file.hpp"
#include "picture/input_image.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace limn {

namespace {

constexpr int k_most_hops = 5;
constexpr std::chrono::milliseconds k_timeout{60'000};

} // namespace

InputFetch::InputFetch(HttpClient& transport, const Stores* stores, Input input,
                       std::function<void(Result<Input>)> done)
  : m_transport(transport), m_input(std::move(input)), m_done(std::move(done))
{
  if (is_store_address(m_input.origin)) {
    ask_store(stores);
  } else {
    ask(m_input.origin);
  }
}

InputFetch::~InputFetch()
{
  m_transport.drop(m_transfer);
}

void InputFetch::ask(std::string url)
{
  m_hop = std::move(url);
  m_status = 0;
  m_location.clear();
  HttpRequest request;
  request.url = m_hop;
  request.timeout = k_timeout;
  request.addresses = Addresses::public_only;
  request.plaintext = Plaintext::loopback_only; // which is no public address either
  m_transfer = m_transport.start(std::move(request), *this);
}

void InputFetch::ask_store(const Stores* stores)
{
  const auto address = parse_store_address(m_input.origin);
  auto request = !address ? fail(address.error())
                 : stores == nullptr
                   ? fail(FailureClass::usage, "nothing is fetched from a store here")
                   : stores->request("GET", *address);
  if (!request) {
    m_failure = request.error();
    m_refusal = m_transport.loop().after({}, [this] { finished(std::nullopt); });
    return;
  }
  request->timeout = k_timeout;
  m_transfer = m_transport.start(std::move(*request), *this);
}

void InputFetch::head(int status, const Pairs& headers)
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
  if (auto file = nameless_file()) {
    m_file = std::move(*file);
  } else {
    m_failure = file.error();
  }
}

bool InputFetch::body(std::string_view piece)
{
  if (m_status / 100 != 2) {
    return true;
  }
  m_size += piece.size();
  if (m_size >= k_largest_input) {
    m_failure = Failure(FailureClass::usage,
                        fmt::format("{} has {} bytes or more, and gateways take less",
                                    m_input.origin, k_largest_input),
                        "make it smaller first");
  }
  while (!piece.empty() && !m_failure) {
    const auto written = ::write(m_file.number(), piece.data(), piece.size());
    if (written < 0 && errno != EINTR) {
      m_failure =
        Failure(FailureClass::not_saved, fmt::format("{} cannot be kept meanwhile: {}",
                                                     m_input.origin, std::strerror(errno)));
    }
    piece.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(written, 0)));
  }
  return !m_failure;
}

void InputFetch::finished(const std::optional<TransferFailure>& failure)
{
  m_transfer = 0;
  if (m_failure) {
    end(fail(std::move(*m_failure)));
    return;
  }
  if (failure) {
    using Kind = TransferFailure::Kind;
    end(fail(failure->kind == Kind::tls       ? FailureClass::tls
             : failure->kind == Kind::refused ? FailureClass::usage
                                              : FailureClass::unreachable,
             fmt::format("cannot fetch {}: {}", m_input.origin, failure->message),
             failure->hint.empty()
               ? "nothing was asked for yet; an image of this machine is named by its file"
               : failure->hint));
    return;
  }
  if (m_status / 100 == 3 && !m_location.empty() && !is_store_address(m_input.origin)) {
    auto next = ++m_hops <= k_most_hops ? resolved_url(m_hop, m_location)
                                        : fail(FailureClass::usage, "too many redirects");
    if (next && next->starts_with("https:")) {
      ask(std::move(*next)); // each hop is judged by its own address
      return;
    }
  }
  if (m_status / 100 != 2) {
    end(fail(FailureClass::usage, fmt::format("cannot fetch {}: HTTP {}", m_input.origin, m_status),
             "nothing was asked for yet"));
    return;
  }
  end(taken());
}

Result<Input> InputFetch::taken()
{
  LIMN_TRY(inspect_input(m_input, OpenFile(m_file.number(), m_size), m_input.origin));
  m_input.opened = std::make_shared<const Descriptor>(std::move(m_file));
  m_input.file = path_of(*m_input.opened);
  return std::move(m_input);
}

void InputFetch::end(Result<Input> input)
{
  const auto done = std::exchange(m_done, nullptr);
  done(std::move(input)); // may destroy this object
}

} // namespace limn
