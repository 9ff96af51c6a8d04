#include "settings/yaml_document.hpp"

#include "base/secret.hpp"
#include "base/utf8.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <istream>
#include <map>
#include <optional>
#include <streambuf>
#include <utility>

namespace limn {

namespace {

// Stops yaml-cpp from within; never leaves this file.
struct Complaint {
  int line;
  int column;
  std::string what;
};

// Reads the text where it lies: a copy would be one more to wipe.
class BorrowedBuffer : public std::streambuf
{
public:
  explicit BorrowedBuffer(std::string_view text)
  {
    auto* begin = const_cast<char*>(text.data()); // only ever read
    setg(begin, begin, begin + text.size());
  }
};

// Builds the nodes of one document. yaml-cpp's own tree would let a key come twice, drop the places
// of aliases, and take pains to be written to.
class NodeBuilder : public YAML::EventHandler
{
public:
  NodeBuilder(std::deque<YamlNode>& nodes, std::string_view text) : m_nodes(nodes), m_text(text) {}

  const YamlNode* root() const { return m_root; }

  void OnDocumentStart(const YAML::Mark& mark) override
  {
    if (m_root != nullptr) {
      throw complaint(mark, "a second document begins here; only one is allowed");
    }
  }

  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override
  {
    auto& node = new_node(mark, YamlNode::Kind::null);
    const auto position = static_cast<std::size_t>(std::max(mark.pos, 0));
    if (position < m_text.size() && m_text[position] == '~') {
      node.kind = YamlNode::Kind::scalar;
      node.text = "~";
    }
    finish({&node, node.text.size()}, anchor, mark);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override
  {
    const auto found = m_anchors.find(anchor);
    if (found == m_anchors.end()) {
      throw complaint(mark, "an alias inside of what it stands for");
    }
    add(found->second, mark);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override
  {
    check_tag(mark, tag);
    if (!is_utf8(value)) { // yaml-cpp makes single bytes of \N and \_, and halves of \ud800
      throw complaint(mark, "an escape that stands for no character of UTF-8");
    }
    auto& node = new_node(mark, YamlNode::Kind::scalar);
    node.text = value;
    finish({&node, node.text.size()}, anchor, mark);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override
  {
    open(mark, tag, anchor, YamlNode::Kind::list);
  }

  void OnSequenceEnd() override { close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override
  {
    open(mark, tag, anchor, YamlNode::Kind::map);
  }

  void OnMapEnd() override { close(); }

private:
  struct Measured {
    YamlNode* node;
    std::size_t bytes;      // of text
    std::size_t values = 1; // this one and those in it; both with every alias written out
    std::size_t depth = 0;  // of maps and lists
  };

  struct Open {
    Measured measured;
    YAML::anchor_t anchor;
    YAML::Mark mark;
    const YamlNode* key = nullptr; // a map that waits for the value of this key
  };

  static Complaint complaint(const YAML::Mark& mark, std::string what)
  {
    return {mark.line + 1, mark.column + 1, std::move(what)};
  }

  static void check_tag(const YAML::Mark& mark, const std::string& tag)
  {
    if (!tag.empty() && tag != "?" && tag != "!" && tag.rfind("tag:yaml.org,2002:", 0) != 0) {
      throw complaint(
        mark, "a tag ('!...') has no meaning here; put text that begins with '!' in quotes");
    }
  }

  YamlNode& new_node(const YAML::Mark& mark, YamlNode::Kind kind)
  {
    auto& node = m_nodes.emplace_back();
    node.kind = kind;
    node.line = mark.line + 1;
    node.column = mark.column + 1;
    return node;
  }

  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
            YamlNode::Kind kind)
  {
    check_tag(mark, tag);
    if (m_open.size() >= k_deepest_yaml) {
      throw too_deep(mark);
    }
    m_open.push_back({{&new_node(mark, kind), 0, 1, 1}, anchor, mark});
  }

  void close()
  {
    const auto done = m_open.back();
    m_open.pop_back();
    check_keys(*done.measured.node);
    finish(done.measured, done.anchor, done.mark);
  }

  void finish(const Measured& node, YAML::anchor_t anchor, const YAML::Mark& mark)
  {
    if (anchor != 0) {
      m_anchors[anchor] = node;
    }
    add(node, mark);
  }

  // Puts a finished node where it belongs.
  void add(const Measured& child, const YAML::Mark& mark)
  {
    if (m_open.empty()) {
      m_root = child.node;
      return;
    }
    auto& [parent, anchor, parent_mark, key] = m_open.back();
    // Checked at every step, so that no sum can run over and no file can make us build more than
    // this.
    parent.values += child.values;
    parent.bytes += child.bytes;
    if (parent.values > k_most_yaml_values || m_nodes.size() > k_most_yaml_values
        || parent.bytes > k_most_yaml_bytes) {
      throw complaint(mark, "more than " + std::to_string(k_most_yaml_values) + " values or "
                              + std::to_string(k_most_yaml_bytes >> 20)
                              + " MiB of text, with every alias written out");
    }
    parent.depth = std::max(parent.depth, child.depth + 1);
    if (m_open.size() + child.depth > k_deepest_yaml) {
      throw too_deep(mark);
    }

    if (parent.node->kind == YamlNode::Kind::list) {
      parent.node->items.push_back(child.node);
    } else if (key == nullptr) {
      if (child.node->kind != YamlNode::Kind::scalar) {
        throw complaint(mark, "a key must be text");
      }
      if (child.node->text.size() > k_longest_yaml_key) {
        throw complaint(mark, "a key longer than " + std::to_string(k_longest_yaml_key) + " bytes");
      }
      key = child.node;
    } else {
      parent.node->entries.push_back({key, child.node});
      key = nullptr;
    }
  }

  static Complaint too_deep(const YAML::Mark& mark)
  {
    return complaint(mark, "nested deeper than " + std::to_string(k_deepest_yaml) + " levels");
  }

  static void check_keys(const YamlNode& map)
  {
    std::vector<const YamlNode*> keys;
    keys.reserve(map.entries.size());
    for (const auto& entry : map.entries) {
      keys.push_back(entry.key);
    }
    std::stable_sort(keys.begin(), keys.end(),
                     [](const auto* a, const auto* b) { return a->text < b->text; });
    const auto twice = std::adjacent_find(
      keys.begin(), keys.end(), [](const auto* a, const auto* b) { return a->text == b->text; });
    if (twice != keys.end()) {
      const auto& second = **(twice + 1);
      throw Complaint{second.line, second.column,
                      "the same key is already on line " + std::to_string((*twice)->line)};
    }
  }

  std::deque<YamlNode>& m_nodes;
  std::string_view m_text;
  std::vector<Open> m_open;
  std::map<YAML::anchor_t, Measured> m_anchors; // finished ones only
  const YamlNode* m_root = nullptr;
};

// yaml-cpp takes some control characters for the end of the file and passes broken UTF-8 on.
std::optional<Complaint> find_bad_character(std::string_view text)
{
  int line = 1;
  std::size_t line_start = 0;
  for (std::size_t i = 0; i < text.size();) {
    const auto column = static_cast<int>(i - line_start) + 1;
    const auto byte = static_cast<unsigned char>(text[i]);
    const auto size = utf8_size(text.substr(i));
    if (size == 0) {
      return Complaint{line, column, "not UTF-8 text"};
    }
    const bool line_break = byte == '\n' || (byte == '\r' && text.substr(i, 2) == "\r\n");
    if ((byte < 0x20 && byte != '\t' && !line_break) || byte == 0x7f) {
      return Complaint{line, column, "a control character"};
    }
    i += size;
    if (byte == '\n') {
      ++line;
      line_start = i;
    }
  }
  return std::nullopt;
}

// Whether a tab indents that line, which YAML forbids and yaml-cpp reports as anything but that.
bool begins_with_tab(std::string_view text, int line)
{
  std::size_t start = 0;
  for (int i = 1; i < line; ++i) {
    start = text.find('\n', start);
    if (start == std::string_view::npos) {
      return false;
    }
    ++start;
  }
  const auto indent_end = text.find_first_not_of(" \t", start);
  return text.substr(start, indent_end - start).find('\t') != std::string_view::npos;
}

Complaint complaint_of(const YAML::Exception& error, std::string_view text)
{
  const int line = std::max(error.mark.line, 0) + 1;
  const int column = std::max(error.mark.column, 0) + 1;
  if (begins_with_tab(text, line)) {
    return {line, column, "not valid YAML: indent with spaces, not with tabs"};
  }
  // Newer versions of yaml-cpp append the name, which may be a key that someone forgot to quote.
  if (error.msg.rfind(YAML::ErrorMsg::UNKNOWN_ANCHOR, 0) == 0) {
    return {line, column,
            "not valid YAML: an alias of nothing; put text that begins with '*' in quotes"};
  }
  // What stands behind a colon is text of the file: a character behind a backslash (at the end of
  // the file a control character), the rest of a directive.
  return {line, column, "not valid YAML: " + error.msg.substr(0, error.msg.find(": "))};
}

} // namespace

Result<YamlDocument> YamlDocument::parse(std::string_view text, std::string_view file)
{
  const auto failure = [file](const Complaint& complaint) {
    return fail(FailureClass::settings, std::string(file) + ":" + std::to_string(complaint.line)
                                          + ":" + std::to_string(complaint.column) + ": "
                                          + complaint.what);
  };

  if (text.starts_with(k_byte_order_mark)) {
    text.remove_prefix(3);
  }
  if (const auto complaint = find_bad_character(text)) {
    return failure(*complaint);
  }

  YamlDocument document;
  try {
    BorrowedBuffer buffer(text);
    std::istream stream(&buffer);
    YAML::Parser parser(stream);
    NodeBuilder builder(document.m_nodes, text);
    while (parser.HandleNextDocument(builder)) {
    }
    document.m_root = builder.root() != nullptr ? builder.root() : &document.m_nodes.emplace_back();
  } catch (const Complaint& complaint) {
    return failure(complaint);
  } catch (const YAML::Exception& error) {
    return failure(complaint_of(error, text));
  }
  return document;
}

YamlDocument YamlDocument::of_text(std::string_view text)
{
  YamlDocument document;
  auto& node = document.m_nodes.emplace_back();
  node.kind = YamlNode::Kind::scalar;
  node.text = text;
  document.m_root = &node;
  return document;
}

YamlDocument::~YamlDocument()
{
  for (auto& node : m_nodes) {
    wipe(node.text);
  }
}

} // namespace limn
