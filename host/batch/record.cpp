#include "batch/record.hpp"

#include "batch/manifest_line.hpp"

#include <fmt/format.h>

#include <utility>

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

JobClaim Record::claim(InFlight item)
{
  JobClaim claim{item.id};
  m_items.insert_or_assign(claim.id, std::move(item));
  return claim;
}

void Record::may_spend(const JobClaim& claim, const Attempt& /*attempt*/,
                       std::function<void(Done)> answer)
{
  answer(asked(m_items.at(claim.id)));
}

// One line is enough for all that is asked for until it is settled.
Done Record::asked(InFlight& item)
{
  if (m_journal && !m_failure && !item.is_open) {
    auto shown = item;
    for (auto& image : shown.images) {
      image = redacted(std::move(image));
    }
    keep(m_journal->asked(shown));
  }
  if (m_failure) {
    return fail(FailureClass::not_saved,
                fmt::format("nothing was asked for, since no record of it could be kept: {}",
                            m_failure->message),
                m_failure->hint);
  }
  item.is_open = true;
  return {};
}

void Record::settled(const JobClaim& claim, const Attempt& /*attempt*/, JobState state)
{
  auto& item = m_items.at(claim.id);
  if (state == JobState::claimed && std::exchange(item.is_open, false) && m_journal) {
    keep(m_journal->settled(claim.id));
  }
}

void Record::naming(const JobClaim& claim, const SavedImage& image, std::uint64_t inode)
{
  if (m_journal) {
    keep(m_journal->naming(claim.id, redacted(noted(image)), inode));
  }
}

void Record::image_saved(const JobClaim& claim, const SavedImage& image)
{
  if (m_journal) {
    keep(m_journal->image_came(claim.id, redacted(noted(image))));
  }
}

// An item that was cancelled before anything came of it is as if it had not been begun.
void Record::finish(const JobClaim& claim, const JobOutcome& outcome)
{
  const auto item = std::move(m_items.extract(claim.id).mapped());
  if (m_manifest && state_of(outcome) != JobState::cancelled) {
    keep(m_manifest->append(m_redactor.redact_json(line_of(line_at_end(item, outcome)))));
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
