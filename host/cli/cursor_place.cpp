#include "cli/cursor_place.hpp"

#include "base/terminal_text.hpp"
#include "cli/command_table.hpp"
#include "cli/help.hpp"
#include "cli/option_rows.hpp"

#include <algorithm>

namespace limn {

namespace {

constexpr std::size_t k_longest_brief = 70;

bool is_repeated(const CLI::Option& argument)
{
  return !argument.get_option_text().empty();
}

// Several are said as "a,b".
bool may_be_list(ValueKind kind)
{
  return kind == ValueKind::gateways || kind == ValueKind::models || kind == ValueKind::providers
         || kind == ValueKind::isolated || kind == ValueKind::forgotten;
}

// Follows the words that are finished, from command to command.
class LineWalk
{
public:
  LineWalk(CLI::App& app, const std::vector<Command>& commands) : m_app(&app), m_below(&commands) {}

  void take(const std::string& word)
  {
    if (m_wanting != nullptr) {
      take_value(word);
    } else if (!m_only_arguments && word == "--") {
      m_only_arguments = true;
    } else if (!m_only_arguments && word.size() > 1 && word.starts_with('-')) {
      take_option(word);
    } else if (!take_command(word)) {
      m_place.given.push_back(word);
    }
  }

  CursorPlace finish(const std::string& word)
  {
    if (m_wanting != nullptr) {
      offer_value(*m_wanting, word, "");
    } else if (!m_only_arguments && word.starts_with('-')) {
      offer_options(word);
    } else {
      offer_argument(word);
    }
    return std::move(m_place);
  }

private:
  struct Named {
    CLI::Option* option = nullptr;
    std::size_t value = std::string::npos; // where it begins in the word, if it is there
  };

  bool take_command(const std::string& word)
  {
    if (m_only_arguments || !m_place.given.empty()) {
      return false;
    }
    const auto found = std::ranges::find(*m_below, word, &Command::name);
    if (found == m_below->end() || found->is_hidden) {
      return false;
    }
    m_app = m_app->get_subcommand(word);
    m_below = &found->words;
    fill_command(*m_app, *found);
    return true;
  }

  void take_option(const std::string& word)
  {
    const auto named = option_of(word);
    if (named.option == nullptr) {
      return;
    }
    m_place.options.push_back(named.option->get_name());
    if (named.option->get_items_expected_max() == 0) {
      return;
    }
    m_wanting = named.option;
    if (named.value != std::string::npos) {
      take_value(word.substr(named.value));
    }
  }

  void take_value(const std::string& word)
  {
    if (m_wanting->check_lname("config")) {
      m_place.config_file = word;
    }
    m_wanting = nullptr;
  }

  // "--size", "--size=1:1", "-s1:1"
  Named option_of(const std::string& word)
  {
    const bool is_long = word.starts_with("--");
    const auto equals = word.find('=');
    const auto name =
      is_long ? word.substr(2, equals - std::min<std::size_t>(equals, 2)) : word.substr(1, 1);
    for (auto* app = m_app; app != nullptr; app = app->get_parent()) {
      for (auto* option : app->get_options()) {
        if (is_long ? option->check_lname(name) : option->check_sname(name)) {
          const bool has_value = is_long ? equals != std::string::npos : word.size() > 2;
          return {option, !has_value ? std::string::npos : is_long ? equals + 1 : 2};
        }
      }
    }
    return {};
  }

  void offer_value(CLI::Option& option, const std::string& word, std::string before)
  {
    auto value = value_of(option);
    m_place.kind = value.kind;
    m_place.before = std::move(before);
    if (value.kind && may_be_list(*value.kind)) {
      if (const auto comma = word.rfind(','); comma != std::string::npos) {
        m_place.before += word.substr(0, comma + 1);
      }
    }
    for (auto& choice : value.words) {
      m_place.choices.push_back({m_place.before + choice, ""});
    }
  }

  void offer_options(const std::string& word)
  {
    const auto named = option_of(word);
    if (named.option != nullptr && named.value != std::string::npos
        && named.option->get_items_expected_max() > 0) {
      offer_value(*named.option, word.substr(named.value), word.substr(0, named.value));
      return;
    }
    const auto& root = root_of(*m_app);
    for (const auto& group : m_app->get_groups()) {
      if (!group.empty() && m_app != &root) {
        offer_rows(options_of(*m_app, group));
      }
    }
    offer_rows(options_of(root, k_every_command));
  }

  void offer_rows(const OptionRows& rows)
  {
    for (const auto* option : rows) {
      for (const auto& name : option->get_lnames()) {
        m_place.choices.push_back({"--" + name, brief(option->get_description())});
      }
    }
  }

  void offer_argument(const std::string& word)
  {
    if (m_place.given.empty() && !m_only_arguments) {
      for (const auto* command : static_cast<const CLI::App*>(m_app)->get_subcommands(is_shown)) {
        m_place.choices.push_back({command->get_name(), brief(command->get_description())});
      }
    }
    std::size_t index = m_place.given.size();
    for (auto* argument : m_app->get_options()) {
      if (!argument->get_positional() || argument->get_group().empty()) {
        continue;
      }
      if (index == 0 || is_repeated(*argument)) {
        offer_value(*argument, word, "");
        return;
      }
      --index;
    }
  }

  CLI::App* m_app;
  const std::vector<Command>* m_below; // of m_app
  CLI::Option* m_wanting = nullptr;    // whose value comes next
  bool m_only_arguments = false;       // behind --
  CursorPlace m_place;
};

// The rest of a quoted part, behind its first quote; returns what stands behind its last one.
std::string_view take_quoted(std::string_view rest, char quote, std::string& word)
{
  while (!rest.empty() && rest.front() != quote) {
    constexpr std::string_view k_escaped = "\\\"$`";
    if (quote == '"' && rest.front() == '\\' && rest.size() > 1
        && k_escaped.find(rest[1]) != std::string_view::npos) {
      rest.remove_prefix(1);
    }
    word += rest.front();
    rest.remove_prefix(1);
  }
  return rest.substr(std::min<std::size_t>(rest.size(), 1));
}

} // namespace

std::vector<std::string> shell_words(std::string_view line)
{
  std::vector<std::string> words;
  std::string word;
  bool is_begun = false;
  while (!line.empty()) {
    const char next = line.front();
    line.remove_prefix(1);
    if (next == ' ' || next == '\t' || next == '\n') {
      if (is_begun) {
        words.push_back(std::move(word));
      }
      word.clear();
      is_begun = false;
      continue;
    }
    is_begun = true;
    if (next == '\'' || next == '"') {
      line = take_quoted(line, next, word);
    } else if (next == '\\' && !line.empty()) {
      word += line.front();
      line.remove_prefix(1);
    } else if (next != '\\') {
      word += next;
    }
  }
  words.push_back(std::move(word));
  return words;
}

CursorPlace cursor_place(CLI::App& app, const std::vector<Command>& commands,
                         const std::vector<std::string>& words)
{
  LineWalk walk(app, commands);
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    walk.take(words[i]);
  }
  return walk.finish(words.empty() ? "" : words.back());
}

std::string brief(std::string_view description)
{
  auto text = description.substr(0, description.find(';'));
  text = text.substr(0, text.find(" (default"));
  return shortened(text, k_longest_brief);
}

} // namespace limn
