#include "output/placing.hpp"

namespace limn {

namespace {

constexpr std::uint64_t k_room_for_an_image = 4 << 20;

} // namespace

Done check_takes_image(const std::filesystem::path& folder, std::string_view hint)
{
  auto file = ImageFile::create(folder);
  auto room = file ? file->check_room(k_room_for_an_image) : Done(fail(file.error()));
  if (!room) {
    room.error().hint = hint;
  }
  return room;
}

Result<SavedImage> whole_image(ImageFile& file)
{
  if (file.write_failure() || file.spilled()) {
    return fail(file.write_failure() ? *file.write_failure() : *file.spilled());
  }
  LIMN_TRY_ASSIGN(const auto header, file.inspected());
  SavedImage image;
  image.format = header.format;
  image.size = header.size;
  image.bytes = file.size();
  image.sha256 = file.take_sha256();
  return image;
}

Result<std::filesystem::path>
link_free_name(ImageFile& file, const std::filesystem::path& folder, std::string_view stem,
               std::string_view extension, Sync sync,
               const std::function<void(const std::filesystem::path&)>& before)
{
  return first_free_name(folder, stem, extension, [&](const std::filesystem::path& path) {
    if (before) {
      before(path);
    }
    return file.link_to(path, sync);
  });
}

} // namespace limn
