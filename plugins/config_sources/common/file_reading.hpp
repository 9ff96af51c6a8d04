#pragma once

#include "config_sources/common/written_gateway.hpp"

#include <limn/sdk.hpp>

#include <yaml-cpp/yaml.h>

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace limn::host_files {

using Variables = std::map<std::string, std::string, std::less<>>;

// What a parser says of a text that it cannot read. Never a piece of the text, which may be a key.
struct ParseFault {
  std::string reason;
  int line = 0;   // from 1; 0: not known
  int column = 0; // likewise
};

// No settings file is deeper, or has as many nodes.
inline constexpr std::size_t k_max_tree_depth = 64;
inline constexpr std::size_t k_max_tree_nodes = 100'000;
inline constexpr std::string_view k_too_large =
  "it is too deep, or too large, to be a settings file";

// How the files of one kind are read.
struct FileKind {
  // Throws ParseFault or YAML::Exception.
  std::function<YAML::Node(const std::string& content)> parse;
  std::function<std::vector<WrittenGateway>(const YAML::Node& root,
                                            std::vector<std::string>& remarks)>
    gateways;
  std::function<bool(std::string_view path)> is_read; // what lies there
};

// The same for YAML, and JSON, which is YAML. Throws ParseFault where aliases make it larger than
// any settings file is.
YAML::Node parse_yaml(const std::string& content);

// Whether a path is one that the host of a plugin reads: absolute, or below the home folder.
bool is_trustworthy_place(std::string_view path);

// Reads the files of one call of `collect`: what each gives goes to the sink, what cannot be read
// is kept, so that the rest is found all the same.
class FileReading
{
public:
  // Both are borrowed.
  FileReading(const sdk::Host& host, sdk::Gateways& gateways);

  bool wants_more() const { return m_wants_more; }

  void gateways_of(const std::string& path, const FileKind& kind, const Reach& reach);

  // The same in steps, for who has to see several files before it can say what one gives. Nothing
  // if there is no such file, or if it cannot be read.
  std::optional<YAML::Node> tree_of(const std::string& path, const FileKind& kind);
  std::vector<WrittenGateway> written_in(const std::string& path, const YAML::Node& root,
                                         const FileKind& kind);
  void add(const std::string& path, const std::vector<WrittenGateway>& gateways,
           const Reach& reach);

  // How many files could not be read so far.
  std::size_t failures() const { return m_failures; }

  // The content of a file; nothing if there is none, or if it could not be read.
  std::optional<std::string> content_of(const std::string& path);

  // The lines of a .env file.
  Variables variables_of(const std::string& path);

  // Parses what `content_of` gave; an undefined node where it cannot be.
  YAML::Node parsed(const std::string& path, const std::string& content,
                    const std::function<YAML::Node(const std::string&)>& parse);

  // Each text once.
  void warn(const std::string& text);

  // The path as people write it.
  std::string shown(const std::string& path) const;

  // Throws the first of what went wrong.
  void tell() const;

private:
  void remember(const sdk::Failure& failure);
  void tell_doubled_keys(const YAML::Node& root, const FileKind& kind, const std::string& file);

  const sdk::Host& m_host;
  sdk::Gateways& m_gateways;
  bool m_wants_more = true;
  std::optional<sdk::Failure> m_first_failure;
  std::size_t m_failures = 0;
  std::set<std::string> m_warnings;
};

} // namespace limn::host_files
