#include "serve/page_files_endpoint.hpp"

#include "base/digest.hpp"
#include "serve/page_access.hpp"
#include "serve/page_files.hpp"
#include "serve/replies.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>

namespace limn {

namespace {

constexpr std::string_view k_first_file = "index.html";

// The styles that stand in `html`, as a policy allows them: each by its digest.
std::string style_sources(std::string_view html)
{
  constexpr std::string_view k_begin = "<style>";
  std::string sources;
  for (auto at = html.find(k_begin); at != std::string_view::npos; at = html.find(k_begin, at)) {
    at += k_begin.size();
    const auto rules = html.substr(at, html.find("</style>", at) - at);
    Sha256 digest;
    digest.update(std::as_bytes(std::span(rules)));
    sources += fmt::format(" 'sha256-{}'", digest.base64());
  }
  return sources;
}

// No script but ours, no text that becomes HTML, nothing from elsewhere, in nobody's frame.
std::string page_policy(std::string_view html)
{
  return fmt::format(
    "default-src 'none'; script-src 'self'; style-src{}; connect-src 'self'; img-src 'self' "
    "blob: data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'",
    style_sources(html));
}

std::string_view page_media_type(std::string_view name)
{
  return name.ends_with(".html")  ? "text/html; charset=utf-8"
         : name.ends_with(".js")  ? "text/javascript; charset=utf-8"
         : name.ends_with(".svg") ? "image/svg+xml"
                                  : "application/octet-stream";
}

} // namespace

PageFilesEndpoint::PageFilesEndpoint(const ServerParts& parts) : m_parts(parts)
{
  constexpr std::size_t k_enough = 32;
  for (const auto& file : page_files()) {
    Sha256 digest;
    digest.update(std::as_bytes(std::span(file.content)));
    if (file.name == k_first_file) {
      m_policy = page_policy(file.content);
    }
    m_tags.emplace(file.name, fmt::format("\"{}\"", digest.hex().substr(0, k_enough)));
  }
}

std::unique_ptr<RequestReceiver> PageFilesEndpoint::take(ExchangeId id, const RequestHead& head,
                                                         const Caller& /*caller*/)
{
  const auto name =
    head.path() == k_page_path ? k_first_file : path_behind(head, k_page_files_path);
  const auto files = page_files();
  const auto file = std::ranges::find(files, name, &PageFile::name);
  if (file == files.end()) {
    m_parts.replies.error(id, refusal(404, "unknown_url", "There is no such file of the page."));
    return nullptr;
  }
  const auto& tag = m_tags.find(name)->second;
  ReplyHead reply;
  reply.headers = {{"etag", tag},
                   {"cache-control", "no-cache"},
                   {"content-security-policy", m_policy},
                   {"x-content-type-options", "nosniff"},
                   {"referrer-policy", "no-referrer"},
                   {"cross-origin-resource-policy", "same-origin"},
                   {"permissions-policy", "camera=(), microphone=(), geolocation=()"}};
  if (head.header("if-none-match").find(tag) != std::string_view::npos) {
    reply.status = 304;
    m_parts.replies.whole(id, std::move(reply), {});
    return nullptr;
  }
  reply.headers.emplace_back("content-type", page_media_type(name));
  m_parts.replies.whole(id, std::move(reply), std::string(file->content));
  return nullptr;
}

} // namespace limn
