#include "config_sources/ai_hosts/secret_reference.hpp"

#include "config_sources/ai_hosts/json_reader.hpp"
#include "config_sources/common/file_reading.hpp"
#include "config_sources/common/yaml_access.hpp"

#include <algorithm>
#include <string>

namespace limn::ai_hosts {

namespace {

using namespace host_files;

// One step of an RFC 6901 pointer: ~1 is a slash, ~0 a tilde.
std::string unescaped(std::string_view step)
{
  std::string text;
  for (std::size_t i = 0; i < step.size(); ++i) {
    if (step[i] == '~' && i + 1 < step.size()) {
      text += step[++i] == '1' ? '/' : '~';
    } else {
      text += step[i];
    }
  }
  return text;
}

std::string text_behind(std::string_view pointer, const YAML::Node& root)
{
  YAML::Node node(root);
  while (pointer.starts_with('/')) {
    pointer.remove_prefix(1);
    const auto end = std::min(pointer.find('/'), pointer.size());
    const auto wanted = unescaped(pointer.substr(0, end));
    pointer.remove_prefix(end);
    YAML::Node next(YAML::NodeType::Undefined);
    for (const auto& [name, value] : members(node)) {
      if (name == wanted) {
        next.reset(value);
      }
    }
    node.reset(next);
  }
  return text_of(node);
}

void read_from_file(const YAML::Node& reference, const YAML::Node& root, const Lookup& read_file,
                    WrittenGateway& written)
{
  const auto id = text_of(member(reference, "id"));
  const auto provider =
    member(member(member(root, "secrets"), "providers"), text_of(member(reference, "provider")));
  const auto path = text_of(member(provider, "path"));
  written.missing_key = "its key lies in a file in which limn finds none";
  if (path.empty() || !read_file) {
    return;
  }
  const auto content = read_file(path);
  if (!content) {
    return;
  }
  if (text_of(member(provider, "mode")) == "singleValue") {
    written.stored_key = text_of(YAML::Node(*content));
    return;
  }
  try {
    written.stored_key = text_behind(id, parse_json(*content));
  } catch (const ParseFault&) { // said already
  }
}

} // namespace

void read_secret_reference(const YAML::Node& reference, const YAML::Node& root,
                           const Lookup& read_file, WrittenGateway& written)
{
  const auto source = text_of(member(reference, "source"));
  if (source == "env") {
    written.key_variable = first_text(reference, {"env", "id"});
  } else if (source == "file" && member(reference, "value").IsDefined()) {
    written.api_key = text_of(member(reference, "value"));
  } else if (source == "file") {
    read_from_file(reference, root, read_file, written);
  } else if (source == "exec") {
    written.key_is_command = true;
  } else if (!source.empty()) {
    // Not shown where it could be a key.
    const bool is_word =
      source == "store" || source == "keychain" || source == "keyring" || source == "vault";
    written.missing_key = "its key lies in " + (is_word ? "the " + source : "a place")
                          + " of the host, which limn does not read";
  }
}

} // namespace limn::ai_hosts
