#include "serve/form_upload.hpp"

#include "job/paths.hpp"
#include "serve/replies.hpp"

#include <fmt/format.h>

#include <utility>

namespace limn {

namespace {

constexpr std::size_t k_most_text = std::size_t{1} << 20U; // of all fields

// "image[]" and "image[0]" are "image" to clients that have lists.
std::string_view without_index(std::string_view name)
{
  return name.ends_with(']') ? name.substr(0, name.find('[')) : name;
}

} // namespace

FormUpload::FormUpload(const ServerParts& parts, ExchangeId id, std::string_view content_type,
                       ImageCall call, Whole whole, Ended ended)
  : m_parts(parts), m_id(id), m_call(std::move(call)), m_whole(std::move(whole)),
    m_ended(std::move(ended)), m_inputs(state_folder(), m_call)
{
  auto reader = FormReader::create(content_type, *this);
  if (reader) {
    m_reader.emplace(std::move(*reader));
  } else {
    refuse(wrong_parameter("", "invalid_form", reader.error().message));
  }
}

void FormUpload::body(std::string_view piece)
{
  if (!m_reader) {
    return;
  }
  const auto fed = m_reader->feed(piece);
  if (m_failure) {
    refuse(*m_failure);
  } else if (!fed) {
    refuse(wrong_parameter("", "invalid_form", fed.error().message));
  }
}

void FormUpload::received()
{
  if (!m_reader) {
    return;
  }
  if (const auto finished = m_reader->finish(); !finished) {
    refuse(wrong_parameter("", "invalid_form", finished.error().message));
  } else if (m_parts.is_closing) {
    m_parts.replies.error(m_id, closing_reply());
  } else {
    m_whole(std::move(m_call));
  }
}

void FormUpload::begin_part(const PartHead& head)
{
  m_name = without_index(head.name);
  m_text.clear();
  m_is_picture = (m_name == "image" || m_name == "mask") && head.filename.has_value();
  if (m_is_picture && !m_failure) {
    keep_first(
      m_inputs.begin(m_name == "mask" ? EditInputs::Role::mask : EditInputs::Role::image, m_name));
  }
}

void FormUpload::data(std::string_view piece)
{
  if (m_failure) {
    return;
  }
  if (m_is_picture) {
    keep_first(m_inputs.write(piece));
    return;
  }
  m_text_size += piece.size();
  if (m_text_size > k_most_text) {
    keep_first(fail(wrong_parameter(
      m_name, k_too_large, fmt::format("the fields are larger than {} bytes", k_most_text))));
  } else {
    m_text += piece;
  }
}

void FormUpload::end_part()
{
  if (m_failure) {
    return;
  }
  if (m_is_picture) {
    m_inputs.end();
  } else if (m_name == "image" || m_name == "mask") {
    keep_first(fail(wrong_parameter(m_name, "invalid_type", m_name + " has to be a file")));
  } else {
    keep_first(read_form_field(m_name, m_text, m_call.wanted));
  }
}

void FormUpload::keep_first(Done done)
{
  if (!done && !m_failure) {
    m_failure = std::move(done.error());
  }
}

// What came so far is not needed.
void FormUpload::refuse(const Failure& failure)
{
  m_reader.reset();
  m_call.stage.reset();
  m_parts.replies.error(m_id, input_error(failure));
}

} // namespace limn
