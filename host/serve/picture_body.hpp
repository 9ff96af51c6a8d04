#pragma once

#include "base/descriptor.hpp"
#include "serve/replies.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace limn {

// A picture that is open, whatever becomes of its name.
struct PictureFile {
  std::shared_ptr<const Descriptor> file;
  std::uint64_t size = 0; // bytes, more than none

  // Nothing if there is no such file, or nothing in it.
  static std::optional<PictureFile> open(const std::filesystem::path& path);
};

// What stands for a picture in JSON that goes into a PictureBody.
inline constexpr std::string_view k_picture_here = "@limn:picture";

// A body of text with pictures in it, read from their files while it is sent: it takes as much
// memory as a piece of it (136 KiB), however large they are.
class PictureBody : public BodySource
{
public:
  // How the bytes of a picture are told.
  enum class Coding { base64, none };

  void add(std::string_view text);
  void add(PictureFile picture, Coding coding = Coding::base64);

  // JSON in which the value of each member of that name is k_picture_here, for one of the pictures.
  void add_json(std::string_view json, std::string_view member, std::vector<PictureFile> pictures);

  std::uint64_t size() const override { return m_size; }
  std::string next() override;

private:
  struct Part {
    PictureFile picture;
    Coding coding;
    std::uint64_t read = 0;
  };

  bool add_bytes(Part& part, std::string& piece);

  std::vector<std::variant<std::string, Part>> m_parts;
  std::size_t m_part = 0; // the next
  std::uint64_t m_size = 0;
  std::uint64_t m_told = 0;
};

} // namespace limn
