#include "queue/work_report.hpp"

#include "base/json_writer.hpp"
#include "job/envelope.hpp"

#include <fmt/format.h>

namespace limn {

void report_work(Out& out, Terminal& terminal, const GlobalOptions& global,
                 const QueueWorkerOutcome& outcome)
{
  if (global.format != ReportFormat::json) {
    terminal.say(LogLevel::info,
                 fmt::format("{} done · {} failed · {} unknown · {} returned · {} images · {}",
                             outcome.done, outcome.failed, outcome.unknown, outcome.returned,
                             outcome.images, cost_text(outcome.cost)));
    return;
  }
  JsonWriter json;
  json.begin_object();
  json.flag("ok", true);
  json.key("worked");
  json.begin_object();
  json.member("done", outcome.done);
  json.member("failed", outcome.failed);
  json.member("unknown", outcome.unknown);
  json.member("returned", outcome.returned);
  json.member("images", outcome.images);
  json.end_object();
  json.key("cost");
  write_cost(json, outcome.cost);
  json.end_object();
  out.json(json);
}

} // namespace limn
