#include "config_sources/common/file_reading.hpp"

#include "config_sources/common/yaml_access.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace limn::host_files {

namespace {

constexpr std::size_t k_max_file_size = 1024 * 1024;
constexpr std::size_t k_max_doubled_keys_told = 5;

std::string place(const std::string& file, int line, int column)
{
  return file + (line > 0 ? ":" + std::to_string(line) : "")
         + (line > 0 && column > 0 ? ":" + std::to_string(column) : "");
}

// How many entries the aliases of a text stand for. Each of them is walked wherever an alias leads
// to it, so a small text can take as long as a very large one.
class AliasedEntries
{
public:
  std::size_t count(const YAML::Node& root)
  {
    const auto all = entries_of(root);
    return all - std::min(all, m_written);
  }

private:
  // With those of aliases, of which one in what it leads to stands for its own entries only.
  std::size_t entries_of(const YAML::Node& node)
  {
    if (!node.IsDefined() || (!node.IsMap() && !node.IsSequence())) {
      return 0;
    }
    const auto [known, is_new] = m_known.try_emplace({node.Mark().pos, node.IsMap()}, node.size());
    if (!is_new) {
      return known->second;
    }
    const auto own = node.size();
    m_written += own;
    auto all = own;
    for (const auto& item : node) {
      // The name of a member may be a list or a mapping, too, which nobody looks into.
      all = std::min(all + entries_of(node.IsMap() ? item.second : YAML::Node(item)), k_many);
    }
    m_known[{node.Mark().pos, node.IsMap()}] = all;
    return all;
  }

  static constexpr std::size_t k_many = 1'000'000'000;
  std::map<std::pair<int, bool>, std::size_t> m_known; // by place and kind
  std::size_t m_written = 0;
};

} // namespace

bool is_trustworthy_place(std::string_view path)
{
  return path.starts_with("/") || path.starts_with("~/");
}

YAML::Node parse_yaml(const std::string& content)
{
  const auto root = YAML::Load(content);
  if (AliasedEntries().count(root) > k_max_tree_nodes) {
    throw ParseFault{"its aliases make it too large to be a settings file"};
  }
  return root;
}

FileReading::FileReading(const sdk::Host& host, sdk::Gateways& gateways)
  : m_host(host), m_gateways(gateways)
{
}

void FileReading::remember(const sdk::Failure& failure)
{
  ++m_failures;
  if (m_first_failure) {
    m_host.log(LIMN_LOG_WARNING, failure.message);
  } else {
    m_first_failure = failure;
  }
}

void FileReading::tell() const
{
  if (m_first_failure) {
    throw *m_first_failure;
  }
}

void FileReading::warn(const std::string& text)
{
  if (!m_warnings.insert(text).second) {
    return;
  }
  m_host.log(LIMN_LOG_WARNING, text);
}

std::optional<std::string> FileReading::content_of(const std::string& path)
{
  try {
    return m_host.read_file(path, k_max_file_size);
  } catch (const sdk::Failure& failure) {
    remember(failure);
    return std::nullopt;
  }
}

Variables FileReading::variables_of(const std::string& path)
{
  return parse_env_file(content_of(path).value_or(""));
}

YAML::Node FileReading::parsed(const std::string& path, const std::string& content,
                               const std::function<YAML::Node(const std::string&)>& parse)
{
  try {
    return parse(content);
  } catch (const ParseFault& fault) {
    remember(sdk::Failure(LIMN_SETTINGS,
                          place(shown(path), fault.line, fault.column) + ": " + fault.reason));
  } catch (const YAML::Exception& e) {
    const auto where =
      e.mark.is_null() ? shown(path) : place(shown(path), e.mark.line + 1, e.mark.column + 1);
    // What stands behind yaml-cpp's own words is text of the file, which may be a key.
    remember(sdk::Failure(LIMN_SETTINGS, where + ": " + e.msg.substr(0, e.msg.find(": "))));
  }
  return YAML::Node(YAML::NodeType::Undefined);
}

void FileReading::gateways_of(const std::string& path, const FileKind& kind, const Reach& reach)
{
  if (const auto root = tree_of(path, kind)) {
    add(path, written_in(path, *root, kind), reach);
  }
}

std::optional<YAML::Node> FileReading::tree_of(const std::string& path, const FileKind& kind)
{
  const auto content = m_wants_more ? content_of(path) : std::nullopt;
  if (!content) {
    return std::nullopt;
  }
  std::optional<YAML::Node> tree;
  parsed(path, *content, [&](const std::string& text) {
    const auto root = kind.parse(text);
    tell_doubled_keys(root, kind, shown(path));
    tree.emplace(root);
    return root;
  });
  return tree;
}

std::vector<WrittenGateway> FileReading::written_in(const std::string& path, const YAML::Node& root,
                                                    const FileKind& kind)
{
  std::vector<WrittenGateway> gateways;
  std::vector<std::string> remarks;
  parsed(path, {}, [&](const std::string&) {
    gateways = kind.gateways(root, remarks);
    return root;
  });
  for (const auto& remark : remarks) {
    warn(shown(path) + ": " + remark);
  }
  return gateways;
}

void FileReading::add(const std::string& path, const std::vector<WrittenGateway>& gateways,
                      const Reach& reach)
{
  if (!m_wants_more) {
    return;
  }
  for (const auto& written : gateways) {
    const auto found = found_gateway(written, shown(path), reach);
    if (!found.base_url.empty() && !m_gateways.add(found)) {
      m_wants_more = false;
      return;
    }
  }
}

// Another program's file is not refused for them, since that program goes by the last one too; but
// its user may think that the first one counts.
void FileReading::tell_doubled_keys(const YAML::Node& root, const FileKind& kind,
                                    const std::string& file)
{
  std::set<std::pair<int, int>> told;
  std::size_t count = 0;
  for (const auto& key : doubled_keys(root, kind.is_read)) {
    const bool has_place = key.line > 0; // a parser may keep none
    if (!kind.is_read(key.path) || count >= k_max_doubled_keys_told
        || (has_place && !told.emplace(key.line, key.last_line).second)) {
      continue;
    }
    ++count;
    warn(has_place
           ? file + ":" + std::to_string(key.last_line) + ": " + key.path
               + " was there before (line " + std::to_string(key.line) + "); the last one counts"
           : file + ": " + key.path + " is there twice; the last one counts");
  }
}

std::string FileReading::shown(const std::string& path) const
{
  auto home = m_host.env("HOME").value_or("");
  while (home.ends_with('/')) {
    home.pop_back();
  }
  if (!home.empty() && path.starts_with(home + "/")) {
    return "~" + path.substr(home.size());
  }
  return path;
}

} // namespace limn::host_files
