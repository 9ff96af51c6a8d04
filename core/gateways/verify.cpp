#include "gateways/verify.hpp"

#include "base/ascii.hpp"
#include "base/terminal_text.hpp"
#include "failure/classify.hpp"
#include "gateways/base_url.hpp"
#include "gateways/models_list.hpp"
#include "model/gateway_secrets.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <span>

namespace limn {

namespace {

constexpr std::chrono::milliseconds k_timeout{20'000};

// Failures of the question that would be failures of the generation too. Anything else only means
// that there is no list.
bool is_decisive(const Failure& failure)
{
  switch (failure.failure_class) {
  case FailureClass::access:
    // A key may be one for drawing that may not list: OpenAI's "Missing scopes: api.model.read".
    return find_ignoring_case(failure.message, "scope") == std::string_view::npos
           && find_ignoring_case(failure.message, "list models") == std::string_view::npos;
  case FailureClass::auth:
  case FailureClass::billing:
  case FailureClass::unreachable:
  case FailureClass::tls:
  case FailureClass::settings:
    return true;
  default:
    return false;
  }
}

bool is_web_page(std::string_view body)
{
  const auto first = body.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && body[first] == '<';
}

} // namespace

std::string_view state_name(const ModelCheck& check)
{
  switch (check.state) {
  case ModelCheck::State::listed:
    return "listed";
  case ModelCheck::State::not_listed:
    return "not_listed";
  case ModelCheck::State::no_list:
    return "no_list";
  case ModelCheck::State::failed:
    break;
  }
  return to_string(check.failure ? check.failure->failure_class : FailureClass::internal);
}

std::string_view no_list_text(const ModelCheck& check)
{
  return check.takes_key ? "takes the key, and does not list what it draws with"
                         : "has no list of models";
}

std::string not_listed_text(const ModelCheck& check, const std::vector<std::string>& wanted)
{
  const auto verb = wanted.size() == 1 ? "is" : "are";
  if (check.near > 0) {
    const std::span<const std::string> likely = check.likely;
    return fmt::format(
      "{} {} not listed; nearest: {}", fmt::join(wanted, ", "), verb,
      terminal_safe(
        fmt::format("{}", fmt::join(likely.first(std::min(check.near, likely.size())), ", "))));
  }
  auto text = fmt::format("{} {} not among the {} model{} it lists", fmt::join(wanted, ", "), verb,
                          check.count, check.count == 1 ? "" : "s");
  if (!check.likely.empty()) {
    text += fmt::format("{} {}", check.likely.size() < check.count ? ", such as" : ":",
                        terminal_safe(fmt::format("{}", fmt::join(check.likely, ", "))));
  }
  return text;
}

ModelQuery::ModelQuery(HttpClient& transport, const Gateway& gateway,
                       std::vector<std::string> wanted, const FailureWords& words,
                       int max_json_depth, std::function<void(ModelCheck)> done, ListedIds ids)
  : m_transport(transport), m_gateway(gateway), m_wanted(std::move(wanted)), m_words(words),
    m_max_json_depth(max_json_depth), m_ids(ids), m_done(std::move(done))
{
  if (m_gateway.terms.models != GatewayTerms::Models::no_list) {
    ask(m_gateway.base_url);
    return;
  }
  m_base_url = m_gateway.base_url;
  m_unasked = m_transport.loop().after({}, [this] {
    ModelCheck check;
    check.state = ModelCheck::State::no_list;
    check.base_url = m_base_url;
    const auto told = std::move(m_done);
    told(std::move(check)); // may destroy this object
  });
}

ModelQuery::~ModelQuery()
{
  m_transport.drop(m_transfer);
}

void ModelQuery::ask(const std::string& base_url)
{
  m_base_url = base_url;
  m_status = 0;
  m_headers.clear();
  m_body.clear();
  HttpRequest request;
  request.url = base_url + m_gateway.terms.models_path;
  request.headers = headers_beside_key(m_gateway);
  request.headers.emplace_back("Accept", "application/json");
  request.key = m_gateway.key;
  request.key_form = m_gateway.terms.key;
  request.plaintext = m_gateway.allow_plaintext ? Plaintext::allowed : Plaintext::loopback_only;
  request.timeout = k_timeout;
  request.body_limit = BodyLimit::max_models_size;
  m_transfer = m_transport.start(std::move(request), *this);
}

void ModelQuery::head(int status, const Pairs& headers)
{
  m_status = status;
  m_headers = headers;
}

bool ModelQuery::body(std::string_view piece)
{
  m_body.append(piece);
  return true;
}

void ModelQuery::finished(const std::optional<TransferFailure>& failure)
{
  m_transfer = 0;
  const bool first = m_base_url == m_gateway.base_url;
  GatewayTerms usual;
  usual.longest_attempt = m_gateway.terms.longest_attempt;
  const bool is_usual = m_gateway.terms == usual;
  if (!failure && first && is_usual && is_web_page(m_body) && !has_version(m_base_url)) {
    ask(m_gateway.base_url + "/v1");
    return;
  }
  auto check = judged(failure);
  const auto done = std::move(m_done);
  done(std::move(check)); // may destroy this object
}

ModelCheck ModelQuery::judged(const std::optional<TransferFailure>& failure) const
{
  ModelCheck check;
  check.http_status = m_status;
  check.request_id = request_id(m_headers);
  check.elapsed =
    std::chrono::duration_cast<std::chrono::milliseconds>(m_transport.loop().now() - m_begin);
  check.base_url = m_base_url;
  if (failure) {
    using Kind = TransferFailure::Kind;
    const auto failure_class = failure->kind == Kind::tls       ? FailureClass::tls
                               : failure->kind == Kind::refused ? FailureClass::settings
                               : failure->kind == Kind::limit   ? FailureClass::server
                                                                : FailureClass::unreachable;
    check.failure = Failure(failure_class, failure->message, failure->hint);
    if (failure->kind == Kind::timed_out) { // no setting changes the time that a list has
      check.failure->hint = "try again later, or do without the list of models: --verify never";
    }
    // A list that does not end is no reason to give up on the gateway.
    check.state =
      failure->kind == Kind::limit ? ModelCheck::State::no_list : ModelCheck::State::failed;
    return check;
  }
  check.failure =
    classify({m_status, &m_headers, m_body}, m_words, std::chrono::system_clock::now());
  if (check.failure) {
    check.state =
      is_decisive(*check.failure) ? ModelCheck::State::failed : ModelCheck::State::no_list;
    check.base_url = m_gateway.base_url;
    return check;
  }
  if (m_gateway.terms.models == GatewayTerms::Models::key_check && !is_web_page(m_body)) {
    check.state = ModelCheck::State::no_list;
    check.takes_key = true;
    return check;
  }
  const auto listed = read_models_list(m_body, m_max_json_depth, m_gateway.terms);
  if (!listed) {
    check.failure = listed.error();
    check.state = ModelCheck::State::no_list;
    check.base_url = m_gateway.base_url;
    return check;
  }
  look_for_wanted(*listed, check);
  return check;
}

void ModelQuery::look_for_wanted(const std::vector<std::string>& listed, ModelCheck& check) const
{
  check.count = listed.size();
  Redactor redactor;
  add_secrets(redactor, m_gateway);
  if (m_ids == ListedIds::kept) {
    std::ranges::copy_if(listed, std::back_inserter(check.ids),
                         [&](const std::string& id) { return redactor.redact(id) == id; });
  }
  for (const auto& wanted : m_wanted) {
    auto model = find_model(listed, wanted);
    redactor.add_public(wanted);
    // It is kept and shown: a gateway that echoes the key there lists nothing.
    if (model && redactor.redact(*model) == *model) {
      check.state = ModelCheck::State::listed;
      check.model = std::move(*model);
      return;
    }
  }
  constexpr std::size_t k_most_named = 8;
  auto likely = likely_models(listed, m_wanted, k_most_named);
  for (std::size_t i = 0; i < likely.ids.size(); ++i) {
    if (redactor.redact(likely.ids[i]) == likely.ids[i]) {
      check.likely.push_back(std::move(likely.ids[i]));
      check.near += i < likely.near ? 1 : 0;
    }
  }
  // An empty list says as little as none.
  check.state = listed.empty() ? ModelCheck::State::no_list : ModelCheck::State::not_listed;
}

} // namespace limn
