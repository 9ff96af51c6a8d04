#pragma once

#include "base/descriptor.hpp"
#include "store/store_sink.hpp"

#include <deque>
#include <functional>
#include <memory>
#include <optional>

namespace limn {

// Brings to their stores what processes that have ended left in recovered/, one after the other.
// What somebody else brings is left to him.
class LeftUploads
{
public:
  using Told = std::function<void(const UploadNote& note, const Done& done)>;

  // `told` is called from the loop for each that was tried; `over`, which may be empty, once when
  // none is left.
  LeftUploads(StoreParts parts, Tries tries, Told told, std::function<void()> over = {});

  // All of them, or these.
  void begin();
  void begin(std::deque<UploadNote> notes);

private:
  void next();
  void ended(const Done& done);

  StoreParts m_parts;
  Tries m_tries;
  Told m_told;
  std::function<void()> m_over;
  std::deque<UploadNote> m_left;
  std::optional<Descriptor> m_locked;
  std::unique_ptr<Upload> m_upload;
  Timer m_turn;
};

} // namespace limn
