#pragma once

#include "base/result.hpp"
#include "output/image_file.hpp"

#include <filesystem>
#include <string_view>
#include <utility>

namespace limn {

// recovered/: the folder of what came and could not get to its place.
class Recovered
{
public:
  explicit Recovered(std::filesystem::path folder) : m_folder(std::move(folder)) {}

  const std::filesystem::path& folder() const { return m_folder; }

  // For its owner alone. Where the folder is not ours to change it is used as it is.
  Done make() const;

  // A name in it for what has arrived; FailureClass::not_saved if nothing has, or if there is no
  // room. A whole image gets the extension of its bytes.
  Result<std::filesystem::path> keep(ImageFile file,
                                     std::string_view extension = k_cut_extension) const;

  // The same, told in the failure for which it has to be kept.
  Failure keep_for(Failure failure, ImageFile file) const;

private:
  std::filesystem::path m_folder;
};

} // namespace limn
