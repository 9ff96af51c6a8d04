#pragma once

#include "base/result.hpp"
#include "settings/settings.hpp"
#include "settings/yaml_document.hpp"

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace limn {

// Whether a complaint may repeat what stands in the file: not where people put keys by mistake.
enum class Quote { yes, no };

// A value of the settings together with what a complaint about it must name. Refers to its
// document.
struct Value {
  const YamlNode* node = nullptr;
  const YamlNode* key_node = nullptr; // what names it in the file; an item of a list: itself
  std::string key;                    // "gateways[0].timeout"
  const std::filesystem::path* file = nullptr; // null: given on the command line, without a place

  // "limn.yaml:3", for Settings::origins.
  std::string origin() const;

  // Where its name stands, "/home/me/.config/limn/limn.yaml:3:1"; empty on the command line.
  std::string place() const;

  // The value itself is wrong: "limn.yaml:3:10: timeout: `what`".
  tl::unexpected<Failure> failure(std::string_view what) const;

  // Its name is: "limn.yaml:3:1: `what`".
  tl::unexpected<Failure> key_failure(std::string_view what) const;

  // "expected `wanted`", and what was found instead.
  tl::unexpected<Failure> expected(std::string_view wanted, Quote quote = Quote::yes) const;

  Value item(std::size_t index) const;                // of a list
  Value entry(const YamlNode::Entry& an_entry) const; // of a map
};

// --- What a value must be. `wanted` completes "expected ..." and holds an example. ---

Result<std::string> read_text(const Value& value, std::string_view wanted,
                              Quote quote = Quote::yes);
Result<bool> read_flag(const Value& value);
Result<int> read_number(const Value& value, std::string_view wanted, int least, int most);
Result<int> read_rate(const Value& value);      // how many; `none`: 0
std::string rate_text(std::optional<int> rate); // which `read_rate` reads back; nothing: none
Result<std::filesystem::path> read_path(const Value& value, std::string_view wanted,
                                        Quote quote = Quote::yes);

enum class Zero { allowed, refused };
Result<std::chrono::milliseconds> read_duration(const Value& value, Zero zero);

enum class Empty { allowed, refused };
using ReadItem = Result<std::string> (*)(const Value& item);

// The items of a list that is written as one text: "a, b" is a and b. Here, in limn.yaml and on the
// command line.
std::vector<std::string> words_of_list(std::string_view text);

// A list without doubles, also written as one text.
Result<std::vector<std::string>> read_list(const Value& value, std::string_view wanted,
                                           ReadItem read_item, Empty empty);

Result<std::vector<std::string>> read_models(const Value& value);    // one, or a list
Result<std::vector<std::string>> read_providers(const Value& value); // ids
Result<std::string> read_id(const Value& value);                     // of a component
Result<std::string> read_source(const Value& value); // of a config source, or a part of one

// Puts the ids of a list (of one text: the ids in it) among the components that `settings` names,
// in place of those that an earlier file had under the same key.
void note_components(const Value& list, NamedComponent::Role role, Settings& settings);

// Calls `read(name, value)` for every entry of a map whose name is among `known`; any other is a
// failure, a value that is left out is skipped.
Done read_map(const Value& map, std::string_view wanted, std::span<const std::string_view> known,
              const std::function<Done(std::string_view, const Value&)>& read);

// A failure about the name of `value`, quoting `name` only where it cannot be a value whose name
// was forgotten.
tl::unexpected<Failure> unknown_key(const Value& value, std::string_view name,
                                    std::span<const std::string_view> known);

} // namespace limn
