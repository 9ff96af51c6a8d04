#include "engine/wire_request.hpp"

#include "base/ascii.hpp"
#include "http/url.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <random>

namespace limn {

namespace {

// RFC 7578: quotes and line breaks in names are percent-encoded, as browsers do.
std::string escaped_name(std::string_view text)
{
  std::string result;
  for (const char c : text) {
    switch (c) {
    case '"':
      result += "%22";
      break;
    case '\r':
      result += "%0D";
      break;
    case '\n':
      result += "%0A";
      break;
    default:
      result += c;
    }
  }
  return result;
}

Result<BodyPiece> piece_of(const RequestPart& part, const std::vector<Input>& inputs)
{
  if (part.kind == LIMN_PART_TEXT) {
    return BodyPiece{BodyPiece::Kind::text, part.text, {}};
  }
  if (part.input >= inputs.size()) {
    return fail(FailureClass::internal,
                fmt::format("the provider refers to input {}, and the job has {}", part.input,
                            inputs.size()));
  }
  const auto kind =
    part.kind == LIMN_PART_INPUT_BASE64 ? BodyPiece::Kind::file_as_base64 : BodyPiece::Kind::file;
  return BodyPiece{kind, {}, inputs[part.input].file};
}

// Where a request goes. The key goes along, so a target may leave the base URL's path, and nothing
// else of it: both are read as libcurl reads them.
Result<std::string> url_of(const ProviderRequest& request, const Gateway& gateway)
{
  if (request.target.empty()) {
    return gateway.base_url + request.path;
  }
  LIMN_TRY_ASSIGN(const auto base, parse_url(gateway.base_url));
  const auto whole =
    request.target.starts_with('/') ? base.origin() + request.target : request.target;
  const auto target = parse_url(whole);
  if (!target || target->origin() != base.origin()) {
    return fail(FailureClass::internal,
                fmt::format("the provider asked for {}, which is not on the gateway's own server; "
                            "the key goes nowhere else",
                            request.target));
  }
  return to_string(*target);
}

// The request's own and the gateway's, none of them where the key goes.
Result<Pairs> headers_of(const ProviderRequest& request, const Gateway& gateway)
{
  const auto& key_header = gateway.terms.key.header;
  if (std::ranges::any_of(request.headers, [&](const auto& header) {
        return equal_ignoring_case(header.first, key_header);
      })) {
    return fail(FailureClass::internal,
                fmt::format("the provider sets the header {}, which carries the key", key_header));
  }
  auto headers = request.headers;
  std::ranges::copy(headers_beside_key(gateway), std::back_inserter(headers));
  return headers;
}

std::string new_boundary()
{
  std::random_device random;
  return fmt::format("limn-{:08x}{:08x}{:08x}", random(), random(), random());
}

} // namespace

Result<HttpRequest> wire_request(const ProviderRequest& request, const Gateway& gateway,
                                 const std::vector<Input>& inputs,
                                 std::chrono::milliseconds timeout)
{
  HttpRequest wire;
  wire.method = request.method;
  LIMN_TRY_ASSIGN(wire.url, url_of(request, gateway));
  LIMN_TRY_ASSIGN(wire.headers, headers_of(request, gateway));
  wire.key = gateway.key;
  wire.key_form = gateway.terms.key;
  wire.plaintext = gateway.allow_plaintext ? Plaintext::allowed : Plaintext::loopback_only;
  wire.timeout = timeout;
  wire.sending = request.billable ? Sending::once : Sending::may_repeat;
  if (!request.multipart) {
    for (const auto& part : request.parts) {
      LIMN_TRY_ASSIGN(auto piece, piece_of(part, inputs));
      wire.body.push_back(std::move(piece));
    }
    return wire;
  }
  const auto boundary = new_boundary();
  wire.headers.emplace_back("Content-Type", "multipart/form-data; boundary=" + boundary);
  for (const auto& part : request.parts) {
    auto head = fmt::format("--{}\r\nContent-Disposition: form-data; name=\"{}\"", boundary,
                            escaped_name(part.name));
    if (!part.filename.empty()) {
      head += fmt::format("; filename=\"{}\"", escaped_name(part.filename));
    }
    if (!part.media_type.empty()) {
      head += fmt::format("\r\nContent-Type: {}", part.media_type);
    }
    wire.body.push_back({BodyPiece::Kind::text, head + "\r\n\r\n", {}});
    LIMN_TRY_ASSIGN(auto piece, piece_of(part, inputs));
    wire.body.push_back(std::move(piece));
    wire.body.push_back({BodyPiece::Kind::text, "\r\n", {}});
  }
  wire.body.push_back({BodyPiece::Kind::text, "--" + boundary + "--\r\n", {}});
  return wire;
}

} // namespace limn
