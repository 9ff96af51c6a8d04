#include "registration/registration.hpp"

#include "base/ascii.hpp"
#include "registration/json_text.hpp"
#include "registration/registered.hpp"

#include <fmt/format.h>

namespace limn {

namespace {

// Of an empty file the editors make one; else it is to be what its host reads.
Done check_dialect(ConfigFormat format, std::string_view text)
{
  if (trimmed(without_mark(text)).empty()) {
    return {};
  }
  return check_json_text(text, format == ConfigFormat::json    ? JsonDialect::strict
                               : format == ConfigFormat::json5 ? JsonDialect::json5
                                                               : JsonDialect::with_comments);
}

Result<Edit> put(ConfigFormat format, std::string_view text, const Entry& entry)
{
  if (format == ConfigFormat::toml) {
    return put_toml(text, entry);
  }
  if (format == ConfigFormat::yaml) {
    return put_yaml(text, entry);
  }
  LIMN_TRY_ASSIGN(auto edit, put_json(text, entry));
  LIMN_TRY(check_dialect(format, text));
  return edit;
}

Result<Edit> cut(ConfigFormat format, std::string_view text, const Entry& entry)
{
  if (format == ConfigFormat::toml) {
    return cut_toml(text, entry);
  }
  if (format == ConfigFormat::yaml) {
    return cut_yaml(text, entry);
  }
  LIMN_TRY_ASSIGN(auto edit, cut_json(text, entry));
  LIMN_TRY(check_dialect(format, text));
  return edit;
}

std::vector<std::string> lines_of(std::string_view text)
{
  std::vector<std::string> lines;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

Failure left_alone(Failure failure, const McpHost& host, const std::filesystem::path& file)
{
  const auto name = file.string();
  if (!failure.message.starts_with(name)) {
    failure.message = fmt::format("{}: {}", name, failure.message);
  }
  failure.message += "; it was left alone";
  failure.failure_class = FailureClass::settings;
  failure.hint = fmt::format("`limn mcp config {}` prints what belongs into it", host.id);
  return failure;
}

// What a file holds that tells its host nothing.
std::string_view nothing_in(ConfigFormat format)
{
  return format == ConfigFormat::toml || format == ConfigFormat::yaml ? "" : "{}\n";
}

// Whether that is what stays of a file that limn has made.
bool is_left_of_own(const McpHost& host, const ServerCommand& server, std::string_view text)
{
  const auto entry = host.entry(server, "");
  const auto made = put(host.format, "", entry);
  const auto left = made ? cut(host.format, made->text, entry) : made;
  return left && left->text == text;
}

Result<RegistrationChange> change_file(const McpHost& host, const ServerCommand& server,
                                       decltype(&put) change)
{
  const auto file = host.file();
  if (file.empty()) {
    return fail(FailureClass::settings,
                fmt::format("nobody can tell where {} keeps its file", host.title), "set HOME");
  }
  auto before = read_config_text(file);
  if (!before) {
    return fail(left_alone(std::move(before.error()), host, file));
  }
  if (host.readers == ReadableBy::umask) { // it is a project's
    std::error_code error;
    const auto project = std::filesystem::current_path(error);
    if (auto within = check_within(*before, project); !within) {
      return fail(left_alone(std::move(within.error()), host, file));
    }
  }
  auto edit = change(host.format, before->text, host.entry(server, before->text));
  if (!edit) {
    return fail(left_alone(std::move(edit.error()), host, file));
  }
  if (change == cut && is_left_of_own(host, server, edit->text)) {
    edit->text = nothing_in(host.format);
  }
  RegistrationChange done{edit->was, {}};
  if (edit->text == before->text) {
    return done;
  }
  auto backup = replace_config_text(*before, edit->text, host.readers);
  if (!backup) {
    return fail(left_alone(std::move(backup.error()), host, file));
  }
  done.backup = std::move(*backup);
  return done;
}

} // namespace

std::string_view to_string(Registered registered)
{
  switch (registered) {
  case Registered::no:
    return "no";
  case Registered::yes:
    return "yes";
  case Registered::otherwise:
    return "otherwise";
  case Registered::unreadable:
    break;
  }
  return "unreadable";
}

RegistrationLook look_for_registration(const McpHost& host, const ServerCommand& server)
{
  const auto before = read_config_text(host.file());
  if (!before) {
    return {Registered::unreadable, before.error().message};
  }
  const auto edit = put(host.format, before->text, host.entry(server, before->text));
  if (!edit) {
    return {Registered::unreadable, edit.error().message};
  }
  const auto there = registered_server(host);
  const bool is_off = there && *there && (*there)->state == RegisteredServer::State::off;
  return {edit->was == Presence::same    ? Registered::yes
          : edit->was == Presence::other ? Registered::otherwise
                                         : Registered::no,
          is_off ? "it is switched off there" : ""};
}

std::string registration_text(const McpHost& host, const ServerCommand& server)
{
  // Of nothing each editor makes the file that holds nothing else.
  const auto edit = put(host.format, "", host.entry(server, ""));
  return edit ? edit->text : std::string();
}

Result<RegistrationChange> write_registration(const McpHost& host, const ServerCommand& server)
{
  auto done = change_file(host, server, put);
  if (!done) {
    done.error().details = lines_of(registration_text(host, server));
  }
  return done;
}

Result<RegistrationChange> remove_registration(const McpHost& host, const ServerCommand& server)
{
  return change_file(host, server, cut);
}

} // namespace limn
