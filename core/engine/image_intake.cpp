#include "engine/image_intake.hpp"

#include "answer/answer_signs.hpp"
#include "base/base64.hpp"
#include "base/terminal_text.hpp"
#include "engine/image_address.hpp"
#include "model/limits.hpp"
#include "output/folder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace limn {

namespace {

constexpr std::string_view k_token = "@limn:";
constexpr std::size_t k_most_quoted = 200; // of what came instead of an image

// What stands behind "data:image/png;base64,", or the text itself.
std::string_view without_data_prefix(std::string_view text)
{
  const auto comma = text.find(',');
  return text.starts_with("data:") && comma != std::string_view::npos ? text.substr(comma + 1)
                                                                      : text;
}

bool is_base64(std::string_view text)
{
  std::vector<std::byte> bytes(Base64Decoder::room_for(text.size()));
  Base64Decoder decoder;
  return decoder.feed(text, bytes).consumed == text.size() && decoder.finish(bytes).whole;
}

std::vector<std::byte> decoded(std::string_view text)
{
  std::vector<std::byte> bytes(Base64Decoder::room_for(text.size()));
  Base64Decoder decoder;
  const auto progress = decoder.feed(text, bytes);
  const auto end = decoder.finish(std::span(bytes).subspan(progress.produced));
  bytes.resize(progress.produced + end.produced);
  return bytes;
}

} // namespace

ImageIntake::ImageIntake(HttpClient& transport, DiskThread& disk, ImageSink& sink,
                         const Gateway& gateway, ImageLabels labels, std::span<const Input> inputs,
                         std::chrono::milliseconds timeout, std::size_t most_images, NoteImage note,
                         std::function<void(const SavedImage&)> on_image,
                         std::function<void()> on_change)
  : m_transport(transport), m_disk(disk), m_sink(sink), m_gateway(gateway), m_labels(labels),
    m_timeout(timeout), m_most_images(most_images), m_note(std::move(note)),
    m_on_image(std::move(on_image)), m_on_change(std::move(on_change)), m_unclaimed(inputs)
{
}

std::string ImageIntake::begin_run()
{
  Run run;
  run.token = fmt::format("{}{}", k_token, ++m_last_token);
  if (m_runs.size() >= m_most_images) {
    // Each would be an open file. What has no file here is one too many when it is claimed.
  } else if (auto file = m_sink.begin()) {
    run.file.emplace(std::move(*file));
  } else {
    fail_with(file.error());
  }
  m_runs.push_back(std::move(run));
  return m_runs.back().token;
}

void ImageIntake::bytes(std::span<const std::byte> piece)
{
  auto& file = m_runs.back().file;
  if (!file) {
    return;
  }
  file->write(piece);
  if (auto work = file->digest_ahead()) {
    m_disk.run(std::move(work));
  }
}

void ImageIntake::image(std::string_view content, std::string_view revised_prompt)
{
  if (!may_take_another()) {
    return;
  }
  if (const auto address = bare_address(content); is_url(address)) {
    download(readable_url(address), std::string(revised_prompt));
    return;
  }
  auto file = take(content);
  if (!file) {
    return;
  }
  if (m_is_refusal && format_of(*file)) {
    m_unclaimed.take(std::move(*file));
    return;
  }
  if (format_of(*file)) {
    commit(std::move(*file), std::string(revised_prompt));
    return;
  }
  // Also JPEG in base64 begins with a slash ("/9j/"), but that was one.
  if (auto url = address_of_path(content, m_gateway.base_url)) {
    download(std::move(*url), std::string(revised_prompt));
    return;
  }
  const auto text = without_data_prefix(content);
  if (text.starts_with(k_token) || is_base64(text)) {
    // In a format that limn does not know, which says so and keeps it.
    commit(std::move(*file), std::string(revised_prompt));
    return;
  }
  fail_with({FailureClass::bad_image,
             fmt::format("instead of an image or its address the answer says \"{}\"",
                         shortened(terminal_safe(content), k_most_quoted)),
             {}});
}

const ByteSource* ImageIntake::partial(std::string_view content)
{
  if (is_url(content)) {
    return nullptr;
  }
  auto file = take(content);
  if (!file) {
    return nullptr;
  }
  m_preview = std::move(file);
  return &*m_preview;
}

void ImageIntake::end_message(const Message& message, Unclaimed::PagePictures pages)
{
  const auto others =
    std::stable_partition(m_runs.begin(), m_runs.end(), [&message](const Run& run) {
      return run.file && message.is_followed && !refers_to(message.content, run.token);
    });
  for (auto run = others; run != m_runs.end(); ++run) {
    if (run->file) {
      m_unclaimed.take(std::move(*run->file), message, run->token, pages);
    }
  }
  m_runs.erase(others, m_runs.end());
}

void ImageIntake::end_message()
{
  for (auto& run : m_runs) {
    if (run.file) {
      m_unclaimed.take(std::move(*run.file));
    }
  }
  m_runs.clear();
}

// The bytes behind what a provider found: lifted, or short enough to have stayed in the message.
// Nothing for a token that was taken already.
std::optional<ImageFile> ImageIntake::take(std::string_view content)
{
  const auto text = without_data_prefix(content);
  const auto run =
    std::find_if(m_runs.begin(), m_runs.end(), [&](const Run& one) { return one.token == text; });
  if (run != m_runs.end()) {
    return std::exchange(run->file, std::nullopt);
  }
  if (text.starts_with(k_token)) {
    return std::nullopt; // of a message that was held back: it is among the unclaimed
  }
  auto file = m_sink.begin();
  if (!file) {
    fail_with(file.error());
    return std::nullopt;
  }
  file->write(decoded(text));
  return std::move(*file);
}

// What is no whole image needs no disk to say so.
void ImageIntake::commit(ImageFile file, std::string revised_prompt)
{
  m_has_seen_image = true;
  if (!file.inspected()) {
    place(std::move(file), std::move(revised_prompt));
    return;
  }
  ++m_on_way_to_disk;
  auto on_way = std::make_shared<ImageFile>(std::move(file));
  m_disk.run(
    [on_way] {
      on_way->sync();
      return on_way;
    },
    [this, alive = std::weak_ptr(m_alive),
     revised_prompt = std::move(revised_prompt)](const std::shared_ptr<ImageFile>& synced) {
      if (!alive.expired()) {
        --m_on_way_to_disk;
        place(std::move(*synced), revised_prompt);
        m_on_change(); // may destroy this object
      }
    });
}

void ImageIntake::place(ImageFile file, std::string revised_prompt)
{
  NameFacts facts;
  facts.prompt = m_labels.prompt;
  facts.gateway = m_labels.gateway;
  facts.model = m_labels.model;
  facts.time = std::chrono::system_clock::now();
  facts.number = m_labels.first_number + static_cast<int>(m_placed);
  auto image = m_sink.commit(std::move(file), facts);
  if (!image) {
    fail_with(image.error());
    return;
  }
  ++m_placed;
  image->revised_prompt = std::move(revised_prompt);
  auto folder = m_sink.folder_to_sync();
  if (folder.empty()) {
    named(std::move(*image));
    return;
  }
  if (m_note && !m_sink.delivers()) { // which waits for the disk, too, behind this
    m_disk.run([folder = std::move(folder)] { sync_folder(folder); });
    named(std::move(*image));
    return;
  }
  ++m_on_way_to_disk;
  m_disk.run(
    [folder = std::move(folder), image = std::move(*image)]() mutable {
      sync_folder(folder);
      return std::move(image);
    },
    [this, alive = std::weak_ptr(m_alive)](SavedImage&& named) {
      if (!alive.expired()) {
        --m_on_way_to_disk;
        deliver(std::move(named));
        m_on_change(); // may destroy this object
      }
    });
}

void ImageIntake::download(std::string url, std::string revised_prompt)
{
  ++m_open_downloads;
  m_downloads.push_back(std::make_unique<Download>(
    m_transport, m_sink, m_gateway, std::move(url), m_timeout,
    [this, is_of_refusal = m_is_refusal,
     revised_prompt = std::move(revised_prompt)](Result<ImageFile> file) {
      --m_open_downloads;
      if (!file) {
        m_has_unfetched = true;
        fail_with(file.error());
      } else if (is_of_refusal) {
        m_unclaimed.take(std::move(*file));
      } else {
        commit(std::move(*file), revised_prompt);
      }
      m_on_change(); // may destroy this object
    }));
}

std::vector<std::string> ImageIntake::stop_downloads()
{
  std::vector<std::string> urls;
  for (const auto& download : m_downloads) {
    if (!download->is_over()) {
      urls.push_back(download->url());
      m_has_unfetched = true;
    }
  }
  m_downloads.clear();
  m_open_downloads = 0;
  return urls;
}

void ImageIntake::deliver_unclaimed(std::size_t count, Size asked)
{
  const auto missing = count - std::min(count, this->count());
  for (auto& file : m_unclaimed.take_whole(missing, asked)) {
    commit(std::move(file), {});
  }
}

std::vector<std::string> ImageIntake::keep_what_arrived(Others others)
{
  std::vector<std::string> paths;
  const auto keep = [&](ImageFile file) {
    if (const auto kept = m_sink.keep(std::move(file), k_cut_extension)) {
      paths.push_back(kept->string());
    }
  };
  end_message();
  for (auto& file : m_unclaimed.take_pictures()) {
    keep(std::move(file));
  }
  // Each is worth keeping where there is nothing better.
  if (paths.empty() && m_preview) {
    keep(std::move(*m_preview));
  }
  m_preview.reset();
  paths.insert(paths.end(), m_undelivered.begin(), m_undelivered.end());
  const bool keeps_others = others == Others::kept && paths.empty();
  for (auto& file : m_unclaimed.take_others()) {
    if (keeps_others) {
      keep(std::move(file));
    }
  }
  return paths;
}

std::string ImageIntake::keep_text(std::string_view text, std::string_view extension)
{
  auto file = m_sink.begin();
  if (!file) {
    return {};
  }
  file->write(std::as_bytes(std::span(text)));
  const auto kept = m_sink.keep(std::move(*file), extension);
  return kept ? kept->string() : std::string();
}

bool ImageIntake::may_take_another()
{
  ++m_taken;
  if (m_taken == m_most_images + 1) {
    fail_with(
      {FailureClass::outcome_unknown,
       fmt::format("the gateway sent more than {} images (limits.max_images)", m_most_images),
       how_to_raise("max_images")});
  }
  return m_taken <= m_most_images;
}

void ImageIntake::fail_with(Failure failure)
{
  if (m_failure) {
    m_failure->message += "; " + failure.message;
    if (m_failure->hint.empty()) {
      m_failure->hint = std::move(failure.hint);
    }
  } else {
    m_failure = std::move(failure);
  }
}

} // namespace limn
