#pragma once

#include "base/result.hpp"
#include "batch/item.hpp"

#include <functional>
#include <string>
#include <vector>

namespace limn {

// What is wrong with a batch, up to ten of them, each with file and line; the rest is counted.
class Mistakes
{
public:
  explicit Mistakes(std::string file) : m_file(std::move(file)) {}

  void add(int line, const Failure& mistake);
  bool empty() const { return m_count == 0; }

  // One text a mistake, and a last one for those that were not kept.
  std::vector<std::string> lines() const;

private:
  std::string m_file;
  std::vector<std::string> m_lines;
  int m_count = 0;
};

// Of an item whose id is that of an earlier line.
Failure same_id(const std::string& id, int line);

// What else can be wrong with the item of a line, besides what it says itself: looks at the job and
// adds to the mistakes.
using ItemCheck =
  std::function<void(int line, const GenerateOptions& job, std::vector<Failure>& mistakes)>;

// What becomes of an item that was read. Not all of them need be without mistakes.
using TakeItem = std::function<void(const BatchItem& item, const JobText& job)>;

// The items of a file, or of standard input where `file` is "-": JSON lines, or where the first
// line that is not blank begins with none of `"`, `{` and `[`, a prompt a line, without the lines
// that begin with #. Blank lines are skipped. Every line is read and checked, so that all mistakes
// are known before anybody is asked; `take` gets one after the other. FailureClass::usage only for
// a file that cannot be read.
Done for_each_item(const std::string& file, const JobText& defaults, const ItemCheck& check,
                   Mistakes& mistakes, const TakeItem& take);

// All of them, where no two have the same id.
Result<std::vector<BatchItem>> read_items(const std::string& file, const JobText& defaults,
                                          const ItemCheck& check, Mistakes& mistakes);

} // namespace limn
