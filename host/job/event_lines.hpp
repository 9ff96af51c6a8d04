#pragma once

#include "engine/engine.hpp"
#include "job/out.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

namespace limn {

class JsonWriter;

// What --events prints: one JSON object a line. Those of an item of a batch name it.
class EventLines
{
public:
  // `out` is borrowed. `item` is empty where there is only one job.
  explicit EventLines(Out& out, std::string item = {}) : m_out(out), m_item(std::move(item)) {}

  void verifying(const Gateway& gateway) const;
  void attempt_started(const Attempt& attempt) const;
  void attempt_ended(const Attempt& attempt) const;
  void image_saved(const SavedImage& image) const;
  void waiting(std::chrono::milliseconds time, const std::string& why) const;
  void noticed(const std::string& text) const;
  void item_started(int line) const;
  // `manifest_line`: what became of it, as the manifest says it.
  void item_ended(std::string_view manifest_line) const;

private:
  void put(std::string_view event, const std::function<void(JsonWriter&)>& members) const;

  Out& m_out;
  std::string m_item;
};

} // namespace limn
