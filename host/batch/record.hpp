#pragma once

#include "base/redaction.hpp"
#include "batch/journal.hpp"
#include "batch/manifest.hpp"

#include <optional>
#include <string>

namespace limn {

// The manifest of a run with its journal, or nothing where the user wants none. What cannot be
// written is remembered: such a run begins no more items.
class Record
{
public:
  // `redactor` is borrowed: all that is written passes it.
  explicit Record(const Redactor& redactor) : m_redactor(redactor) {}
  Record(const Redactor& redactor, Manifest manifest, Journal journal)
    : m_redactor(redactor), m_manifest(std::move(manifest)), m_journal(std::move(journal))
  {
  }

  const std::optional<Failure>& failure() const { return m_failure; }

  // Before an item is begun: whether what becomes of it can be written.
  bool has_room();

  // Before a request of the item that may be charged. Once it succeeds the disk has it; a failure
  // is FailureClass::not_saved, as is every later one: nothing that could not be told afterwards is
  // to be paid for.
  Done asked(InFlight item);
  void naming(const std::string& id, const NotedImage& image, std::uint64_t inode);
  void image_came(const std::string& id, const NotedImage& image);
  void settled(const std::string& id);
  void ended(const std::string& line);

  // All items that were begun have ended: what the journal held stands in the manifest.
  void close();

private:
  void keep(Done written);
  NotedImage redacted(NotedImage image) const;

  const Redactor& m_redactor;
  std::optional<Manifest> m_manifest;
  std::optional<Journal> m_journal;
  std::optional<Failure> m_failure; // the first
};

} // namespace limn
