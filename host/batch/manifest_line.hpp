#pragma once

#include "batch/journal.hpp"
#include "batch/manifest.hpp"
#include "engine/engine.hpp"

#include <string>
#include <vector>

namespace limn {

// A line of a manifest, before it is written.
struct ManifestLine {
  std::string id;
  int line = 0;
  std::string digest;
  ItemState state = ItemState::failed;
  std::vector<NotedImage> images; // of all runs
  std::optional<Failure> failure;
  Cost cost;                           // of this run
  const JobOutcome* outcome = nullptr; // borrowed; none where the run did not see the end
};

// As JSON, with the time of now. What a reader must know stands first: a cut line still tells it.
std::string line_of(const ManifestLine& line);

// Of an item that was in flight, which ended like that; `outcome` is borrowed.
ManifestLine line_at_end(const InFlight& item, const JobOutcome& outcome);

NotedImage noted(const SavedImage& image);

} // namespace limn
