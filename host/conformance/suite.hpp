#pragma once

#include "conformance/notebook.hpp"
#include "conformance/sample_answer.hpp"
#include "conformance/verdict.hpp"
#include "plugin/component_check.hpp"

#include <limn/abi.h>

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace limn::conformance {

// What a test is made for: once for the file, or once for each component of that kind.
enum class Scope { file, component, provider, source };

// The plugin under test, as a test finds it.
struct Subject {
  std::filesystem::path file;
  const limn_entry* entry = nullptr;        // null for tests that load the file themselves
  std::vector<CheckedComponent> components; // of the file
  std::size_t index = 0;                    // of the component under test
  Notebook& notebook;
  const std::vector<SampleAnswer>& samples; // that the plugin's author gave
  bool has_own_process = true;              // then a test may change what belongs to the process

  const limn_component& component() const { return *components[index].component; }
  bool is_config_source() const
  {
    const auto& kind = component().kind;
    return std::string_view(kind.data, kind.size) == LIMN_KIND_CONFIG_SOURCE;
  }
};

struct Test {
  std::string_view id; // for ever
  Scope scope;
  std::string_view rule;     // of the contract, as abi.h has it
  std::string_view protects; // one sentence
  Verdict (*run)(Subject& subject);
};

// Tests that look at the file and load it themselves.
std::span<const Test> library_tests();
// What the entry and the components say of themselves, and how they are made.
std::span<const Test> component_tests();
// Instances and dialogues come and go.
std::span<const Test> lifetime_tests();
// A host that offers less, or lays things out unkindly.
std::span<const Test> host_tests();
// What holds for every call.
std::span<const Test> call_tests();
std::span<const Test> source_tests();
std::span<const Test> request_tests();
// What the provider makes of an image, however it comes.
std::span<const Test> image_tests();
// And of an answer without one.
std::span<const Test> answer_tests();
// And of answers that its author gave.
std::span<const Test> sample_tests();

// All of them, in the order of the list above.
std::vector<Test> all_tests();

// Whether the test loads the file itself: what it looks for shows when a library is loaded.
bool loads_itself(const Test& test);

} // namespace limn::conformance
