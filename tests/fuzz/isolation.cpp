// What the process of an isolated plugin sends: whatever it is, what comes out of it lies within
// it, is handed on whole or not at all, and makes the same message again.
#include "isolation/contract_values.hpp"
#include "isolation/hearing.hpp"
#include "isolation/listing.hpp"
#include "oracle.hpp"
#include "plugin/request_reader.hpp"
#include "plugin/terms_reader.hpp"

using namespace limn;

namespace {

class NoLog : public Log
{
public:
  bool wants(LogLevel) const override { return true; }
  void write(LogLevel, std::string_view line) override { LIMN_EXPECT(fuzz::is_safe_to_show(line)); }
};

// Who hears it all, and looks at every byte of it.
struct Listener {
  std::string_view message;
  int heard = 0;

  void look_at(limn_str text)
  {
    LIMN_EXPECT(text.data || text.size <= 1); // "a size, but no data"
    if (text.data && text.size > 0) {
      LIMN_EXPECT(text.data >= message.data());
      LIMN_EXPECT(text.data + text.size <= message.data() + message.size());
    }
  }

  template <typename Arrived, typename Value>
  void comes_again(Told kind, const Value* value)
  {
    const auto bytes = [&](const Value* given) {
      MessageWriter writer(kind);
      write(writer, given);
      return writer.take();
    };
    const auto once = bytes(value);
    MessageReader reader(std::string_view(once).substr(k_length_size));
    reader.number<std::uint8_t>();
    const Arrived arrived(reader);
    LIMN_EXPECT(reader.is_whole());
    LIMN_EXPECT(bytes(arrived.given) == once);
  }

  static Listener& in(void* context)
  {
    auto& listener = *static_cast<Listener*>(context);
    ++listener.heard;
    return listener;
  }
  static void error(void* context, const limn_error* error)
  {
    static_cast<Listener*>(context)->comes_again<ArrivedError>(Told::error, error);
  }
  static void send(void* context, const limn_request* request)
  {
    auto& self = in(context);
    self.comes_again<ArrivedRequest>(Told::send, request);
    if (request && LIMN_HAS(request, limn_request, part_count)) {
      self.look_at(request->method);
      self.look_at(request->path);
      LIMN_EXPECT(request->header_count <= k_most_told_items);
      LIMN_EXPECT(request->part_count <= k_most_told_items);
    }
    static_cast<void>(read_request(request)); // as the guard does
  }
  static void wait(void* context, std::int64_t) { in(context); }
  static void finish(void* context) { in(context); }
  static void image(void* context, const limn_image* image)
  {
    auto& self = in(context);
    self.comes_again<ArrivedImage>(Told::image, image);
    if (image && LIMN_HAS(image, limn_image, revised_prompt)) {
      self.look_at(image->content);
      self.look_at(image->revised_prompt);
    }
  }
  static void usage(void* context, const limn_usage* usage)
  {
    in(context).comes_again<ArrivedUsage>(Told::usage, usage);
  }
  static void terms(void* context, const limn_terms* terms)
  {
    auto& self = in(context);
    self.comes_again<ArrivedTerms>(Told::terms, terms);
    if (terms && LIMN_HAS(terms, limn_terms, longest_attempt_ms)) {
      self.look_at(terms->key_header);
      self.look_at(terms->models_path);
    }
    static_cast<void>(read_terms(terms)); // as the guard does
  }
  static void note(void* context, limn_str key, limn_str value)
  {
    auto& self = in(context);
    self.look_at(key);
    self.look_at(value);
  }
};

void check_list(std::string_view told)
{
  const auto list = read_list(told);
  if (!list) {
    LIMN_EXPECT(fuzz::is_safe_to_show(list.error().message));
    LIMN_EXPECT(fuzz::is_safe_to_show(list.error().hint));
    return;
  }
  LIMN_EXPECT(list->size() <= 64);
  for (const auto& one : *list) {
    const auto& record = one.record;
    for (const auto& text : {record.id, record.kind, record.display_name, record.summary,
                             record.plugin, record.version, record.vendor, record.reason}) {
      LIMN_EXPECT(fuzz::is_safe_to_show(text));
      LIMN_EXPECT(text.size() <= 1000);
    }
    LIMN_EXPECT(record.state != ComponentRecord::State::shadowed);
    if (record.state == ComponentRecord::State::ready) {
      constexpr std::string_view k_of_ids = "abcdefghijklmnopqrstuvwxyz0123456789_";
      LIMN_EXPECT(!record.id.empty() && record.id.find_first_not_of(k_of_ids) == std::string::npos);
      LIMN_EXPECT(record.kind == "provider" || record.kind == "config-source");
    }
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size)
{
  // In memory of its own, so that a sanitizer sees a step over its end.
  const std::unique_ptr<char[]> copy(new char[size]);
  fuzz::text_of(bytes, size).copy(copy.get(), size);
  Listener listener{{copy.get(), size}};
  const limn_error_sink errors{sizeof errors, 0, &listener, Listener::error};
  const limn_step_sink step{sizeof step,     0, &listener, Listener::send, Listener::wait,
                            Listener::finish};
  const limn_result_sink results{
    sizeof results, 0, &listener, Listener::image, Listener::image, Listener::usage,
    Listener::note};
  limn_capabilities capabilities{sizeof capabilities, 0, 0};
  const limn_terms_sink terms{sizeof terms, 0, &listener, Listener::terms};
  NoLog log;
  Heard heard;
  const bool is_good =
    hand_on(listener.message, {&errors, &step, &results, &capabilities, &terms}, log, heard);
  LIMN_EXPECT(listener.heard <= (is_good ? 1 : 0));
  LIMN_EXPECT(heard.errors.size() <= 1);
  if (heard.exception) {
    LIMN_EXPECT(fuzz::is_safe_to_show(*heard.exception));
  }
  const auto errors_heard = heard.errors.size();
  hand_on_errors(heard, {&errors, nullptr, nullptr, nullptr});
  LIMN_EXPECT(is_good || errors_heard == 0);

  check_list(listener.message);

  // In a call where nothing may be said, only a log line, or the end of the call, is good.
  Heard nothing;
  if (hand_on(listener.message, {}, log, nothing)) {
    const auto kind = static_cast<Told>(bytes[0]);
    LIMN_EXPECT(kind == Told::log || kind == Told::returned || kind == Told::threw);
  }
  return 0;
}
