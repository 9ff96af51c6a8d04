#include "base/files.hpp"
#include "base/json_writer.hpp"
#include "cli/commands.hpp"
#include "cli/editor.hpp"
#include "job/limn_yaml.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <string>
#include <utility>

namespace limn {

namespace {

// The text that is edited: that of the file, else what `limn init` would write.
struct Original {
  std::optional<SettingsText> file; // none: it is not there
  std::string first;                // then

  std::string_view text() const { return file ? std::string_view(file->text) : first; }
};

// Settings that cannot be read are no reason not to begin a file.
std::string first_text(const Invocation& invocation)
{
  auto global = invocation.global;
  global.config = ConfigFile::may_be_absent;
  const auto session =
    Session::open(global, invocation.redactor, invocation.terminal, invocation.out, Memory::none);
  return session ? first_limn_yaml((*session)->host(), invocation.redactor).text
                 : first_limn_yaml().text;
}

Result<Original> read_original(const Invocation& invocation, const std::filesystem::path& file)
{
  Original original;
  LIMN_TRY_ASSIGN(auto text, read_settings_file(file));
  if (text) {
    original.file.emplace(std::move(*text));
  } else {
    original.first = first_text(invocation);
  }
  return original;
}

// A copy beside the file, which nobody else can read, with an ending that editors know.
class Copy
{
public:
  static Result<Copy> of(std::string_view text, const std::filesystem::path& file)
  {
    constexpr std::string_view k_ending = ".yaml";
    LIMN_TRY(make_private_folder(file.parent_path()));
    auto path = (file.parent_path() / ("limn-edit-XXXXXX" + std::string(k_ending))).string();
    const Descriptor made(::mkostemps(path.data(), static_cast<int>(k_ending.size()), O_CLOEXEC));
    if (!made) {
      return fail(FailureClass::settings, fmt::format("no copy can be made beside {}: {}",
                                                      file.string(), std::strerror(errno)));
    }
    Copy copy(path);
    LIMN_TRY(replace_file(copy.m_path, text));
    return copy;
  }

  Copy(Copy&& other) noexcept : m_path(std::exchange(other.m_path, {})) {}
  Copy& operator=(Copy&&) = delete;
  ~Copy()
  {
    if (!m_path.empty()) {
      ::unlink(m_path.c_str());
    }
  }

  const std::filesystem::path& path() const { return m_path; }
  void keep() { m_path.clear(); }

private:
  explicit Copy(std::filesystem::path path) : m_path(std::move(path)) {}

  std::filesystem::path m_path; // empty: it stays
};

// What was typed is nobody's to throw away.
tl::unexpected<Failure> kept(Failure failure, Copy& copy, const std::filesystem::path& file)
{
  failure.failure_class = FailureClass::settings;
  failure.hint = fmt::format("{} is as it was; what you wrote is kept in {}", file.string(),
                             copy.path().string());
  ::chmod(copy.path().c_str(), 0600); // an editor may have made it anew
  copy.keep();
  return fail(std::move(failure));
}

bool is_at_terminal(const Invocation& invocation)
{
  return invocation.global.format == ReportFormat::text && !invocation.terminal.is_quiet()
         && ::isatty(STDIN_FILENO) == 1 && ::isatty(STDERR_FILENO) == 1;
}

// No answer is a no.
bool wants_another_try(Terminal& terminal)
{
  terminal.say(LogLevel::info, "edit it again? (y/n)");
  std::string answer;
  for (char c = 0; ::read(STDIN_FILENO, &c, 1) == 1 && c != '\n';) {
    answer += c;
  }
  return !answer.empty() && (answer.front() == 'y' || answer.front() == 'Y');
}

bool holds(const std::filesystem::path& file, std::string_view text)
{
  const auto content = read_settings_file(file);
  return content && *content && (*content)->text == text;
}

// Until it can be read, or the user has enough.
Done edit(const Invocation& invocation, const std::string& editor, const Original& original,
          Copy& copy, const std::filesystem::path& file)
{
  for (;;) {
    if (auto done = open_in_editor(editor, copy.path()); !done) {
      if (!holds(copy.path(), original.text())) {
        return kept(std::move(done.error()), copy, file);
      }
      done.error().message += fmt::format(": {} is as it was", file.string());
      return done;
    }
    auto checked = check_limn_yaml(copy.path(), invocation.terminal);
    if (checked) {
      return {};
    }
    if (!is_at_terminal(invocation)) {
      return kept(std::move(checked.error()), copy, file);
    }
    invocation.terminal.say(LogLevel::error, checked.error().message);
    if (!wants_another_try(invocation.terminal)) {
      return kept(Failure(FailureClass::settings, "it cannot be read as it is"), copy, file);
    }
  }
}

// Puts the copy in the place of the file, with its mode and owner.
Done put_in_place(Copy& copy, const std::filesystem::path& file)
{
  struct stat status {
  };
  const bool was_there = ::stat(file.c_str(), &status) == 0;
  auto text = read_settings_file(copy.path());
  if (!text) {
    return kept(std::move(text.error()), copy, file);
  }
  auto written =
    replace_file(copy.path(), *text ? std::string_view((*text)->text) : std::string_view());
  if (!written) {
    return kept(std::move(written.error()), copy, file);
  }
  if (was_there) {
    static_cast<void>(::chown(copy.path().c_str(), status.st_uid, status.st_gid) == 0);
  }
  if (was_there && ::chmod(copy.path().c_str(), status.st_mode & 07777) != 0) {
    return kept(Failure(FailureClass::settings, fmt::format("the mode of {} cannot be kept: {}",
                                                            file.string(), std::strerror(errno))),
                copy, file);
  }
  if (::rename(copy.path().c_str(), file.c_str()) != 0) {
    return kept(Failure(FailureClass::settings, fmt::format("{} cannot be replaced: {}",
                                                            file.string(), std::strerror(errno))),
                copy, file);
  }
  copy.keep();
  return {};
}

// What somebody else wrote meanwhile is not replaced.
Done check_unchanged(const Original& original, Copy& copy, const std::filesystem::path& file)
{
  auto found = read_settings_file(file);
  if (!found) {
    return kept(std::move(found.error()), copy, file);
  }
  const auto& now = *found;
  const bool is_same =
    now.has_value() == original.file.has_value() && (!now || now->text == original.file->text);
  return is_same
           ? Done()
           : kept(Failure(FailureClass::settings,
                          fmt::format("{} was changed by somebody else meanwhile", file.string())),
                  copy, file);
}

Result<int> config_edit(const Invocation& invocation)
{
  const auto named = settings_files(invocation.global).limn_yaml;
  if (named.empty()) {
    return fail(FailureClass::settings, "there is no folder for limn.yaml",
                "set HOME or XDG_CONFIG_HOME, or name a file with --config FILE");
  }
  LIMN_TRY_ASSIGN(const auto editor, find_editor());
  const auto file = behind_links(named);
  LIMN_TRY_ASSIGN(const auto original, read_original(invocation, file));
  LIMN_TRY_ASSIGN(auto copy, Copy::of(original.text(), file));
  LIMN_TRY(edit(invocation, editor, original, copy, file));
  if (holds(copy.path(), original.text())) {
    invocation.terminal.say(
      LogLevel::info, original.file ? fmt::format("{} is as it was", named.string())
                                    : std::string("nothing was changed, and nothing is written; "
                                                  "`limn init` writes such a limn.yaml"));
  } else {
    LIMN_TRY(check_unchanged(original, copy, file));
    LIMN_TRY(put_in_place(copy, file));
    invocation.terminal.say(LogLevel::info,
                            fmt::format("{} is saved; `limn config list` tells what "
                                        "holds now",
                                        named.string()));
  }
  if (invocation.global.format == ReportFormat::json) {
    JsonWriter json;
    json.begin_object();
    json.flag("ok", true);
    json.end_object();
    invocation.out.json(json);
  }
  return 0;
}

} // namespace

Command edit_config_command()
{
  Command command{"edit", "open limn.yaml in your editor; what cannot be read is not taken"};
  command.examples = {"limn config edit", "limn config edit --config ./limn.yaml"};
  command.run = config_edit;
  return command;
}

} // namespace limn
