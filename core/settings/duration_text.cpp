#include "settings/duration_text.hpp"

namespace limn {

Result<std::chrono::milliseconds> read_duration_text(std::string_view name, std::string_view text,
                                                     Zero zero)
{
  YamlNode node;
  node.kind = YamlNode::Kind::scalar;
  node.text = text;
  auto duration = read_duration({&node, &node, std::string(name)}, zero);
  if (!duration) {
    duration.error().failure_class = FailureClass::usage;
  }
  return duration;
}

} // namespace limn
