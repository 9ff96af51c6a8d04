#include "job/left_pictures.hpp"

#include "job/job_output.hpp"

#include <fmt/format.h>

#include <iterator>
#include <utility>

namespace limn {

std::unique_ptr<LeftUploads> bring_left_pictures(Session& session, Tries tries,
                                                 std::function<void()> over)
{
  auto notes = upload_notes().read();
  if (notes.empty()) {
    return nullptr;
  }
  auto& terminal = session.terminal();
  auto left = std::make_unique<LeftUploads>(
    store_parts(session), tries,
    [&terminal](const UploadNote& note, const Done& done) {
      if (done) {
        terminal.say(LogLevel::info,
                     fmt::format("{} is there, which an earlier run left", note.address));
      } else {
        terminal.say(LogLevel::warning,
                     fmt::format("{}; it lies in {}", done.error().message, note.file.string()));
      }
    },
    std::move(over));
  left->begin({std::make_move_iterator(notes.begin()), std::make_move_iterator(notes.end())});
  return left;
}

} // namespace limn
