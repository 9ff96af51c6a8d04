#include "batch/item.hpp"

#include "base/ascii.hpp"
#include "base/contains.hpp"
#include "base/digest.hpp"
#include "base/json.hpp"
#include "base/nearest.hpp"
#include "base/terminal_text.hpp"
#include "job/job_fields.hpp"
#include "job/job_words.hpp"

#include <fmt/format.h>

#include <set>
#include <span>

namespace limn {

namespace {

using Json = rapidjson::Value;

constexpr int k_max_depth = 8; // an object with lists of names has two
constexpr std::size_t k_max_id_size = 200;

constexpr std::string_view k_id = "id";

std::string text_of(const Json& value)
{
  return std::string(string_or_empty(&value));
}

class LineReader
{
public:
  LineReader(const JobText& defaults, std::vector<Failure>& mistakes) : m_mistakes(mistakes)
  {
    m_item.job = defaults;
  }

  ItemText read(std::string_view line)
  {
    const auto document = parse_json(line, k_max_depth);
    if (!document) {
      const bool is_comment = line.find_first_not_of(" \t") == line.find('#');
      wrong(document.error().message,
            is_comment ? "JSON lines have no comments" : "a prompt stands in quotes: \"a fox\"");
    } else if (document->IsString()) {
      m_item.job.prompt = text_of(*document);
      check_prompt(line);
    } else if (document->IsObject()) {
      for (const auto& member : document->GetObject()) {
        read_member(text_of(member.name), member.value);
      }
      check_prompt(line);
      finish();
    } else {
      wrong("neither a text nor an object", "write the prompt in quotes, or an object");
    }
    return std::move(m_item);
  }

private:
  void wrong(std::string message, std::string hint = {})
  {
    m_mistakes.emplace_back(FailureClass::usage, std::move(message), std::move(hint));
  }

  // Reading JSON puts U+FFFD in place of half a character: fine in an answer, not in what is paid
  // for.
  void check_prompt(std::string_view line)
  {
    constexpr std::string_view k_replacement = "\xef\xbf\xbd";
    if (m_item.job.prompt.find(k_replacement) != std::string::npos
        && line.find(k_replacement) == std::string_view::npos
        && find_ignoring_case(line, "\\ufffd") == std::string_view::npos) {
      wrong("the prompt has half of a character in it (\\ud800 to \\udfff without its other half)");
    }
  }

  void read_member(const std::string& name, const Json& value)
  {
    if (!m_given.insert(name).second) {
      wrong(fmt::format("'{}' is given twice", name));
      return;
    }
    if (value.IsNull()) { // as programs write what is not there
      m_given.erase(name);
      return;
    }
    if (name == k_id) {
      read_id(value);
      return;
    }
    if (!contains(job_field_names(), name)) {
      wrong(fmt::format("'{}' is no option of an item{}", name, did_you_mean(name, names())));
      return;
    }
    const auto expected = read_job_field(m_item.job, name, value);
    if (!expected.empty()) {
      wrong(fmt::format("{}: {} belongs here", name, expected));
    }
  }

  void read_id(const Json& value)
  {
    m_item.id = value.IsInt64() ? std::to_string(value.GetInt64()) : text_of(value);
    if (m_item.id.empty()) {
      wrong("id: a text or a whole number belongs here");
    } else if (m_item.id.size() > k_max_id_size) {
      wrong(fmt::format("id: is longer than {} bytes", k_max_id_size));
    } else if (terminal_safe(m_item.id) != m_item.id) {
      wrong("id: has characters that cannot be shown");
    }
  }

  void finish()
  {
    auto& job = m_item.job;
    if (m_given.count("output") != 0 && m_given.count("directory") != 0) {
      wrong("'output' and 'directory' exclude each other", "output may have folders in it");
    }
    for (const auto& [name, text] :
         {std::pair{"output", &job.output}, {"directory", &job.directory}}) {
      if (m_given.count(name) != 0 && text->empty()) {
        wrong(fmt::format("{}: the name is empty", name));
      }
    }
    if (m_given.count("output") != 0) {
      job.directory.clear();
    }
  }

  static std::span<const std::string_view> names()
  {
    static const auto all = [] {
      const auto fields = job_field_names();
      std::vector<std::string_view> names(fields.begin(), fields.end());
      names.push_back(k_id);
      return names;
    }();
    return all;
  }

  ItemText m_item;
  std::vector<Failure>& m_mistakes;
  std::set<std::string> m_given;
};

} // namespace

ItemText read_item(std::string_view line, const JobText& defaults, std::vector<Failure>& mistakes)
{
  return LineReader(defaults, mistakes).read(line);
}

std::string digest_of(const JobText& given)
{
  const auto job = in_plain_words(given); // however it is said

  // Each value with its length: no two jobs are written alike.
  std::string meaning;
  const auto say = [&](std::string_view name, std::string_view value) {
    meaning += fmt::format("{} {}:{}\n", name, value.size(), value);
  };
  const auto say_all = [&](std::string_view name, const std::vector<std::string>& values) {
    for (const auto& value : values) {
      say(name, value);
    }
  };
  say("prompt", job.prompt);
  say("output", job.output);
  say("directory", job.directory);
  say_all("model", job.models);
  say("size", job.size.empty() ? k_usual_size : job.size);
  say("n", std::to_string(job.count.value_or(k_usual_count)));
  say("quality", job.quality);
  say("background", job.background);
  say("format", job.format);
  say("compression", std::to_string(job.compression.value_or(-1)));
  say("moderation", job.moderation);
  say_all("input", job.inputs);
  say("mask", job.mask);
  Sha256 digest;
  digest.update(std::as_bytes(std::span(meaning)));
  return digest.hex();
}

} // namespace limn
