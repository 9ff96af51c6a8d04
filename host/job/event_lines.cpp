#include "job/event_lines.hpp"

#include "job/envelope.hpp"

namespace limn {

void EventLines::put(std::string_view event, const std::function<void(JsonWriter&)>& members) const
{
  JsonWriter json;
  json.begin_object();
  json.member("event", event);
  if (!m_item.empty()) {
    json.member("item", m_item);
  }
  members(json);
  json.end_object();
  m_out.event(json);
}

void EventLines::verifying(const Gateway& gateway) const
{
  put("verifying", [&](JsonWriter& json) { json.member("gateway", gateway.name); });
}

void EventLines::attempt_started(const Attempt& attempt) const
{
  put("attempt_started", [&](JsonWriter& json) {
    json.member("gateway", attempt.gateway);
    json.member("provider", attempt.provider);
    json.member("model", attempt.model);
    json.optional_member("size", attempt.size);
  });
}

void EventLines::attempt_ended(const Attempt& attempt) const
{
  put("attempt_ended", [&](JsonWriter& json) {
    json.key("attempt");
    write_attempt(json, attempt);
  });
}

void EventLines::image_saved(const SavedImage& image) const
{
  put("image_saved", [&](JsonWriter& json) {
    json.key("image");
    write_image(json, image);
  });
}

void EventLines::waiting(std::chrono::milliseconds time, const std::string& why) const
{
  put("waiting", [&](JsonWriter& json) {
    json.member("ms", static_cast<std::int64_t>(time.count()));
    json.member("why", why);
  });
}

void EventLines::noticed(const std::string& text) const
{
  put("noticed", [&](JsonWriter& json) { json.member("text", text); });
}

void EventLines::item_started(int line) const
{
  put("item_started",
      [&](JsonWriter& json) { json.member("line", static_cast<std::int64_t>(line)); });
}

void EventLines::item_ended(std::string_view manifest_line) const
{
  put("item_ended", [&](JsonWriter& json) {
    json.key("result");
    json.raw(manifest_line);
  });
}

} // namespace limn
