#include "cli/findings.hpp"

#include "base/json_writer.hpp"
#include "job/envelope.hpp"
#include "job/exit_status.hpp"

#include <fmt/format.h>

#include <utility>

namespace limn {

namespace {

std::string_view name_of(Verdict verdict)
{
  return verdict == Verdict::good ? "good" : verdict == Verdict::bad ? "bad" : "skipped";
}

} // namespace

void Findings::good(std::string name, std::string message, std::vector<std::string> details)
{
  points.push_back({std::move(name), Verdict::good, std::move(message), std::move(details)});
}

void Findings::skipped(std::string name, std::string message)
{
  points.push_back({std::move(name), Verdict::skipped, std::move(message), {}});
}

void Findings::bad(std::string name, Failure reason)
{
  points.push_back(
    {std::move(name), Verdict::bad,
     reason.hint.empty() ? reason.message : fmt::format("{} ({})", reason.message, reason.hint),
     reason.details});
  if (!failure) {
    failure = std::move(reason);
  }
}

void Findings::add(Findings others)
{
  for (auto& point : others.points) {
    points.push_back(std::move(point));
  }
  if (!failure) {
    failure = std::move(others.failure);
  }
}

int Findings::exit_status() const
{
  return failure ? limn::exit_status(failure->failure_class) : 0;
}

void print(Out& out, ReportFormat format, const Findings& findings)
{
  JsonWriter json;
  json.begin_object();
  json.flag("ok", !findings.failure);
  json.key("points");
  json.begin_array();
  int number = 0;
  for (const auto& point : findings.points) {
    ++number;
    if (format == ReportFormat::text) {
      out.line(fmt::format("{}  {:<7}  {}{}", number, name_of(point.verdict), point.name,
                           point.message.empty() ? "" : ": " + point.message));
      for (const auto& line : point.details) {
        out.line("            " + line);
      }
    }
    json.begin_object();
    json.member("point", static_cast<std::int64_t>(number));
    json.member("name", point.name);
    json.member("verdict", name_of(point.verdict));
    json.optional_member("message", point.message);
    write_details(json, point.details);
    json.end_object();
  }
  json.end_array();
  json.end_object();
  if (format == ReportFormat::json) {
    out.json(json);
  }
}

} // namespace limn
