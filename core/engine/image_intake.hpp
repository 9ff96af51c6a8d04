#pragma once

#include "answer/message_stream.hpp"
#include "engine/download.hpp"
#include "engine/unclaimed.hpp"
#include "http/http_client.hpp"
#include "loop/disk_thread.hpp"
#include "model/gateway.hpp"
#include "model/image.hpp"
#include "output/image_sink.hpp"
#include "picture/image_header.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace limn {

// What the images of one attempt are called. Borrowed.
struct ImageLabels {
  std::string_view prompt;
  std::string_view gateway;
  std::string_view model;
  int first_number = 1; // of its first image within the job
};

// Writes down an image that has its final name, and says when that is done: in the thread that
// brings images to the disk, behind what it was given before.
using NoteImage = std::function<void(const SavedImage&, std::function<void()> noted)>;

// Takes in the images of one attempt: lifted out of messages, inline, or as URLs (a path means one
// at the gateway). Each that a provider names is committed once it is whole and on the disk; what
// is cut, not claimed or only a preview is held until it is known how the attempt ended.
class ImageIntake
{
public:
  // Takes `most_images` at most, good or bad: more is a failure, and nothing of it is kept.
  // Each download has `timeout`. `note` and `on_image`, which may be empty, are called when an
  // image has its final name: first the one, and when that has called what it was given, which has
  // to be from the loop, the other; `on_change` from the loop when a download has ended, or an
  // image was brought to the disk. The rest is borrowed, the job's inputs too.
  ImageIntake(HttpClient& transport, DiskThread& disk, ImageSink& sink, const Gateway& gateway,
              ImageLabels labels, std::span<const Input> inputs, std::chrono::milliseconds timeout,
              std::size_t most_images, NoteImage note,
              std::function<void(const SavedImage&)> on_image, std::function<void()> on_change);

  // --- While a message streams by: the lift's runs ---
  std::string begin_run();
  void bytes(std::span<const std::byte> piece);

  // --- What the provider found in the message ---
  void image(std::string_view content, std::string_view revised_prompt);
  // Returns the preview, which is good until the next one, or null if nothing of it is here.
  const ByteSource* partial(std::string_view content);

  // In between, what is found stands in a refusal: pictures of it are as those that nobody claimed.
  void begin_refusal() { m_is_refusal = true; }
  void end_refusal() { m_is_refusal = false; }

  // The message is over: what nobody claimed of it is held, as Unclaimed has it; where it is not
  // followed by more of the same text, all that was lifted.
  void end_message(const Message& message, Unclaimed::PagePictures pages);

  // The answer broke within a message: so is what came of it.
  void end_message();

  const std::vector<SavedImage>& images() const { return m_images; }
  std::vector<SavedImage> take_images() { return std::move(m_images); }
  // Whole, cut, not claimed, or a preview.
  bool has_any_picture() const { return count() > 0 || m_unclaimed.has_picture() || m_preview; }
  // Bytes that were given for an image: what became of them is told, and where they are kept.
  bool has_seen_image() const { return m_has_seen_image; }
  // Whether an image is being downloaded, or brought to the disk.
  bool is_at_work() const { return m_open_downloads > 0 || m_on_way_to_disk > 0; }
  // Those on their way to the disk, too.
  std::size_t count() const { return m_images.size() + m_on_way_to_disk; }
  // Whether an image was drawn whose address is all that came of it.
  bool has_unfetched() const { return m_has_unfetched; }

  // The first failure to take in an image; later ones are told in its message.
  const std::optional<Failure>& failure() const { return m_failure; }

  // Ends every download; returns the addresses that were not fetched yet.
  std::vector<std::string> stop_downloads();

  // Gives up what is on its way beyond this machine, now and later: see keep_what_arrived.
  void stop_deliveries();

  // Of pictures that nobody claimed, those that a refusal has with it and were never drawn.
  void forget_small(Size asked) { m_unclaimed.forget_small(asked); }

  // Commits whole pictures that nobody claimed, not far below the size asked for, until there are
  // `count` images in all.
  void deliver_unclaimed(std::size_t count, Size asked);

  // Puts the pictures that are held into recovered/, or what else is held where there is none;
  // returns the paths, and those of images whose way beyond this machine was given up.
  enum class Others { dropped, kept };
  std::vector<std::string> keep_what_arrived(Others others);

  // Puts this text of an answer into recovered/; returns the path, or nothing.
  std::string keep_text(std::string_view text, std::string_view extension);

private:
  struct Run { // of base64, lifted out of the message under way
    std::string token;
    std::optional<ImageFile> file;
  };

  std::optional<ImageFile> take(std::string_view content);
  void commit(ImageFile file, std::string revised_prompt);
  void place(ImageFile file, std::string revised_prompt);
  void deliver(SavedImage image);
  void named(SavedImage image);
  void saved(SavedImage image);
  void download(std::string url, std::string revised_prompt);
  bool may_take_another();
  void fail_with(Failure failure);

  HttpClient& m_transport;
  DiskThread& m_disk;
  ImageSink& m_sink;
  const Gateway& m_gateway;
  ImageLabels m_labels;
  std::chrono::milliseconds m_timeout;
  std::size_t m_most_images;
  std::size_t m_taken = 0;
  bool m_has_seen_image = false;
  bool m_is_refusal = false;
  NoteImage m_note;
  std::function<void(const SavedImage&)> m_on_image;
  std::function<void()> m_on_change;

  std::vector<SavedImage> m_images;
  std::size_t m_placed = 0;                        // images that have their names
  std::size_t m_on_way_to_disk = 0;                // images
  std::vector<std::filesystem::path> m_delivering; // by the sink
  std::vector<std::string> m_undelivered;          // that was given up
  bool m_delivers_no_more = false;
  std::optional<Failure> m_failure;
  std::vector<Run> m_runs;
  int m_last_token = 0;
  std::optional<ImageFile> m_preview; // the last one
  Unclaimed m_unclaimed;
  std::vector<std::unique_ptr<Download>> m_downloads;
  std::size_t m_open_downloads = 0;
  bool m_has_unfetched = false;
  std::shared_ptr<char> m_alive = std::make_shared<char>(); // what the disk tells looks here first
};

} // namespace limn
