#pragma once

#include "base/redaction.hpp"
#include "batch/journal.hpp"
#include "batch/manifest.hpp"
#include "engine/jobs.hpp"

#include <map>
#include <optional>
#include <string>

namespace limn {

// The items of a batch as jobs that outlive the run: its manifest with its journal, or nothing
// where the user wants none. The lock of the manifest is the fence: one process has all items. What
// cannot be written is remembered: such a run begins no more of them.
class Record : public Jobs
{
public:
  // `redactor` is borrowed: all that is written passes it.
  explicit Record(const Redactor& redactor) : m_redactor(redactor) {}
  Record(const Redactor& redactor, Manifest manifest, Journal journal)
    : m_redactor(redactor), m_manifest(std::move(manifest)), m_journal(std::move(journal))
  {
  }

  const std::optional<Failure>& failure() const { return m_failure; }

  // Before an item is claimed: whether what becomes of it can be written.
  bool has_room();

  JobClaim claim(InFlight item);

  // As it was claimed, until it is finished.
  const InFlight& item(const JobClaim& claim) const { return m_items.at(claim.id); }

  void may_spend(const JobClaim& claim, const Attempt& attempt,
                 std::function<void(Done)> answer) override;
  void settled(const JobClaim& claim, const Attempt& attempt, JobState state) override;
  void naming(const JobClaim& claim, const SavedImage& image, std::uint64_t inode) override;
  void image_saved(const JobClaim& claim, const SavedImage& image) override;
  void finish(const JobClaim& claim, const JobOutcome& outcome) override;

  // All items that were begun have ended: what the journal held stands in the manifest.
  void close();

private:
  Done asked(InFlight& item);
  void keep(Done written);
  NotedImage redacted(NotedImage image) const;

  const Redactor& m_redactor;
  std::optional<Manifest> m_manifest;
  std::optional<Journal> m_journal;
  std::map<std::string, InFlight> m_items; // in flight, by id
  std::optional<Failure> m_failure;        // the first
};

} // namespace limn
