#include "cli/complete.hpp"

#include "base/contains.hpp"
#include "base/terminal_text.hpp"
#include "cli/command_table.hpp"
#include "cli/cursor_place.hpp"
#include "job/past.hpp"
#include "memory/known_names.hpp"

#include <CLI/CLI.hpp>

#include <memory>

namespace limn {

namespace {

constexpr std::size_t k_most_entries = 50;
constexpr std::size_t k_longest_prompt = 60;

constexpr std::string_view k_files = "files";
constexpr std::string_view k_folders = "folders";
constexpr std::string_view k_no_files = "none";

// Gathers what is known of values, from what lies on this machine.
class ValueSearch
{
public:
  ValueSearch(const Invocation& invocation, CursorPlace& place)
    : m_place(place), m_global(invocation.global),
      m_invocation{invocation.redactor, invocation.terminal, invocation.out, m_global, {}}
  {
    m_global.config_file = place.config_file;
  }

  void find(ValueKind kind, const std::vector<Command>& commands)
  {
    switch (kind) {
    case ValueKind::file:
    case ValueKind::folder:
      break; // the shell knows them
    case ValueKind::gateways:
      return find_gateways();
    case ValueKind::models:
      return find_models();
    case ValueKind::providers:
    case ValueKind::isolated:
      return find_providers(kind);
    case ValueKind::entry:
    case ValueKind::input:
      return find_entries();
    case ValueKind::forgotten:
      return contains(m_place.options, "--history") ? find_entries() : find_gateways();
    case ValueKind::setting:
      return find_settings();
    case ValueKind::topic:
      return find_topics(commands);
    }
  }

private:
  // Null where the settings cannot be read. Whoever has them has their keys hidden.
  Session* session()
  {
    if (!m_session) {
      if (auto opened = open_session(m_invocation)) {
        m_session = std::move(*opened);
      }
    }
    return m_session.get();
  }

  KnownNames known_names()
  {
    const auto& folder = session()->host().options().state_folder;
    return folder.empty() ? KnownNames() : read_known_names(known_names_file(folder));
  }

  void add(const std::string& word, std::string about = "")
  {
    auto whole = m_place.before + word;
    if (std::ranges::find(m_place.choices, whole, &CursorPlace::Choice::word)
        == m_place.choices.end()) {
      m_place.choices.push_back({std::move(whole), std::move(about)});
    }
  }

  void add_all(const std::vector<std::string>& words)
  {
    for (const auto& word : words) {
      add(word);
    }
  }

  void find_gateways()
  {
    if (session() == nullptr) {
      return;
    }
    for (const auto& gateway : session()->settings().gateways) {
      add(gateway.name, gateway.base_url);
    }
    for (const auto& [name, models] : known_names()) {
      add(name);
    }
  }

  void find_models()
  {
    if (session() == nullptr) {
      return;
    }
    add_all(session()->settings().models);
    for (const auto& gateway : session()->settings().gateways) {
      add_all(gateway.models);
    }
    for (const auto& [name, models] : known_names()) {
      for (const auto& model : models) {
        add(model, name);
      }
    }
  }

  void find_providers(ValueKind kind)
  {
    if (session() == nullptr) {
      return;
    }
    add_all(session()->settings().providers);
    for (const auto& gateway : session()->settings().gateways) {
      add_all(gateway.providers);
    }
    add_all({LIMN_PROVIDERS});
    if (kind == ValueKind::isolated) {
      add("all");
    }
  }

  void find_entries()
  {
    add("last", "the newest image");
    auto history = open_history();
    if (!history || !*history) {
      return;
    }
    HistoryQuery newest;
    newest.most = k_most_entries;
    const auto entries = (*history)->find(newest);
    if (!entries) {
      return;
    }
    for (const auto& entry : *entries) {
      add(entry.id(), shortened(entry.attempt.prompt, k_longest_prompt));
    }
  }

  void find_settings()
  {
    for (const auto& setting : list_settings(Settings())) {
      add(setting.key, setting.value);
    }
  }

  void find_topics(const std::vector<Command>& commands)
  {
    const auto* among = &commands;
    for (const auto& word : m_place.given) {
      const auto found = std::ranges::find(*among, word, &Command::name);
      if (found == among->end()) {
        return;
      }
      among = &found->words;
    }
    for (const auto& command : *among) {
      if (!command.is_hidden) {
        add(command.name, brief(command.description));
      }
    }
    if (m_place.given.empty()) {
      add(k_exit_status, "what each exit status means");
    }
  }

  CursorPlace& m_place;
  GlobalOptions m_global;
  Invocation m_invocation;
  std::unique_ptr<Session> m_session;
};

std::string_view files_of(const CursorPlace& place)
{
  const bool is_whole = place.before.empty() || place.before.ends_with('=');
  if (!place.kind || !is_whole) {
    return k_no_files;
  }
  return *place.kind == ValueKind::folder                                    ? k_folders
         : *place.kind == ValueKind::file || *place.kind == ValueKind::input ? k_files
                                                                             : k_no_files;
}

// What would be shown otherwise than it is, since it could fool a terminal or has a key in it, is
// no word to be put into a command line.
bool may_be_shown(const std::string& word, const Redactor& redactor)
{
  return !word.empty() && terminal_safe(word) == word && redactor.redact(word) == word;
}

} // namespace

Result<int> complete(const Invocation& invocation, const std::vector<std::string>& asked)
{
  if (asked.empty()) {
    return 0;
  }
  std::vector<std::string> words(asked.begin() + 1, asked.end());
  if (asked.front() == "line" && asked.size() > 1) {
    words = shell_words(asked[1]);
    words.erase(words.begin()); // how limn was called
  }
  invocation.terminal.set_verbosity(Verbosity::quiet);
  CommandTable table;
  auto place = cursor_place(table.app, table.commands, words);
  if (place.kind) {
    ValueSearch(invocation, place).find(*place.kind, table.commands);
  }
  auto& out = invocation.out;
  out.line(files_of(place));
  out.line(words.empty() ? "" : words.back());
  for (const auto& choice : place.choices) {
    if (may_be_shown(choice.word, invocation.redactor)) {
      out.line(choice.word);
      out.line(choice.about);
    }
  }
  return 0;
}

} // namespace limn
