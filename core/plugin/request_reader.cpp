#include "plugin/request_reader.hpp"

#include "base/ascii.hpp"
#include "plugin/header_words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace limn {

namespace {

constexpr std::size_t k_max_method = 32;
constexpr std::size_t k_max_path = 8 * 1024;
constexpr std::size_t k_max_parts = 1000;
constexpr std::size_t k_max_body = 64 * 1024 * 1024;

// Credentials, what would send the request elsewhere, and what frames it.
constexpr std::array<std::string_view, 14> k_host_headers{"authorization",
                                                          "proxy-authorization",
                                                          "api-key",
                                                          "x-api-key",
                                                          "x-goog-api-key",
                                                          "cookie",
                                                          "host",
                                                          "content-length",
                                                          "transfer-encoding",
                                                          "connection",
                                                          "proxy-connection",
                                                          "upgrade",
                                                          "te",
                                                          "trailer"};

// Line breaks would start another header or another part.
bool has_control_characters(std::string_view text)
{
  return std::ranges::any_of(text,
                             [](unsigned char c) { return (c < ' ' && c != '\t') || c == 0x7f; });
}

Read<void> check_header(std::string_view name, std::string_view value, bool is_multipart)
{
  if (!is_token(name)) {
    return fail(Fault{0, fmt::format("described a request with a header named \"{}\"", name)});
  }
  if (has_control_characters(value)) {
    return fail(
      Fault{0, fmt::format("described a request whose header {} holds a control character", name)});
  }
  const bool is_hosts =
    std::ranges::any_of(k_host_headers,
                        [&](std::string_view mine) { return equal_ignoring_case(name, mine); })
    || (is_multipart && equal_ignoring_case(name, "content-type"));
  if (is_hosts) {
    return fail(Fault{
      0, fmt::format("described a request with the header {}, which only the host may set", name)});
  }
  return {};
}

// Whether it lies on the gateway's origin is for whoever knows the gateway: wire_request.
Read<std::string> read_target(const limn_request& request)
{
  if (!LIMN_HAS(&request, limn_request, target)) { // of a plugin of minor 0
    return std::string();
  }
  LIMN_TRY_ASSIGN(const auto text, read_text(request.target, k_max_path, "a target"));
  std::string target(text);
  const bool is_path = target.starts_with('/') && !target.starts_with("//");
  const bool is_url = target.starts_with("https://") || target.starts_with("http://");
  if (!target.empty()
      && (!(is_path || is_url) || !is_visible_ascii(target)
          || target.find_first_of("#\\") != std::string::npos)) {
    return fail(Fault{0, fmt::format("described a request to the target \"{}\": a target is an "
                                     "absolute path or URL, and percent-encoded",
                                     target)});
  }
  if (!target.empty() && (request.flags & LIMN_REQUEST_BILLABLE) != 0) {
    return fail(Fault{0, "described a billable request with a target"});
  }
  return target;
}

Read<RequestPart> read_part(const limn_part* part, bool is_multipart)
{
  if (!part || !LIMN_HAS(part, limn_part, media_type)) {
    return fail(Fault{1, "described a part that is smaller than limn_part of contract 1.0"});
  }
  if (part->kind > LIMN_PART_INPUT_BASE64) {
    return fail(Fault{0, fmt::format("described a part of unknown kind {}", part->kind)});
  }
  RequestPart read;
  read.kind = part->kind;
  read.input = part->input;
  LIMN_TRY_ASSIGN(read.text, read_text(part->text, k_max_body, "a part's text"));
  if (!is_multipart) {
    return read;
  }
  LIMN_TRY_ASSIGN(read.name, read_text(part->name, 256, "a part's name"));
  LIMN_TRY_ASSIGN(read.filename, read_text(part->filename, 256, "a part's file name"));
  LIMN_TRY_ASSIGN(read.media_type, read_text(part->media_type, 256, "a part's media type"));
  if (read.name.empty()) {
    return fail(Fault{0, "described a multipart field without a name"});
  }
  for (const auto& text : {read.name, read.filename, read.media_type}) {
    if (has_control_characters(text)) {
      return fail(Fault{0, "described a multipart field with a control character in its header"});
    }
  }
  return read;
}

} // namespace

Read<ProviderRequest> read_request(const limn_request* request)
{
  if (!request || !LIMN_HAS(request, limn_request, part_count)) {
    return fail(Fault{1, "described a request that is smaller than limn_request of contract 1.0"});
  }
  if (request->body > LIMN_BODY_MULTIPART) {
    return fail(Fault{0, fmt::format("described a body of unknown kind {}", request->body)});
  }
  ProviderRequest read;
  read.billable = (request->flags & LIMN_REQUEST_BILLABLE) != 0;
  read.multipart = request->body == LIMN_BODY_MULTIPART;

  LIMN_TRY_ASSIGN(read.method, read_text(request->method, k_max_method, "a method"));
  if (!is_token(read.method)) {
    return fail(Fault{0, fmt::format("described a request with the method \"{}\"", read.method)});
  }
  LIMN_TRY_ASSIGN(read.path, read_text(request->path, k_max_path, "a path"));
  if (!is_request_path(read.path)) {
    return fail(Fault{0, fmt::format("described a request to \"{}\": a path begins with '/' and is "
                                     "percent-encoded",
                                     read.path)});
  }
  LIMN_TRY_ASSIGN(read.target, read_target(*request));
  LIMN_TRY_ASSIGN(read.headers,
                  read_pairs(request->headers, request->header_count, k_header_limits, "header"));
  for (const auto& [name, value] : read.headers) {
    LIMN_TRY(check_header(name, value, read.multipart));
  }

  if (request->part_count > k_max_parts) {
    return fail(Fault{0, fmt::format("described a body of {} parts, more than {}",
                                     request->part_count, k_max_parts)});
  }
  if (request->part_count > 0 && !request->parts) {
    return fail(Fault{0, "described a body with parts, but no array of them"});
  }
  std::size_t body_size = 0;
  for (std::size_t i = 0; i < request->part_count; ++i) {
    LIMN_TRY_ASSIGN(auto part, read_part(request->parts[i], read.multipart));
    body_size += part.text.size();
    if (body_size > k_max_body) {
      return fail(Fault{0, fmt::format("described a body of more than {} bytes", k_max_body)});
    }
    read.parts.push_back(std::move(part));
  }
  return read;
}

} // namespace limn
