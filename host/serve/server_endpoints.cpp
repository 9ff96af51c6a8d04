#include "serve/edits_endpoint.hpp"
#include "serve/files_endpoint.hpp"
#include "serve/health_endpoint.hpp"
#include "serve/images_endpoint.hpp"
#include "serve/mcp_endpoint.hpp"
#include "serve/metrics_endpoint.hpp"
#include "serve/models_endpoint.hpp"
#include "serve/page.hpp"
#include "serve/pass_through.hpp"
#include "serve/responses_endpoint.hpp"
#include "serve/server.hpp"

#include <utility>

namespace limn {

void ImageServer::add_endpoints()
{
  m_replies = std::make_unique<Replies>(m_session.loop(), *m_http, m_session.redactor());
  m_parts =
    std::make_unique<ServerParts>(ServerParts{m_session, m_rules, m_settings, *m_replies, m_bodies,
                                              m_is_closing, [this] { look_whether_closed(); }});
  m_calls =
    std::make_unique<ImageCalls>(m_session, m_rules, m_settings, m_metrics, m_parts->became_idle);
  m_answers = std::make_unique<CallAnswers>(*m_parts, *m_calls);
  auto* const responses = add(std::make_unique<ResponsesEndpoint>(*m_parts, *m_answers));
  auto* const health = add(std::make_unique<HealthEndpoint>(*m_parts, *m_calls));
  m_routes = {
    {k_models_path,
     PathMatch::with_segments_behind,
     {"GET", "HEAD"},
     Entry::with_key,
     BodyKind::none,
     add(std::make_unique<ModelsEndpoint>(*m_parts, *m_calls))},
    {k_generations_path,
     PathMatch::whole,
     {"POST"},
     Entry::with_key,
     BodyKind::json,
     add(std::make_unique<ImagesEndpoint>(*m_parts, *m_answers, m_links))},
    {k_edits_path,
     PathMatch::whole,
     {"POST"},
     Entry::with_key,
     BodyKind::json_or_form,
     add(std::make_unique<EditsEndpoint>(*m_parts, *m_answers, m_links))},
    {k_responses_path, PathMatch::whole, {"POST"}, Entry::with_key, BodyKind::json, responses},
    {k_files_path,
     PathMatch::with_segments_behind,
     {"GET", "HEAD"},
     Entry::for_all,
     BodyKind::none,
     add(std::make_unique<FilesEndpoint>(*m_parts, *m_calls, m_links))},
    {k_metrics_path,
     PathMatch::whole,
     {"GET", "HEAD"},
     Entry::with_key_or_from_here,
     BodyKind::none,
     add(std::make_unique<MetricsEndpoint>(*m_parts, m_metrics, *m_calls))},
    {k_live_path, PathMatch::whole, {"GET", "HEAD"}, Entry::for_all, BodyKind::none, health},
    {k_ready_path, PathMatch::whole, {"GET", "HEAD"}, Entry::for_all, BodyKind::none, health},
    {k_mcp_path,
     PathMatch::whole,
     {"POST", "DELETE"},
     Entry::with_key,
     BodyKind::json,
     add(std::make_unique<McpEndpoint>(*m_parts, *m_calls))},
  };
  m_page = std::make_unique<Page>(*m_parts, *m_calls, m_keys,
                                  m_options.keys == KeyUse::none ? PageEntry::Needs::nothing
                                                                 : PageEntry::Needs::session);
  m_page->add_to(m_endpoints, m_routes);
  add_passed(*responses);
}

// They hold while the settings name a gateway for them.
void ImageServer::add_passed(Endpoint& responses)
{
  auto pass = std::make_unique<PassThrough>(*m_parts);
  auto& passed = *pass;
  add(std::move(pass));
  const auto route = [this](std::string_view path, PathMatch match, Endpoint* endpoint) {
    m_passed_routes.push_back({path, match, {"POST"}, Entry::with_key, BodyKind::none, endpoint});
  };
  for (const auto path : {k_chat_path, k_completions_path, k_embeddings_path, k_moderations_path}) {
    route(path, PathMatch::whole, &passed);
  }
  route(k_audio_path, PathMatch::with_segments_behind, &passed);
  route(k_responses_path, PathMatch::whole,
        add(std::make_unique<PassedResponses>(*m_parts, passed, responses)));
}

Endpoint* ImageServer::add(std::unique_ptr<Endpoint> endpoint)
{
  m_endpoints.push_back(std::move(endpoint));
  return m_endpoints.back().get();
}

} // namespace limn
