#pragma once

#include <optional>
#include <string_view>

namespace limn {

enum class LetterCase { exact, ignored };

// How an id differs from the name that it is a form of.
struct ModelForm {
  bool has_vendor = false; // "openai/..." in front of it
  std::string_view date;   // "-YYYY-MM-DD" behind it; empty without one. Borrowed from the id.
};

// How `id` is the model that is called `name`: itself, dated, with a vendor in front, or both.
// Nothing if it is another one, such as a relative with a longer name ("-mini").
std::optional<ModelForm> form_of_model(std::string_view id, std::string_view name,
                                       LetterCase letter_case);

// Whether `id` belongs to the family that is called `name`: the name itself, also with a vendor in
// front, and all that goes on with no letter or digit ("gpt-image-2.5", "gpt-image-2-2026-04-21").
// Upper and lower case are alike.
bool is_of_family(std::string_view id, std::string_view name);

// The very name first, then the newest date; a vendor in front comes behind all without one.
bool is_closer(const ModelForm& one, const ModelForm& other);

} // namespace limn
