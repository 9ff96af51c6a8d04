#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace limn {

// $HOME, or what the user database says. Absolute; empty if there is none.
std::filesystem::path home_folder();

// `$variable`, if that is an absolute path, else `fallback` below the home folder, which is empty
// if there is none. For the XDG base directories: xdg_folder("XDG_CONFIG_HOME", ".config").
std::filesystem::path xdg_folder(const char* variable, std::string_view fallback);

// `text` with a leading "~" or "~/" replaced by the home folder, in its shortest spelling. Nothing
// if that is no absolute path: relative ones would mean another folder at every call, "~name" is
// not looked up, variables are not replaced.
std::optional<std::filesystem::path> absolute_path(std::string_view text);

// The shortest spelling of an absolute path: without "." and "..", without a slash at the end.
std::filesystem::path tidy(const std::filesystem::path& path);

} // namespace limn
