#pragma once

#include "serve/endpoint.hpp"
#include "serve/image_calls.hpp"
#include "serve/page_jobs.hpp"
#include "serve/session_endpoint.hpp"

#include <memory>
#include <string>
#include <vector>

namespace limn {

// The page at / and what it asks for: all that a server has besides the API for programs. Who may
// ask for it is decided here, by the session of a browser.
class Page
{
public:
  // All are borrowed.
  Page(const ServerParts& parts, ImageCalls& calls, WatchedKeys& keys, PageEntry::Needs needs);

  // Adds its endpoints, which borrow this, and their routes.
  void add_to(std::vector<std::unique_ptr<Endpoint>>& endpoints, std::vector<Route>& routes);

  // Why a request of Route's Entry::with_session is refused; nothing: go on, as `caller`.
  std::optional<ErrorReply> refuse(const RequestHead& head, Caller& caller);

  // What opens one session, behind the '#' of the page's address.
  std::string make_link();

private:
  const ServerParts& m_parts;
  PageEntry m_entry;
  std::unique_ptr<PageEvents> m_own_events; // until add_to()
  PageEvents& m_events;
  PageJobs m_jobs;
};

} // namespace limn
