#include "engine/image_intake.hpp"

#include <utility>

// ImageIntake, from where an image is on the disk of this machine.
namespace limn {

void ImageIntake::deliver(SavedImage image)
{
  if (!m_sink.delivers()) {
    named(std::move(image));
    return;
  }
  if (m_delivers_no_more) {
    m_undelivered.push_back(image.path.string());
    return;
  }
  ++m_on_way_to_disk;
  m_delivering.push_back(image.path);
  m_sink.deliver(
    image, [this, path = image.path, alive = std::weak_ptr(m_alive)](Result<SavedImage> delivered) {
      if (alive.expired()) {
        return;
      }
      --m_on_way_to_disk;
      std::erase(m_delivering, path);
      if (delivered) {
        named(std::move(*delivered));
      } else {
        fail_with(std::move(delivered.error()));
      }
      m_on_change(); // may destroy this object
    });
}

void ImageIntake::stop_deliveries()
{
  m_delivers_no_more = true;
  for (const auto& path : m_delivering) {
    m_sink.stop_delivery(path);
    --m_on_way_to_disk;
    m_undelivered.push_back(path.string());
  }
  m_delivering.clear();
}

void ImageIntake::named(SavedImage image)
{
  if (!m_note) {
    saved(std::move(image));
    return;
  }
  ++m_on_way_to_disk;
  const auto noted = [this, alive = std::weak_ptr(m_alive), image] {
    if (!alive.expired()) {
      --m_on_way_to_disk;
      saved(image);
      m_on_change(); // may destroy this object
    }
  };
  m_note(image, noted);
}

void ImageIntake::saved(SavedImage image)
{
  m_images.push_back(std::move(image));
  if (m_on_image) {
    m_on_image(m_images.back());
  }
}

} // namespace limn
