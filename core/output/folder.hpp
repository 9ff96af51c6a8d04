#pragma once

#include "base/result.hpp"

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace limn {

// With its parents, if it is not there: else FailureClass::not_saved.
Done make_folder(const std::filesystem::path& folder);

// A number from `from` on that is free: the lowest one where the taken ones have no gap, or where
// it is below ten. It asks for few of them, however many are taken.
int free_number(int from, const std::function<bool(int)>& is_taken);

// One of STEM.EXT, STEM-2.EXT, STEM-3.EXT, ... in `folder`, by free_number, that `take` could have.
// `take` returns false where something has the name already: another process may be faster.
Result<std::filesystem::path>
first_free_name(const std::filesystem::path& folder, std::string_view stem,
                std::string_view extension,
                const std::function<Result<bool>(const std::filesystem::path&)>& take);

// A file name without an extension that means an image: the bytes decide that.
std::string stem_of(const std::string& file_name);

// Renames `from` unless something has the name `to`; sets errno where it returns false: EEXIST for
// a name that is taken, EXDEV for another file system.
bool rename_to_free(const std::filesystem::path& from, const std::filesystem::path& to) noexcept;

// A name survives a power cut only once its folder is on the disk too. What fails here fails
// nothing: the file is there.
void sync_folder(const std::filesystem::path& folder) noexcept;

} // namespace limn
