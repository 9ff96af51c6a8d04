#include "config_sources/ai_hosts/json_reader.hpp"

#include "config_sources/common/file_reading.hpp"

#include <limn/rapidjson.hpp>

#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace limn::ai_hosts {

namespace {

// Each list and mapping is put into its parent when it ends.
class TreeBuilder
{
public:
  bool Null() { return add(YAML::Node(YAML::NodeType::Null)); }
  bool Bool(bool value) { return add(YAML::Node(value ? "true" : "false")); }
  bool Int(int) { return false; } // numbers come as they are written
  bool Uint(unsigned) { return false; }
  bool Int64(std::int64_t) { return false; }
  bool Uint64(std::uint64_t) { return false; }
  bool Double(double) { return false; }
  bool RawNumber(const char* text, rapidjson::SizeType size, bool)
  {
    return String(text, size, true);
  }
  bool String(const char* text, rapidjson::SizeType size, bool)
  {
    return add(YAML::Node(std::string(text, size)));
  }
  bool StartObject() { return begin(YAML::NodeType::Map); }
  bool Key(const char* text, rapidjson::SizeType size, bool)
  {
    m_open.back().name.assign(text, size);
    return true;
  }
  bool EndObject(rapidjson::SizeType) { return end(); }
  bool StartArray() { return begin(YAML::NodeType::Sequence); }
  bool EndArray(rapidjson::SizeType) { return end(); }

  const YAML::Node& root() const { return m_root; }

private:
  struct Open {
    YAML::Node node;
    std::string name; // of the member that comes
  };

  bool begin(YAML::NodeType::value type)
  {
    if (m_open.size() >= host_files::k_max_tree_depth) {
      return false;
    }
    m_open.push_back({YAML::Node(type), {}});
    return true;
  }

  bool end()
  {
    const auto done = m_open.back().node;
    m_open.pop_back();
    return add(done);
  }

  bool add(const YAML::Node& node)
  {
    if (++m_count > host_files::k_max_tree_nodes) {
      return false;
    }
    if (m_open.empty()) {
      m_root.reset(node);
    } else if (m_open.back().node.IsMap()) {
      m_open.back().node.force_insert(m_open.back().name, node);
    } else {
      m_open.back().node.push_back(node);
    }
    return true;
  }

  std::vector<Open> m_open;
  YAML::Node m_root;
  std::size_t m_count = 0;
};

host_files::ParseFault fault_at(std::string_view content, std::size_t offset, std::string reason)
{
  const auto before = content.substr(0, offset);
  const auto line_begin = before.rfind('\n');
  const auto column = line_begin == std::string_view::npos ? offset : offset - line_begin - 1;
  return {std::move(reason), 1 + static_cast<int>(std::ranges::count(before, '\n')),
          1 + static_cast<int>(column)};
}

} // namespace

YAML::Node parse_json(std::string_view content)
{
  constexpr unsigned flags = rapidjson::kParseCommentsFlag | rapidjson::kParseTrailingCommasFlag
                             | rapidjson::kParseNumbersAsStringsFlag
                             | rapidjson::kParseIterativeFlag
                             | rapidjson::kParseValidateEncodingFlag;
  TreeBuilder tree;
  rapidjson::MemoryStream bytes(content.data(), content.size());
  rapidjson::EncodedInputStream<rapidjson::UTF8<>, rapidjson::MemoryStream> stream(bytes);
  rapidjson::GenericReader<rapidjson::UTF8<>, rapidjson::UTF8<>, sdk::CheckedMemory> reader;
  const auto result = reader.Parse<flags>(stream, tree);
  if (result.Code() == rapidjson::kParseErrorTermination) {
    throw fault_at(content, result.Offset(), std::string(host_files::k_too_large));
  }
  // An empty file holds nothing.
  if (result.IsError() && result.Code() != rapidjson::kParseErrorDocumentEmpty) {
    throw fault_at(content, result.Offset(), rapidjson::GetParseError_En(result.Code()));
  }
  return tree.root();
}

} // namespace limn::ai_hosts
