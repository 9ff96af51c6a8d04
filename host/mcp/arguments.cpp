#include "mcp/arguments.hpp"

#include "base/contains.hpp"
#include "base/json.hpp"
#include "base/nearest.hpp"
#include "job/job_fields.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <iterator>
#include <span>

namespace limn {

namespace {

using Json = rapidjson::Value;

constexpr int k_longest_wait_asked = 600; // seconds
constexpr std::size_t k_longest_request_id = 200;
constexpr std::size_t k_longest_name = 120;

// One argument: its name, what may stand there, and how it is put. Returns what belongs there, or
// nothing if that is what stands there.
struct Argument {
  std::string_view name;
  std::string_view schema; // empty: that of the field of a job
  std::string_view field;  // of the job; empty: it is none
  std::function<std::string_view(const Json&)> put;
};

std::string_view put_flag(bool& target, const Json& value)
{
  target = value.IsBool() && value.GetBool();
  return value.IsBool() ? "" : "true or false";
}

std::string_view put_text(std::string& target, const Json& value)
{
  target = string_or_empty(&value);
  return value.IsString() ? "" : "a text";
}

std::string_view put_wait(std::optional<std::chrono::seconds>& target, const Json& value)
{
  const double seconds = value.IsNumber() ? value.GetDouble() : -1;
  if (!(seconds >= 0 && seconds <= k_longest_wait_asked)) {
    return "a number of seconds from 0 to 600";
  }
  target.emplace(static_cast<int>(seconds));
  return "";
}

// In the order in which a model reads them.
std::vector<Argument> arguments_of(ImageArguments& into)
{
  const auto of_job = [&into](std::string_view name, std::string_view field) {
    return Argument{name, "", field, [&into, field](const Json& value) {
                      return read_job_field(into.job, field, value);
                    }};
  };
  return {
    of_job("prompt", "prompt"),
    of_job("size", "size"),
    of_job("quality", "quality"),
    of_job("n", "n"),
    of_job("format", "format"),
    {"transparent", R"({"type":"boolean","description":"Without a background. Not with jpeg."})",
     "",
     [&into](const Json& value) {
       bool is_transparent = false;
       const auto wanted = put_flag(is_transparent, value);
       into.job.background = is_transparent ? "transparent" : "";
       return wanted;
     }},
    of_job("inputs", "input"),
    of_job("mask", "mask"),
    {"name",
     R"({"type":"string","maxLength":120,"description":"What to call the file, without folders: fox or fox.png. Never written over another one: fox-2.png then."})",
     "", [&into](const Json& value) { return put_text(into.name, value); }},
    of_job("directory", "directory"),
    of_job("gateway", "gateway"),
    of_job("model", "model"),
    {"request_id",
     R"({"type":"string","maxLength":200,"description":"Your own name for this one picture. The same id again returns the same picture, however late."})",
     "", [&into](const Json& value) { return put_text(into.request_id, value); }},
    {"again",
     R"({"type":"boolean","description":"true draws, and pays for, a new picture although an equal one was drawn just now or is under way. Only where the user wants another one."})",
     "", [&into](const Json& value) { return put_flag(into.again, value); }},
    {"wait_seconds",
     R"({"type":"integer","minimum":0,"maximum":600,"description":"How long to wait for the picture before the call returns with state=running. Leave it out."})",
     "", [&into](const Json& value) { return put_wait(into.wait, value); }},
    {"preview",
     R"({"type":"boolean","description":"true adds a small JPEG to look at. Costs context; leave it out where you can open the file."})",
     "", [&into](const Json& value) { return put_flag(into.preview, value); }},
  };
}

std::vector<Argument> arguments_of(JobArguments& into)
{
  return {
    {"job_id", R"({"type":"string","description":"As generate_image returned it."})", "",
     [&into](const Json& value) { return put_text(into.job_id, value); }},
    {"wait_seconds",
     R"({"type":"integer","minimum":0,"maximum":600,"description":"How long to wait where it is still running. Leave it out."})",
     "", [&into](const Json& value) { return put_wait(into.wait, value); }},
    {"preview", R"({"type":"boolean","description":"true adds a small JPEG to look at."})", "",
     [&into](const Json& value) { return put_flag(into.preview, value); }},
  };
}

std::vector<Argument> arguments_of(GatewayArguments& into)
{
  return {
    {"refresh",
     R"({"type":"boolean","description":"true looks for gateways anew and asks each for its models; costs nothing."})",
     "", [&into](const Json& value) { return put_flag(into.refresh, value); }}};
}

tl::unexpected<Failure> wrong(std::string message, std::string hint = {})
{
  return fail(FailureClass::usage, std::move(message), std::move(hint));
}

std::string unknown_argument(std::string_view name, const std::vector<Argument>& arguments)
{
  std::vector<std::string_view> names;
  std::ranges::transform(arguments, std::back_inserter(names), &Argument::name);
  return fmt::format("'{}' is no argument{}", name, did_you_mean(name, names));
}

// Puts all members of the object.
Done read_object(std::string_view text, const std::vector<Argument>& arguments)
{
  const auto object = parse_json(text);
  if (!object || !object->IsObject()) {
    return wrong("the arguments are no JSON object");
  }
  std::vector<std::string_view> given;
  for (const auto& one : object->GetObject()) {
    const auto name = string_or_empty(&one.name);
    const auto argument = std::ranges::find(arguments, name, &Argument::name);
    if (argument == arguments.end()) {
      return wrong(unknown_argument(name, arguments));
    }
    if (contains(given, name)) {
      return wrong(fmt::format("'{}' is given twice", name));
    }
    given.push_back(argument->name);
    if (one.value.IsNull()) { // as programs write what is not there
      continue;
    }
    const auto wanted = argument->put(one.value);
    if (!wanted.empty()) {
      return wrong(fmt::format("{}: {} belongs here", name, wanted));
    }
  }
  return {};
}

std::string schema_of(const std::vector<Argument>& arguments, std::string_view required)
{
  std::string text = R"({"type":"object","properties":{)";
  for (const auto& argument : arguments) {
    text +=
      fmt::format("{}\"{}\":{}", text.back() == '{' ? "" : ",", argument.name,
                  argument.schema.empty() ? job_field_schema(argument.field) : argument.schema);
  }
  text += "}";
  if (!required.empty()) {
    text += fmt::format(",\"required\":[\"{}\"]", required);
  }
  return text + ",\"additionalProperties\":false}";
}

// A part of a path, and nothing that a shell, a file manager or a reader takes for something else.
Done check_name(std::string_view name)
{
  const bool has_folder = name.find('/') != std::string_view::npos;
  const bool is_odd =
    name.starts_with('.') || name.starts_with('-')
    || std::ranges::any_of(name, [](unsigned char c) { return c < ' ' || c == 0x7f; });
  if (has_folder) {
    return wrong("name: is a name without folders", "say the folder in `directory`");
  }
  if (is_odd || name.size() > k_longest_name) {
    return wrong("name: is to be an ordinary name of a file, of at most 120 bytes");
  }
  return {};
}

} // namespace

Result<ImageArguments> read_image_arguments(std::string_view json)
{
  ImageArguments arguments;
  LIMN_TRY(read_object(json, arguments_of(arguments)));
  if (arguments.job.prompt.empty()) {
    return wrong("prompt: is missing", "say what to draw");
  }
  constexpr std::string_view k_unreadable = "\xef\xbf\xbd"; // what half a character becomes
  if (arguments.job.prompt.find(k_unreadable) != std::string::npos) {
    return wrong("prompt: has a character in it that cannot be read (U+FFFD)",
                 "write that part anew");
  }
  LIMN_TRY(check_name(arguments.name));
  if (arguments.request_id.size() > k_longest_request_id) {
    return wrong("request_id: is longer than 200 bytes");
  }
  return arguments;
}

Result<JobArguments> read_job_arguments(std::string_view json)
{
  JobArguments arguments;
  LIMN_TRY(read_object(json, arguments_of(arguments)));
  if (arguments.job_id.empty()) {
    return wrong("job_id: is missing", "generate_image returned it");
  }
  return arguments;
}

Result<GatewayArguments> read_gateway_arguments(std::string_view json)
{
  GatewayArguments arguments;
  LIMN_TRY(read_object(json, arguments_of(arguments)));
  return arguments;
}

std::string image_arguments_schema()
{
  ImageArguments arguments;
  return schema_of(arguments_of(arguments), "prompt");
}

std::string job_arguments_schema()
{
  JobArguments arguments;
  return schema_of(arguments_of(arguments), "job_id");
}

std::string gateway_arguments_schema()
{
  GatewayArguments arguments;
  return schema_of(arguments_of(arguments), "");
}

} // namespace limn
