#pragma once

#include "base/result.hpp"
#include "batch/lines_file.hpp"
#include "batch/noted.hpp"
#include "model/cost.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace limn {

// An image that was about to get its name.
struct NamedFile {
  NotedImage image;
  std::uint64_t inode = 0; // of the file with its bytes
};

// Whether it got it; of one for a store, whether it lies here on its way there.
bool is_there(const NamedFile& file);

// An item of a run that did not come to its end, as its journal shows it.
struct InFlight {
  std::string id;
  int line = 0;
  std::string digest;
  int wanted = 0;                 // images
  bool is_open = false;           // a request that may have been charged had no end yet
  std::vector<NotedImage> images; // that came, and those of earlier runs
  std::vector<NamedFile> naming;  // not among `images`; some of the names may be other files'
  Cost estimate;
};

struct JournalContent {
  std::vector<InFlight> items;
  std::uint64_t manifest_size = 0; // when the run began: what stands behind it was written since
};

// The journal beside a manifest: FILE.running
std::filesystem::path journal_of(const std::filesystem::path& manifest);

// A journal that is not there is an empty one. Lines that were cut are passed over: a request is
// sent only once its own line is on the disk.
Result<JournalContent> read_journal(const std::filesystem::path& file);

// What is in flight while a batch runs: JSON lines beside the manifest, for whoever goes on after a
// kill. Its manifest's lock guards it.
class Journal
{
public:
  // Begins a new one. FailureClass::usage if it cannot be made, not_saved if the disk is full.
  static Result<Journal> begin(const std::filesystem::path& file, std::uint64_t manifest_size);

  // A request that may be charged is about to be sent. On the disk when this returns.
  Done asked(const InFlight& item);
  // Its image is about to get its name: image_came follows, unless the name is taken or the run is
  // killed meanwhile.
  Done naming(const std::string& id, const NotedImage& image, std::uint64_t inode);
  Done image_came(const std::string& id, const NotedImage& image);
  // Whatever was asked for that item has come to an end that left nothing open.
  Done settled(const std::string& id);

  Done reserve(std::uint64_t bytes) { return m_file.reserve(bytes); }

  // At a clean end: the manifest has it all.
  void remove();

private:
  explicit Journal(LinesFile file) : m_file(std::move(file)) {}

  LinesFile m_file;
};

} // namespace limn
