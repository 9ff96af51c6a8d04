#pragma once

#include "codec/message_stream.hpp"
#include "fallback/download.hpp"
#include "http/transport.hpp"
#include "model/gateway.hpp"
#include "model/image.hpp"
#include "output/image_store.hpp"

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

// Takes in the images of one attempt: lifted out of messages, inline, or as URLs (a path means one
// at the gateway). Each is committed the moment it is whole; what is cut, not recognised or only a
// preview is held until the attempt has ended well.
class ImageIntake
{
public:
  // Takes `most_images` at most, good or bad: more is a failure, and nothing of it is kept.
  // Each download has `timeout`. `on_image`, which may be empty, is called when an image has its
  // final name; `on_change` from transport.run() when a download has ended. The rest is borrowed.
  ImageIntake(Transport& transport, const ImageStore& store, const Gateway& gateway,
              ImageLabels labels, std::chrono::milliseconds timeout, std::size_t most_images,
              std::function<void(const SavedImage&)> on_image, std::function<void()> on_change);

  // --- While a message streams by: the lift's runs ---
  std::string begin_run();
  void bytes(std::span<const std::byte> piece);

  // --- What the provider found in the message ---
  void image(std::string_view content, std::string_view revised_prompt);
  void partial(std::string_view content);

  // The message is over: what nobody claimed is held if it is a whole image, or if the message
  // itself was cut.
  void end_message(Message::Format format);

  const std::vector<SavedImage>& images() const { return m_images; }
  std::vector<SavedImage> take_images() { return std::move(m_images); }
  // Whole, not recognised, or a preview.
  bool has_any_picture() const { return !m_images.empty() || !m_held.empty() || m_preview; }
  bool is_downloading() const { return m_open_downloads > 0; }

  // The first failure to take in an image; later ones are told in its message.
  const std::optional<Failure>& failure() const { return m_failure; }

  // Ends every download; returns the addresses that were not fetched yet.
  std::vector<std::string> stop_downloads();

  // Puts what is held, and what a cut message brought, into recovered/; returns the paths.
  std::vector<std::string> keep_what_arrived();

private:
  struct Run { // of base64, lifted out of the message under way
    std::string token;
    std::optional<ImageFile> file;
  };

  std::optional<ImageFile> take(std::string_view content);
  void commit(ImageFile file, std::string revised_prompt);
  void download(std::string url, std::string revised_prompt);
  bool may_take_another();
  void fail_with(Failure failure);
  void hold(std::optional<ImageFile>& file);

  Transport& m_transport;
  const ImageStore& m_store;
  const Gateway& m_gateway;
  ImageLabels m_labels;
  std::chrono::milliseconds m_timeout;
  std::size_t m_most_images;
  std::size_t m_taken = 0;
  std::function<void(const SavedImage&)> m_on_image;
  std::function<void()> m_on_change;

  std::vector<SavedImage> m_images;
  std::optional<Failure> m_failure;
  std::vector<Run> m_runs;
  int m_last_token = 0;
  std::optional<ImageFile> m_preview; // the last one
  std::vector<ImageFile> m_held;      // nobody claimed them
  std::vector<std::unique_ptr<Download>> m_downloads;
  std::size_t m_open_downloads = 0;
};

} // namespace limn
