#include "serve/edit_inputs.hpp"

#include "base/ascii.hpp"
#include "base/base64.hpp"
#include "picture/input_image.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <vector>

namespace limn {

namespace {

constexpr std::size_t k_decoded_at_once = 64 * 1024; // characters

Failure no_data_url(std::string_view name)
{
  return wrong_parameter(
    name, "invalid_image_url",
    fmt::format("{} has to be a picture as a data: URL in base64: this server fetches nothing from "
                "elsewhere",
                name),
    "send the picture itself");
}

// What stands behind "data:image/png;base64,".
std::optional<std::string_view> base64_of(std::string_view url)
{
  constexpr std::string_view scheme = "data:";
  const auto comma = url.find(',');
  if (comma == std::string_view::npos
      || !equal_ignoring_case(url.substr(0, scheme.size()), scheme)) {
    return std::nullopt;
  }
  constexpr std::string_view coding = ";base64";
  const auto head = url.substr(0, comma);
  const bool is_base64 = head.size() >= coding.size()
                         && equal_ignoring_case(head.substr(head.size() - coding.size()), coding);
  return is_base64 ? std::optional(url.substr(comma + 1)) : std::nullopt;
}

} // namespace

ErrorReply input_error(const Failure& failure)
{
  return failure.code == k_too_large ? refusal(413, k_too_large, failure.message)
         : failure.failure_class == FailureClass::internal // nothing was asked for
           ? error_reply(Ending::overloaded, failure.message)
           : error_reply(failure);
}

Done EditInputs::begin(Role role, std::string_view name)
{
  const bool is_one_too_many =
    role == Role::mask ? m_call.mask.has_value() : m_call.inputs.size() == k_most_inputs;
  if (is_one_too_many) {
    return fail(wrong_parameter(name, k_too_large,
                                role == Role::mask
                                  ? "there are two masks"
                                  : fmt::format("more than {} pictures", k_most_inputs)));
  }
  if (!m_call.stage) {
    LIMN_TRY_ASSIGN(m_call.stage, InputStage::make(m_state_folder));
  }
  m_role = role;
  m_name = name;
  return m_call.stage->begin();
}

Done EditInputs::write(std::string_view piece)
{
  if (m_call.stage->written() + piece.size() > k_largest_input) {
    return fail(
      wrong_parameter(m_name, k_too_large,
                      fmt::format("a picture is larger than {} MB", k_largest_input / 1'000'000)));
  }
  return m_call.stage->write(piece);
}

void EditInputs::end()
{
  auto input = m_call.stage->end();
  if (m_role == Role::mask) {
    m_call.mask = std::move(input);
  } else {
    m_call.inputs.push_back(std::move(input));
  }
}

Done EditInputs::add_data_url(Role role, std::string_view name, std::string_view url)
{
  const auto base64 = base64_of(url);
  if (!base64) {
    return fail(no_data_url(name));
  }
  LIMN_TRY(begin(role, name));
  Base64Decoder decoder;
  std::vector<std::byte> bytes(Base64Decoder::room_for(k_decoded_at_once));
  const auto take = [&](std::size_t count) {
    return write({reinterpret_cast<const char*>(bytes.data()), count});
  };
  for (auto rest = *base64; !rest.empty();) {
    const auto piece = rest.substr(0, k_decoded_at_once);
    const auto progress = decoder.feed(piece, bytes);
    LIMN_TRY(take(progress.produced));
    if (progress.consumed < piece.size()) {
      return fail(no_data_url(name));
    }
    rest.remove_prefix(piece.size());
  }
  const auto last = decoder.finish(bytes);
  LIMN_TRY(take(last.produced));
  if (!last.whole) {
    return fail(no_data_url(name));
  }
  end();
  return {};
}

} // namespace limn
