#include "serve/page_history.hpp"

#include "base/json_writer.hpp"
#include "job/past.hpp"
#include "serve/page_access.hpp"
#include "serve/replies.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <ctime>
#include <utility>

namespace limn {

namespace {

constexpr std::size_t k_page_of_history = 60;
constexpr std::size_t k_most_of_history = 200;
constexpr std::size_t k_most_words = 16;

std::vector<std::string> words_of(std::string_view text)
{
  std::vector<std::string> words;
  while (!text.empty() && words.size() < k_most_words) {
    const auto end = text.find(' ');
    if (end != 0) {
      words.emplace_back(text.substr(0, end));
    }
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  }
  return words;
}

std::string place_text(const PastPlace& place)
{
  return fmt::format("{}.{}.{}", place.time, place.attempt, place.image);
}

std::optional<PastPlace> place_from(std::string_view text)
{
  PastPlace place;
  for (auto* number : {&place.time, &place.attempt, &place.image}) {
    const auto end = text.find('.');
    const auto digits = text.substr(0, end);
    const auto* const last = digits.data() + digits.size();
    const auto read = std::from_chars(digits.data(), last, *number);
    if (read.ec != std::errc() || read.ptr != last) {
      return std::nullopt;
    }
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  }
  return text.empty() ? std::optional(place) : std::nullopt;
}

Result<HistoryQuery> page_query(const RequestHead& head)
{
  HistoryQuery query;
  query.words = words_of(query_member(head, "search"));
  query.most = k_page_of_history;
  const auto limit = query_member(head, "limit");
  std::from_chars(limit.data(), limit.data() + limit.size(), query.most);
  query.most = std::clamp<std::size_t>(query.most, 1, k_most_of_history);
  query.without_image = query_member(head, "only") == "failed";
  if (const auto before = query_member(head, "before"); !before.empty()) {
    query.behind = place_from(before);
    if (!query.behind) {
      return fail(FailureClass::usage, "'before' is the 'next' of another answer");
    }
  }
  return query;
}

Result<std::string> history_json(const HistoryQuery& query)
{
  LIMN_TRY_ASSIGN(auto history, open_history());
  std::vector<PastEntry> entries;
  if (history) {
    LIMN_TRY_ASSIGN(entries, history->find(query));
  }
  JsonWriter json;
  json.begin_object();
  json.key("entries");
  json.begin_array();
  for (const auto& entry : entries) {
    write_past(json, entry);
  }
  json.end_array();
  json.optional_member("next",
                       entries.size() == query.most ? place_text(entries.back().place) : "");
  json.end_object();
  return json.str();
}

Result<PastEntry> whole_id(Result<PastEntry> entry, std::string_view id)
{
  LIMN_TRY(entry);
  return entry->id() == id ? std::move(entry)
                           : fail(FailureClass::usage, fmt::format("the history has no '{}'", id));
}

Result<std::string> entry_json(const std::string& id)
{
  LIMN_TRY_ASSIGN(const auto entry, whole_id(past_entry(id), id));
  JsonWriter json;
  write_past(json, entry);
  return json.str();
}

Result<std::string> forgotten_json(const std::string& id)
{
  LIMN_TRY_ASSIGN(auto history, open_history());
  if (history) {
    LIMN_TRY_ASSIGN(const auto entry, whole_id(history->entry(id), id));
    LIMN_TRY(history->forget(entry));
  }
  return R"({"forgotten":1})";
}

// Of the local time.
PastAttempt::Time begin_of_month()
{
  const auto now = std::time(nullptr);
  std::tm local{};
  ::localtime_r(&now, &local);
  local.tm_mday = 1;
  local.tm_hour = local.tm_min = local.tm_sec = 0;
  local.tm_isdst = -1;
  return std::chrono::system_clock::from_time_t(std::mktime(&local));
}

Result<std::string> spend_json()
{
  LIMN_TRY_ASSIGN(auto history, open_history());
  JsonWriter json;
  json.begin_object();
  const auto write_sum = [&](std::string_view name,
                             std::optional<PastAttempt::Time> since) -> Done {
    HistoryQuery query;
    query.since = since;
    Spending sum;
    if (history) {
      LIMN_TRY_ASSIGN(const auto all, history->spending(SpendBy::all, query));
      sum = sum_of(all);
    }
    json.key(name);
    json.begin_object();
    write_spending(json, sum);
    json.end_object();
    return {};
  };
  const auto write_by = [&](std::string_view name, SpendBy by) -> Done {
    std::vector<Spending> all;
    if (history) {
      LIMN_TRY_ASSIGN(all, history->spending(by, {}));
    }
    json.key(name);
    json.begin_array();
    for (const auto& one : all) {
      json.begin_object();
      json.member("name", one.name);
      write_spending(json, one);
      json.end_object();
    }
    json.end_array();
    return {};
  };
  LIMN_TRY_ASSIGN(const auto today, read_since("today", "today", std::chrono::system_clock::now()));
  LIMN_TRY(write_sum("today", today));
  LIMN_TRY(write_sum("month", begin_of_month()));
  LIMN_TRY(write_sum("all", std::nullopt));
  LIMN_TRY(write_by("by_gateway", SpendBy::gateway));
  LIMN_TRY(write_by("by_month", SpendBy::month));
  json.end_object();
  return json.str();
}

} // namespace

std::unique_ptr<RequestReceiver> PageHistory::take(ExchangeId id, const RequestHead& head,
                                                   const Caller& /*caller*/)
{
  const std::string entry(path_behind(head, k_history_path));
  if (!entry.empty() && !is_history_id(entry)) {
    tell(id, fail(FailureClass::usage, "there is no such entry"));
    return nullptr;
  }
  const auto told = [this, id](const Result<std::string>& json) { tell(id, json); };
  if (head.method == "DELETE") {
    m_disk.run([entry] { return forgotten_json(entry); }, told);
    m_thumbnails.forget(entry);
  } else if (!entry.empty()) {
    m_disk.run([entry] { return entry_json(entry); }, told);
  } else if (const auto query = page_query(head); query) {
    m_disk.run([query = *query] { return history_json(query); }, told);
  } else {
    tell(id, fail(query.error()));
  }
  return nullptr;
}

void PageHistory::tell(ExchangeId id, const Result<std::string>& json)
{
  if (json) {
    m_parts.replies.json(id, *json, page_headers());
    return;
  }
  const auto& failure = json.error();
  const bool is_mine = failure.failure_class == FailureClass::usage;
  m_parts.replies.error(id,
                        is_mine ? refusal(404, "not_found", failure.message)
                                : error_reply(Ending::overloaded, failure.message),
                        page_headers());
}

std::unique_ptr<RequestReceiver> SpendEndpoint::take(ExchangeId id, const RequestHead& /*head*/,
                                                     const Caller& /*caller*/)
{
  m_disk.run([] { return spend_json(); },
             [this, id](const Result<std::string>& json) {
               json ? m_parts.replies.json(id, *json, page_headers())
                    : m_parts.replies.error(
                      id, error_reply(Ending::overloaded, json.error().message), page_headers());
             });
  return nullptr;
}

} // namespace limn
