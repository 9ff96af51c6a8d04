#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace limn {

// Addresses of pictures, for clients that ask for such: BASE/files/TOKEN.png. Who has one may have
// the picture, for a day and whatever server of this user is asked. Of a token its digest is kept
// alone, as the name of a file that tells the picture.
class PictureLinks
{
public:
  struct Target {
    std::string job;
    std::filesystem::path picture; // of that job
  };

  // In a folder of its own, which is made when it is needed.
  explicit PictureLinks(std::filesystem::path folder) : m_folder(std::move(folder)) {}

  // A new one; nothing if none can be kept.
  std::optional<std::string> make(std::string_view base_url, const Target& target);

  // What "TOKEN.png" is the address of; nothing if it is of no picture, or of one of days ago.
  std::optional<Target> find(std::string_view name) const;

  static constexpr std::chrono::hours k_good_for{24};

private:
  void forget_old();

  std::filesystem::path m_folder;
  std::chrono::steady_clock::time_point m_looked_for_old{};
};

} // namespace limn
