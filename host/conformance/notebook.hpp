#pragma once

#include "conformance/verdict.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace limn::conformance {

// What a test notes while it runs, in memory that outlives its process: which function of the
// plugin it is in, and at the end the verdict. The parent reads it when the child has ended,
// however that came.
class Notebook
{
public:
  // In the parent: a new one. `descriptor()` is to be handed to the child.
  Notebook();
  // In the child: the one that it was handed.
  explicit Notebook(int descriptor);
  Notebook(const Notebook&) = delete;
  Notebook& operator=(const Notebook&) = delete;
  ~Notebook();

  int descriptor() const { return m_descriptor; }

  // Of the plugin. Costs no allocation: it is noted while there may be no memory.
  void enter(std::string_view function);
  void leave() { enter({}); }
  std::string inside() const; // empty: in no function of the plugin

  void conclude(const Verdict& verdict);
  std::optional<Verdict> verdict() const; // nothing if the test has not come to its end

private:
  struct Page;
  int m_descriptor = -1;
  Page* m_page = nullptr;
};

} // namespace limn::conformance
