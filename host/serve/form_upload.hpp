#pragma once

#include "http_server/form_reader.hpp"
#include "serve/edit_inputs.hpp"
#include "serve/endpoint.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace limn {

// Largest form that is taken, in bytes: all the pictures that it may have, and some text.
inline constexpr std::uint64_t k_most_form =
  (k_most_inputs + 1) * std::uint64_t{50'000'000} + (std::uint64_t{4} << 20U);

// Takes a form with pictures to work from: these go to their files as they come, the other fields
// into what is wanted. What breaks a rule is refused here.
class FormUpload : public RequestReceiver, private PartReceiver
{
public:
  using Whole = std::function<void(ImageCall)>;
  using Ended = std::function<void(ExchangeEnd)>;

  // The parts are borrowed. `whole` may hear nothing; `ended` is called in any case.
  FormUpload(const ServerParts& parts, ExchangeId id, std::string_view content_type, ImageCall call,
             Whole whole, Ended ended);
  FormUpload(const FormUpload&) = delete;
  FormUpload& operator=(const FormUpload&) = delete;

  void body(std::string_view piece) override;
  void received() override;
  void ended(ExchangeEnd end) override { m_ended(end); }

private:
  void begin_part(const PartHead& head) override;
  void data(std::string_view piece) override;
  void end_part() override;
  void keep_first(Done done);
  void refuse(const Failure& failure);

  const ServerParts& m_parts;
  ExchangeId m_id;
  ImageCall m_call;
  Whole m_whole;
  Ended m_ended;
  EditInputs m_inputs;
  std::optional<FormReader> m_reader; // none: nothing more is wanted
  std::optional<Failure> m_failure;   // of a part
  bool m_is_picture = false;          // the part that is coming
  std::string m_name;                 // of it
  std::string m_text;                 // of it, unless it is a picture
  std::size_t m_text_size = 0;        // of all of them
};

} // namespace limn
