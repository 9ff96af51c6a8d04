#include "serve/page.hpp"

#include "serve/page_access.hpp"
#include "serve/page_files_endpoint.hpp"
#include "serve/page_history.hpp"
#include "serve/page_jobs_endpoint.hpp"
#include "serve/page_pictures.hpp"
#include "serve/page_uploads.hpp"

#include <chrono>
#include <utility>

namespace limn {

Page::Page(const ServerParts& parts, ImageCalls& calls, WatchedKeys& keys, PageEntry::Needs needs)
  : m_parts(parts), m_entry{needs, {}, &keys},
    m_own_events(std::make_unique<PageEvents>(parts, m_entry)), m_events(*m_own_events),
    m_jobs(parts, calls, m_events)
{
}

void Page::add_to(std::vector<std::unique_ptr<Endpoint>>& endpoints, std::vector<Route>& routes)
{
  const auto add = [&](auto endpoint) {
    auto* const borrowed = endpoint.get();
    endpoints.push_back(std::move(endpoint));
    return borrowed;
  };
  auto* const files = add(std::make_unique<PageFilesEndpoint>(m_parts));
  auto* const pictures = add(std::make_unique<PagePictures>(m_parts));
  auto* const history = add(std::make_unique<PageHistory>(m_parts, pictures->thumbnails()));
  const auto whole = PathMatch::whole;
  const auto deep = PathMatch::with_segments_behind;
  const auto in_session = [&](std::string_view path, PathMatch match,
                              std::vector<std::string_view> methods, Endpoint* endpoint,
                              BodyKind body = BodyKind::none) {
    routes.push_back({path, match, std::move(methods), Entry::with_session, body, endpoint});
  };
  routes.push_back({k_page_path, whole, {"GET", "HEAD"}, Entry::for_all, BodyKind::none, files});
  routes.push_back(
    {k_page_files_path, deep, {"GET", "HEAD"}, Entry::for_all, BodyKind::none, files});
  routes.push_back({k_session_path,
                    whole,
                    {"GET", "POST", "DELETE"},
                    Entry::for_all,
                    BodyKind::json,
                    add(std::make_unique<SessionEndpoint>(m_parts, m_entry, m_events))});
  in_session(k_page_jobs_path, deep, {"GET", "POST", "DELETE"},
             add(std::make_unique<PageJobsEndpoint>(m_parts, m_jobs)), BodyKind::json);
  in_session(k_estimate_path, whole, {"POST"},
             add(std::make_unique<EstimateEndpoint>(m_parts, m_jobs)), BodyKind::json);
  in_session(k_gateways_path, whole, {"GET"},
             add(std::make_unique<GatewaysEndpoint>(m_parts, m_jobs)));
  in_session(k_uploads_path, deep, {"GET", "POST"}, add(std::make_unique<PageUploads>(m_parts)));
  in_session(k_history_path, deep, {"GET", "DELETE"}, history);
  in_session(k_spend_path, whole, {"GET"}, add(std::make_unique<SpendEndpoint>(m_parts)));
  in_session(k_pictures_path, deep, {"GET"}, pictures);
  in_session(k_thumbnails_path, deep, {"GET"}, pictures);
  in_session(k_events_path, whole, {"GET"}, add(std::move(m_own_events)));
}

std::optional<ErrorReply> Page::refuse(const RequestHead& head, Caller& caller)
{
  if (auto error = refusal_of_page(head)) {
    return error;
  }
  auto known = m_entry.caller_of(head, first_port(m_parts.rules));
  if (!known) {
    return refusal(401, "no_session", "This is for the page, once it is signed in.");
  }
  caller = std::move(*known);
  return std::nullopt;
}

std::string Page::make_link()
{
  return m_entry.sessions.make_link(std::chrono::system_clock::now());
}

} // namespace limn
