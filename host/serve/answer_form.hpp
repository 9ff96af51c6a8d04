#pragma once

#include "base/json_writer.hpp"
#include "serve/drawn_pictures.hpp"
#include "serve/error_reply.hpp"
#include "work/previews.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace limn {

// How an API tells one client of its pictures: whole, as JSON, or as a stream of server-sent
// events. All texts pass the redactor here. Called from the loop.
class AnswerForm
{
public:
  virtual ~AnswerForm() = default;

  virtual std::shared_ptr<PictureBody> whole(const DrawnPictures& drawn) = 0;

  // What a stream begins with; null: nothing.
  virtual std::shared_ptr<PictureBody> opening(const std::string& job) = 0;
  virtual std::shared_ptr<PictureBody> preview(const KeptPreview& preview, PictureFile file) = 0;
  // What it ends with.
  virtual std::shared_ptr<PictureBody> completed(const DrawnPictures& drawn) = 0;
  virtual std::shared_ptr<PictureBody> failed(const ErrorReply& error) = 0;
};

// Adds an event with JSON as PictureBody::add_json has it, on one line.
void add_event(PictureBody& body, std::string_view name, std::string_view json,
               std::string_view member = {}, std::vector<PictureFile> pictures = {});

// The member "usage", as each API has it; nothing where nothing is known.
enum class UsageOf { images, responses };
void write_usage_of(JsonWriter& json, UsageOf api, const std::optional<Usage>& usage);

// What was asked for, or "auto".
std::string or_auto(const std::string& asked);

std::int64_t now_in_seconds(); // since 1970

// As the name of the file says, in the API's words: "jpeg" of fox.jpg. Borrowed.
std::string_view format_of_file(const std::filesystem::path& file);

// What the streams of all APIs have at their end.
inline constexpr std::string_view k_stream_done = "data: [DONE]\n\n";

} // namespace limn
