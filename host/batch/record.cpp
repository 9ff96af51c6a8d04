#include "batch/record.hpp"

#include <fmt/format.h>

namespace limn {

namespace {

// What is told of one item, with a message of a gateway and the attempts in it.
constexpr std::uint64_t k_room = 256 * 1024;

} // namespace

bool Record::has_room()
{
  if (m_manifest) {
    keep(m_manifest->reserve(k_room));
    keep(m_journal->reserve(k_room));
  }
  return !m_failure;
}

Done Record::asked(InFlight item)
{
  if (m_journal && !m_failure) {
    for (auto& image : item.images) {
      image = redacted(std::move(image));
    }
    keep(m_journal->asked(item));
  }
  if (!m_failure) {
    return {};
  }
  return fail(FailureClass::not_saved,
              fmt::format("nothing was asked for, since no record of it could be kept: {}",
                          m_failure->message),
              m_failure->hint);
}

void Record::naming(const std::string& id, const NotedImage& image, std::uint64_t inode)
{
  if (m_journal) {
    keep(m_journal->naming(id, redacted(image), inode));
  }
}

void Record::image_came(const std::string& id, const NotedImage& image)
{
  if (m_journal) {
    keep(m_journal->image_came(id, redacted(image)));
  }
}

void Record::settled(const std::string& id)
{
  if (m_journal) {
    keep(m_journal->settled(id));
  }
}

void Record::ended(const std::string& line)
{
  if (m_manifest) {
    keep(m_manifest->append(m_redactor.redact_json(line)));
  }
}

void Record::close()
{
  if (m_journal && !m_failure) {
    m_manifest->give_back_room();
    m_journal->remove();
  }
}

NotedImage Record::redacted(NotedImage image) const
{
  image.json = m_redactor.redact_json(image.json);
  return image;
}

void Record::keep(Done written)
{
  if (!written && !m_failure) {
    m_failure = std::move(written.error());
    m_failure->hint =
      "what was in flight is in the journal beside the manifest, as far as it could "
      "be written; once it can be written again, go on with --resume";
  }
}

} // namespace limn
