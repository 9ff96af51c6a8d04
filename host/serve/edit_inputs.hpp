#pragma once

#include "base/result.hpp"
#include "serve/error_reply.hpp"
#include "serve/image_call.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace limn {

// The pictures that come with a request to work from, each written to its file as it comes. What
// is too large or too many is FailureClass::usage with the code k_too_large.
class EditInputs
{
public:
  // The call is borrowed; it gets the pictures.
  EditInputs(std::filesystem::path state_folder, ImageCall& call)
    : m_state_folder(std::move(state_folder)), m_call(call)
  {
  }

  enum class Role { image, mask };

  // One picture, in pieces; `name` is what its client calls it.
  Done begin(Role role, std::string_view name);
  Done write(std::string_view piece);
  void end();

  // One whole, as a data: URL. Nothing else is taken: an address that a client names is not asked.
  Done add_data_url(Role role, std::string_view name, std::string_view url);

private:
  std::filesystem::path m_state_folder;
  ImageCall& m_call;
  Role m_role = Role::image;
  std::string m_name;
};

// What is told of a request whose pictures cannot be taken: 413 where it is too large.
ErrorReply input_error(const Failure& failure);

inline constexpr std::string_view k_too_large = "request_too_large";

inline constexpr std::size_t k_most_inputs = 16;

} // namespace limn
