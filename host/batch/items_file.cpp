#include "batch/items_file.hpp"

#include "base/ascii.hpp"
#include "base/json_writer.hpp"
#include "base/utf8.hpp"
#include "job/paths.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <map>
#include <memory>

namespace limn {

namespace {

constexpr std::size_t k_max_shown = 10;
constexpr std::size_t k_max_line_size = 1024 * 1024; // eight of the largest prompts

struct CloseFile {
  void operator()(std::FILE* file) const
  {
    if (file != stdin) {
      std::fclose(file);
    }
  }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

tl::unexpected<Failure> not_readable(const std::string& file)
{
  return fail(FailureClass::usage, fmt::format("cannot read {}: {}", file, std::strerror(errno)));
}

enum class Line { whole, too_long, none };

// The next line without its end. One that is too long is skipped over.
Line next_line(std::FILE* file, std::string& line)
{
  line.clear();
  bool fits = true;
  for (int c = ::getc_unlocked(file); c != EOF; c = ::getc_unlocked(file)) {
    if (c == '\n') {
      return fits ? Line::whole : Line::too_long;
    }
    fits = fits && line.size() < k_max_line_size;
    if (fits) {
      line.push_back(static_cast<char>(c));
    }
  }
  return !fits ? Line::too_long : line.empty() ? Line::none : Line::whole;
}

// What the lines of a file are, by the first that is not blank.
enum class ItemForm { undecided, json, text };

std::string_view without_mark(std::string_view line)
{
  return line.starts_with(k_byte_order_mark) ? line.substr(k_byte_order_mark.size()) : line;
}

bool looks_like_json(std::string_view line)
{
  const auto text = trimmed(without_mark(line));
  // A list is no item either, but nobody means it for a prompt.
  return text.starts_with('"') || text.starts_with('{') || text.starts_with('[');
}

ItemForm form_of(std::string_view line)
{
  return looks_like_json(line) ? ItemForm::json : ItemForm::text;
}

// A line that is a prompt.
ItemText read_prompt_line(std::string_view line, const JobText& defaults,
                          std::vector<Failure>& mistakes)
{
  ItemText item{{}, defaults};
  item.job.prompt = trimmed(without_mark(line));
  if (looks_like_json(line)) {
    mistakes.emplace_back(
      FailureClass::usage,
      "JSON among prompts: the first line makes every line of this file a prompt",
      "write all of them as JSON, where a prompt may begin with any sign");
  }
  return item;
}

bool is_comment(ItemForm form, std::string_view line)
{
  return form == ItemForm::text && trimmed(without_mark(line)).starts_with('#');
}

ItemText read_line(ItemForm form, std::string_view line, const JobText& defaults,
                   std::vector<Failure>& mistakes)
{
  auto item = form == ItemForm::text ? read_prompt_line(line, defaults, mistakes)
                                     : read_item(line, defaults, mistakes);
  // Each item is read anew when its turn comes, and would find another picture there, or none.
  for (const auto& input : item.job.inputs) {
    if (input == "last" || input == "-") {
      mistakes.emplace_back(FailureClass::usage,
                            fmt::format("input: '{}' is another picture for each item", input),
                            "name a file, the id of an entry of the history, or an https address");
    }
  }
  return item;
}

// The same as a line of JSON, which is how an item is kept.
std::string json_text(std::string_view prompt)
{
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  writer.String(prompt.data(), static_cast<rapidjson::SizeType>(prompt.size()));
  return buffer.GetString();
}

} // namespace

void Mistakes::add(int line, const Failure& mistake)
{
  ++m_count;
  if (m_lines.size() < k_max_shown) {
    m_lines.push_back(fmt::format("{}:{}: {}{}", m_file, line, mistake.message,
                                  mistake.hint.empty() ? "" : "; " + mistake.hint));
  }
}

std::vector<std::string> Mistakes::lines() const
{
  auto lines = m_lines;
  if (const auto rest = m_count - static_cast<int>(m_lines.size()); rest > 0) {
    lines.push_back(fmt::format("{}: and {} more", m_file, rest));
  }
  return lines;
}

Failure same_id(const std::string& id, int line)
{
  return {FailureClass::usage, fmt::format("the id '{}' is that of line {}, too", id, line)};
}

Done for_each_item(const std::string& file, const JobText& defaults, const ItemCheck& check,
                   Mistakes& mistakes, const TakeItem& take)
{
  const File input(file == "-" ? stdin : std::fopen(from_here(file).c_str(), "re"));
  if (!input) {
    return not_readable(file);
  }
  BatchItem item;
  auto form = ItemForm::undecided;
  for (;;) {
    const auto state = next_line(input.get(), item.text);
    if (state == Line::none) {
      break;
    }
    ++item.line;
    if (item.line == 1
        && (item.text.starts_with("\xff\xfe") || item.text.starts_with("\xfe\xff"))) {
      return fail(FailureClass::usage, fmt::format("{} is UTF-16", file), "save it as UTF-8");
    }
    if (state == Line::too_long) {
      mistakes.add(item.line, {FailureClass::usage,
                               fmt::format("is longer than {} KiB", k_max_line_size / 1024)});
      continue;
    }
    if (item.text.find_first_not_of(" \t\r") == std::string::npos) {
      continue;
    }
    if (form == ItemForm::undecided) {
      form = form_of(item.text);
    }
    if (is_comment(form, item.text)) {
      continue;
    }
    std::vector<Failure> found;
    const auto read = read_line(form, item.text, defaults, found);
    if (found.empty() || !read.job.prompt.empty()) { // else the prompt is what is wrong
      check(item.line, read_job(read.job, found), found);
    }
    for (const auto& mistake : found) {
      mistakes.add(item.line, mistake);
    }
    item.has_own_id = !read.id.empty();
    item.id = item.has_own_id ? read.id : std::to_string(item.line);
    item.digest = digest_of(read.job);
    if (form == ItemForm::text) {
      item.text = json_text(read.job.prompt);
    }
    take(item, read.job);
  }
  if (std::ferror(input.get()) != 0) {
    return not_readable(file);
  }
  return {};
}

Result<std::vector<BatchItem>> read_items(const std::string& file, const JobText& defaults,
                                          const ItemCheck& check, Mistakes& mistakes)
{
  std::vector<BatchItem> items;
  std::map<std::string, int> lines_of_ids;
  LIMN_TRY(for_each_item(file, defaults, check, mistakes,
                         [&](const BatchItem& item, const JobText& /*job*/) {
                           const auto [first, is_new] = lines_of_ids.emplace(item.id, item.line);
                           if (!is_new) {
                             mistakes.add(item.line, same_id(item.id, first->second));
                           }
                           items.push_back(item);
                         }));
  return items;
}

} // namespace limn
