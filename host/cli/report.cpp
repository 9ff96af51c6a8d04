#include "cli/report.hpp"

#include "base/failure_texts.hpp"
#include "cli/embedded_sandbox.hpp"
#include "job/envelope.hpp"
#include "job/exit_status.hpp"

#include <fmt/format.h>

namespace limn {

namespace {

std::string one_line(const Attempt& attempt)
{
  auto where = attempt.gateway;
  if (!attempt.provider.empty()) {
    where += fmt::format(", {}", attempt.provider);
  }
  if (!attempt.size.empty()) {
    where += fmt::format(", {}", attempt.size);
  }
  auto line = fmt::format("{}: {}", where,
                          attempt.failure ? to_string(attempt.failure->failure_class) : "ok");
  if (attempt.http_status != 0 && attempt.failure) {
    line += fmt::format(" (HTTP {})", attempt.http_status);
  }
  if (attempt.failure) {
    line += ": " + attempt.failure->message;
  }
  if (!attempt.request_id.empty() && attempt.failure) {
    line += fmt::format(" [request {}]", attempt.request_id);
  }
  return line;
}

// Which image came from where, and every way in which it is not what was asked for.
std::string summary(const JobOutcome& outcome)
{
  const auto& image = outcome.images.front();
  auto text = fmt::format("{} · {} · {}", outcome.gateway.name, outcome.provider, outcome.model);
  if (image.size.width > 0) {
    text += " · " + to_string(image.size);
  }
  text += fmt::format(" · {:.1f} s", static_cast<double>(outcome.elapsed.count()) / 1000);
  // To ask for "auto" is to send none.
  if (outcome.size_sent != (outcome.size_asked == "auto" ? "" : outcome.size_asked)) {
    text += fmt::format(" · asked {}, sent {}", outcome.size_asked,
                        outcome.size_sent.empty() ? "no size" : outcome.size_sent);
  }
  if (parse_size(outcome.size_sent) && image.size.width > 0
      && outcome.size_sent != to_string(image.size)) {
    text += fmt::format(" · sent {}, received {}", outcome.size_sent, to_string(image.size));
  }
  text += " · " + (outcome.gateway.costs_nothing ? k_sandbox_cost : cost_text(outcome.cost));
  return text;
}

} // namespace

void report(Out& out, Terminal& terminal, const GlobalOptions& options, const JobOutcome& outcome,
            PathLines path_lines)
{
  for (const auto& image : outcome.images) {
    if (path_lines == PathLines::printed) {
      out.tells_of(image.path);
    }
  }
  if (options.format == ReportFormat::json) {
    JsonWriter json;
    write_envelope(json, outcome);
    out.json(json);
    return;
  }
  if (path_lines == PathLines::printed) {
    for (const auto& image : outcome.images) {
      out.path(image.path);
    }
  }
  if (!outcome.images.empty()) {
    terminal.say(LogLevel::info, summary(outcome));
  }
  const bool was_asked = !outcome.attempts.empty() && outcome.attempts.back().failure;
  if (outcome.failure && !was_asked) {
    terminal.say(LogLevel::error, outcome.failure->message);
  } else if (outcome.failure) {
    auto line = std::string(what_happened(outcome.failure->failure_class));
    if (terminal.is_quiet()) { // then this line is all there is
      line += " " + one_line(outcome.attempts.back());
    }
    terminal.say(LogLevel::error, line);
  }
  if (was_asked || outcome.attempts.size() > 1) {
    for (const auto& attempt : outcome.attempts) {
      terminal.say(LogLevel::info, "  " + one_line(attempt));
    }
  }
  if (outcome.images.empty() && may_be_lost(outcome.attempts)) {
    terminal.say(LogLevel::info, "  cost: " + cost_text(outcome.cost));
  }
  if (outcome.failure && !outcome.failure->hint.empty()) {
    terminal.say(LogLevel::info, "  " + outcome.failure->hint);
  }
}

int report(Out& out, Terminal& terminal, const GlobalOptions& options, const Failure& failure)
{
  if (options.format == ReportFormat::json) {
    JsonWriter json;
    write_error_envelope(json, failure);
    out.json(json);
  } else {
    terminal.say(LogLevel::error, failure.message);
    for (const auto& line : failure.details) {
      terminal.say(LogLevel::info, "  " + line);
    }
    if (!failure.hint.empty()) {
      terminal.say(LogLevel::info, "  " + failure.hint);
    }
  }
  return exit_status(failure.failure_class);
}

} // namespace limn
