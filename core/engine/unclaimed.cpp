#include "engine/unclaimed.hpp"

#include "answer/answer_signs.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <utility>

namespace limn {

namespace {

constexpr std::size_t k_most_held = 10; // each is an open file
constexpr Size k_likely_size{1024, 1024};
constexpr std::int64_t k_far_below = 256; // a sixteenth of each edge

std::int64_t pixels(Size size)
{
  return static_cast<std::int64_t>(size.width) * size.height;
}

// Whether the file at `path` has the same bytes. Not, where it cannot be read any more.
bool has_same_bytes(const ByteSource& bytes, const std::filesystem::path& path)
{
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (descriptor < 0) {
    return false;
  }
  std::array<std::byte, 16 * 1024> ours;
  std::array<std::byte, ours.size()> theirs;
  std::uint64_t offset = 0;
  bool same = true;
  while (same && offset < bytes.size()) {
    const auto count = bytes.read_at(offset, ours);
    same = count > 0 && read_fully_at(descriptor, offset, std::span(theirs).first(count)) == count
           && std::equal(ours.begin(), ours.begin() + static_cast<std::ptrdiff_t>(count),
                         theirs.begin());
    offset += count;
  }
  ::close(descriptor);
  return same;
}

} // namespace

void Unclaimed::take(ImageFile file, const Message& message, std::string_view token,
                     PagePictures pages)
{
  const auto header = file.inspected();
  const bool is_whole = header.has_value();
  if (!is_whole && !format_of(file)) {
    if (m_others.size() < k_most_held) {
      m_others.push_back(std::move(file));
    }
    return;
  }
  const bool drops_pages = pages == PagePictures::dropped;
  if (is_input(file) || (drops_pages && stands_in_page(message.content, token))) {
    return;
  }
  const auto state = !is_whole                                                   ? State::cut
                     : is_of_preview(message.event_name, message.content, token) ? State::preview
                                                                                 : State::whole;
  hold(std::move(file), state, is_whole ? header->size : Size());
}

void Unclaimed::take(ImageFile file)
{
  if (const auto header = file.inspected()) {
    if (!is_input(file)) {
      hold(std::move(file), State::whole, header->size);
    }
  } else if (format_of(file)) {
    hold(std::move(file), State::cut, {});
  } else if (m_others.size() < k_most_held) {
    m_others.push_back(std::move(file));
  }
}

void Unclaimed::hold(ImageFile file, State state, Size size)
{
  if (m_pictures.size() < k_most_held) {
    m_pictures.push_back({std::move(file), state, size});
  }
}

bool Unclaimed::is_input(const ImageFile& file) const
{
  return std::any_of(m_inputs.begin(), m_inputs.end(), [&file](const Input& input) {
    return input.bytes == file.size() && has_same_bytes(file, input.file);
  });
}

bool Unclaimed::is_small(const Picture& picture, Size asked)
{
  const auto wanted = pixels(asked.width > 0 ? asked : k_likely_size);
  return picture.size.width > 0 && pixels(picture.size) * k_far_below <= wanted;
}

void Unclaimed::forget_small(Size asked)
{
  std::erase_if(m_pictures, [asked](const Picture& picture) { return is_small(picture, asked); });
}

std::vector<ImageFile> Unclaimed::take_whole(std::size_t most, Size asked)
{
  std::stable_sort(
    m_pictures.begin(), m_pictures.end(),
    [](const Picture& one, const Picture& other) { return pixels(one.size) > pixels(other.size); });
  std::vector<ImageFile> taken;
  std::vector<Picture> left;
  for (auto& picture : m_pictures) {
    if (picture.state == State::whole && taken.size() < most && !is_small(picture, asked)) {
      taken.push_back(std::move(picture.file));
    } else {
      left.push_back(std::move(picture));
    }
  }
  m_pictures = std::move(left);
  return taken;
}

std::vector<ImageFile> Unclaimed::take_pictures()
{
  std::vector<ImageFile> files;
  std::transform(m_pictures.begin(), m_pictures.end(), std::back_inserter(files),
                 [](Picture& picture) { return std::move(picture.file); });
  m_pictures.clear();
  return files;
}

} // namespace limn
