#include "serve/picture_answer.hpp"

#include "base/base64.hpp"
#include "base/contains.hpp"
#include "base/json.hpp"
#include "base/json_writer.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <span>
#include <utility>

namespace limn {

namespace {

using Json = rapidjson::Value;

constexpr std::size_t k_read_at_once = 48 * 1024; // whole groups of three

std::string header_text(std::string_view text)
{
  std::string safe(text);
  std::ranges::replace_if(
    safe, [](char c) { return c < ' ' || c > '~'; }, '?');
  return safe;
}

std::int64_t count_of(const Json* usage, std::string_view name)
{
  const auto* value = usage != nullptr ? member(*usage, name) : nullptr;
  return value != nullptr && value->IsInt64() ? value->GetInt64() : -1;
}

// The members of what a writer made, without the braces around them.
std::string members_of(const JsonWriter& json)
{
  const auto whole = json.view();
  return std::string(whole.substr(1, whole.size() - 2));
}

// As the API has it, of what the gateway counted.
void write_usage_told(JsonWriter& json, const Json& report)
{
  const auto* usage = member(report, "usage");
  const auto total = count_of(usage, "total_tokens");
  if (total < 0) {
    return;
  }
  const auto of = [&](std::string_view name) {
    return std::max<std::int64_t>(0, count_of(usage, name));
  };
  json.key("usage");
  json.begin_object();
  json.member("total_tokens", total);
  json.member("input_tokens", of("input_text_tokens") + of("input_image_tokens"));
  json.member("output_tokens", of("output_text_tokens") + of("output_image_tokens"));
  json.key("input_tokens_details");
  json.begin_object();
  json.member("text_tokens", of("input_text_tokens"));
  json.member("image_tokens", of("input_image_tokens"));
  json.end_object();
  json.end_object();
}

struct Drawn {
  std::filesystem::path path;
  std::string_view format; // these two where they are known
  std::string_view revised_prompt;
};

// In the order of the report; without one, its process was gone at the end.
std::vector<Drawn> drawn_by(const KeptJob& job, const Json& report)
{
  std::vector<Drawn> all;
  const auto* images = member(report, "images");
  if (images != nullptr && images->IsArray()) {
    for (const auto& image : images->GetArray()) {
      const std::filesystem::path path(string_or_empty(member(image, "path")));
      if (contains(job.images, path)) {
        all.push_back({path, string_or_empty(member(image, "format")),
                       string_or_empty(member(image, "revised_prompt"))});
      }
    }
  }
  for (const auto& path : job.images) {
    if (std::ranges::find(all, path, &Drawn::path) == all.end()) {
      all.push_back({path, {}, {}});
    }
  }
  return all;
}

HeaderList headers_for(const KeptJob& job, const Json& report, std::size_t count)
{
  HeaderList headers;
  const auto tell = [&](std::string_view name, std::string_view value) {
    if (!value.empty()) {
      headers.emplace_back(name, header_text(value));
    }
  };
  const auto* gateway = member(report, "gateway");
  tell("x-limn-gateway", gateway != nullptr ? string_or_empty(member(*gateway, "name")) : "");
  tell("x-limn-model", string_or_empty(member(report, "model")));
  const auto* attempts = member(report, "attempts");
  if (attempts != nullptr && attempts->IsArray()) {
    tell("x-limn-attempts", std::to_string(attempts->Size()));
  }
  if (job.cost.is_known()) {
    tell("x-limn-cost-usd", usd_json(job.cost.amount));
  }
  if (std::cmp_less(count, job.wanted)) {
    tell("x-limn-partial", fmt::format("{}/{}", count, job.wanted));
  }
  return headers;
}

} // namespace

Result<std::shared_ptr<PictureAnswer>> PictureAnswer::open(const KeptJob& job,
                                                           const Redactor& redactor)
{
  const auto parsed = parse_json(job.report.empty() ? "{}" : std::string_view(job.report));
  const Json none(rapidjson::kObjectType);
  const auto& report = parsed ? static_cast<const Json&>(*parsed) : none;
  const std::shared_ptr<PictureAnswer> answer(new PictureAnswer);
  const auto created =
    std::chrono::duration_cast<std::chrono::seconds>(job.changed.time_since_epoch()).count();
  answer->add(fmt::format(R"({{"created":{},"data":[)", created));
  std::size_t count = 0;
  std::string format;
  for (const auto& drawn : drawn_by(job, report)) {
    Descriptor file(::open(drawn.path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
    struct stat status {
    };
    if (!file || ::fstat(file.number(), &status) != 0 || !S_ISREG(status.st_mode)
        || status.st_size == 0) {
      continue;
    }
    const auto bytes = static_cast<std::uint64_t>(status.st_size);
    answer->add(count > 0 ? R"(,{"b64_json":")" : R"({"b64_json":")");
    answer->m_parts.emplace_back(File{std::move(file), bytes, 0});
    answer->m_size += (bytes + 2) / 3 * 4;
    JsonWriter more;
    more.begin_object();
    if (!drawn.revised_prompt.empty()) {
      more.member("revised_prompt", redactor.redact(drawn.revised_prompt));
    }
    more.end_object();
    const auto members = members_of(more);
    answer->add(members.empty() ? R"("})" : R"(",)" + members + "}");
    format = drawn.format;
    ++count;
  }
  if (count == 0) {
    return fail(FailureClass::not_saved, "its files are not there any more");
  }
  JsonWriter more;
  more.begin_object();
  if (!format.empty()) {
    more.member("output_format", format);
  }
  if (const auto* size = member(report, "size"); size != nullptr) {
    if (const auto received = string_or_empty(member(*size, "received")); !received.empty()) {
      more.member("size", received);
    }
  }
  write_usage_told(more, report);
  more.end_object();
  const auto members = members_of(more);
  answer->add(members.empty() ? "]}" : "]," + members + "}");
  answer->m_headers = headers_for(job, report, count);
  return answer;
}

void PictureAnswer::add(std::string text)
{
  m_size += text.size();
  if (!m_parts.empty()) {
    if (auto* last = std::get_if<std::string>(&m_parts.back())) {
      *last += text;
      return;
    }
  }
  m_parts.emplace_back(std::move(text));
}

std::string PictureAnswer::next()
{
  if (m_part == m_parts.size()) {
    return {};
  }
  if (auto* text = std::get_if<std::string>(&m_parts[m_part])) {
    ++m_part;
    return std::move(*text);
  }
  auto& file = std::get<File>(m_parts[m_part]);
  const auto wanted =
    static_cast<std::size_t>(std::min<std::uint64_t>(k_read_at_once, file.size - file.read));
  std::string bytes(wanted, '\0');
  std::size_t got = 0;
  while (got < wanted) {
    const auto count = ::pread(file.file.number(), bytes.data() + got, wanted - got,
                               static_cast<off_t>(file.read + got));
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count <= 0) { // who reads the answer sees that it is cut
      m_part = m_parts.size();
      return {};
    }
    got += static_cast<std::size_t>(count);
  }
  file.read += wanted;
  if (file.read == file.size) {
    file.file = Descriptor();
    ++m_part;
  }
  return base64_encode(std::as_bytes(std::span(bytes)));
}

} // namespace limn
