#include "isolation/channel.hpp"
#include "isolation/contract_values.hpp"
#include "isolation/listing.hpp"

#include <limn/sdk.hpp>

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <limits>
#include <string>
#include <thread>

using namespace limn;
using sdk::from_abi;
using sdk::to_abi;

namespace {

using namespace std::chrono_literals;

// What the other end reads of what `say` writes. Its texts live as long as this.
class Wire
{
public:
  template <typename Value>
  explicit Wire(const Value& value)
  {
    MessageWriter writer(Told::note);
    write(writer, value);
    m_bytes = writer.take();
  }

  MessageReader reader() const
  {
    MessageReader reader(std::string_view(m_bytes).substr(k_length_size));
    reader.number<std::uint8_t>();
    return reader;
  }

  std::size_t size() const { return m_bytes.size() - k_length_size; }
  std::string_view cut(std::size_t size) const
  {
    return std::string_view(m_bytes).substr(k_length_size, size);
  }

private:
  std::string m_bytes;
};

std::string text_of(const limn_kv* items, std::size_t count)
{
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    text += std::string(from_abi(items[i].key)) + "=" + std::string(from_abi(items[i].value)) + ";";
  }
  return text;
}

const std::array<limn_kv, 2> k_pairs{
  {{LIMN_STR("one"), LIMN_STR("1")}, {LIMN_STR("two"), LIMN_STR("")}}};
const std::array<limn_kv, 1> k_bad_pair{{{LIMN_STR("key"), {nullptr, 5}}}};
const std::string k_zeros("a\0b", 3);

limn_part a_part(std::uint32_t kind, std::string_view text, std::uint32_t input)
{
  return {sizeof(limn_part),    kind, to_abi(text), input, 0, LIMN_STR("name"), LIMN_STR("file"),
          LIMN_STR("image/png")};
}

limn_request a_request(const limn_part* const* parts, std::size_t count)
{
  return {sizeof(limn_request),
          LIMN_REQUEST_BILLABLE,
          LIMN_STR("POST"),
          LIMN_STR("/images/edits?a=b"),
          k_pairs.data(),
          k_pairs.size(),
          LIMN_BODY_MULTIPART,
          0,
          parts,
          count,
          LIMN_STR("/api/v1/tasks/7")};
}

} // namespace

TEST_CASE("settings, a gateway and an event arrive as they were given")
{
  const limn_settings settings{sizeof settings, 0, k_pairs.data(), k_pairs.size()};
  const Wire settings_wire(settings);
  auto reader = settings_wire.reader();
  const ArrivedSettings arrived_settings(reader);
  CHECK(reader.is_whole());
  CHECK(text_of(arrived_settings.value.items, arrived_settings.value.item_count) == "one=1;two=;");

  const limn_gateway gateway{sizeof gateway,   0,
                             LIMN_STR("work"), LIMN_STR("https://gw.example/v1"),
                             to_abi(k_zeros),  k_pairs.data(),
                             k_pairs.size()};
  const Wire gateway_wire(gateway);
  reader = gateway_wire.reader();
  const ArrivedGateway arrived_gateway(reader);
  CHECK(reader.is_whole());
  CHECK(from_abi(arrived_gateway.value.name) == "work");
  CHECK(from_abi(arrived_gateway.value.base_url) == "https://gw.example/v1");
  CHECK(from_abi(arrived_gateway.value.model) == k_zeros);
  CHECK(arrived_gateway.value.struct_size == sizeof gateway);
  CHECK(text_of(arrived_gateway.value.settings, arrived_gateway.value.setting_count)
        == "one=1;two=;");

  const limn_event event{sizeof event,       LIMN_EVENT_MESSAGE,    206,
                         LIMN_FORMAT_TEXT,   k_pairs.data(),        k_pairs.size(),
                         LIMN_STR("[1, 2]"), LIMN_STR("image.done")};
  const Wire event_wire(event);
  reader = event_wire.reader();
  const ArrivedEvent arrived_event(reader);
  CHECK(reader.is_whole());
  CHECK(arrived_event.value.struct_size == sizeof event);
  CHECK(arrived_event.value.kind == LIMN_EVENT_MESSAGE);
  CHECK(arrived_event.value.http_status == 206);
  CHECK(arrived_event.value.format == LIMN_FORMAT_TEXT);
  CHECK(text_of(arrived_event.value.headers, arrived_event.value.header_count) == "one=1;two=;");
  CHECK(from_abi(arrived_event.value.content) == "[1, 2]");
  CHECK(from_abi(arrived_event.value.event_name) == "image.done");
}

TEST_CASE("a job arrives with its inputs and the parameters that were dropped")
{
  const limn_input first{sizeof(limn_input),
                         LIMN_INPUT_IMAGE,
                         LIMN_STR("image/png"),
                         LIMN_STR("fox.png"),
                         70'000'000'000,
                         640,
                         480};
  const limn_input second{
    sizeof(limn_input), LIMN_INPUT_MASK, LIMN_STR("image/webp"), LIMN_STR("mask.webp"), 12, 1, 2};
  const limn_input* inputs[] = {&first, &second};
  const limn_str dropped[] = {LIMN_STR("quality"), LIMN_STR("n")};
  const limn_job job{sizeof job,
                     3,
                     LIMN_STR("a fox"),
                     LIMN_STR("1024x1024"),
                     LIMN_STR("high"),
                     LIMN_STR("opaque"),
                     LIMN_STR("webp"),
                     LIMN_STR("low"),
                     80,
                     2,
                     inputs,
                     2,
                     dropped,
                     2};
  const Wire wire(job);
  auto reader = wire.reader();
  const ArrivedJob arrived(reader);
  CHECK(reader.is_whole());
  const auto& value = arrived.value;
  CHECK(value.struct_size == sizeof job);
  CHECK(value.count == 3);
  CHECK(from_abi(value.prompt) == "a fox");
  CHECK(from_abi(value.size) == "1024x1024");
  CHECK(from_abi(value.quality) == "high");
  CHECK(from_abi(value.background) == "opaque");
  CHECK(from_abi(value.output_format) == "webp");
  CHECK(from_abi(value.moderation) == "low");
  CHECK(value.output_compression == 80);
  CHECK(value.partial_images == 2);
  REQUIRE(value.input_count == 2);
  CHECK(value.inputs[0]->size == 70'000'000'000);
  CHECK(value.inputs[0]->height == 480);
  CHECK(value.inputs[1]->role == LIMN_INPUT_MASK);
  CHECK(value.inputs[1]->struct_size == sizeof(limn_input));
  CHECK(from_abi(value.inputs[1]->media_type) == "image/webp");
  CHECK(from_abi(value.inputs[1]->filename) == "mask.webp");
  REQUIRE(value.dropped_count == 2);
  CHECK(from_abi(value.dropped[1]) == "n");
}

TEST_CASE("a preview of a plugin of minor 0 arrives without its number")
{
  limn_image image{sizeof image, 0, LIMN_STR("@limn:1"), {}, 7};
  image.struct_size = offsetof(limn_image, preview_number);
  const Wire wire(&image);
  auto reader = wire.reader();
  const ArrivedImage arrived(reader);
  CHECK(reader.is_whole());
  REQUIRE(arrived.given);
  CHECK(from_abi(arrived.given->content) == "@limn:1");
  CHECK(arrived.given->preview_number == 0);
}

TEST_CASE("a request of a plugin of minor 0 arrives without a target")
{
  auto request = a_request(nullptr, 0);
  request.struct_size = offsetof(limn_request, target);
  const Wire wire(&request);
  auto reader = wire.reader();
  const ArrivedRequest arrived(reader);
  CHECK(reader.is_whole());
  REQUIRE(arrived.given);
  CHECK(from_abi(arrived.given->path) == "/images/edits?a=b");
  CHECK(from_abi(arrived.given->target).empty());
}

TEST_CASE("a request arrives with its headers and parts")
{
  const auto text = a_part(LIMN_PART_TEXT, "{}", 0);
  const auto input = a_part(LIMN_PART_INPUT_BASE64, "", 7);
  const limn_part* parts[] = {&text, nullptr, &input};
  const auto request = a_request(parts, 3);
  const Wire wire(&request);
  auto reader = wire.reader();
  const ArrivedRequest arrived(reader);
  CHECK(reader.is_whole());
  REQUIRE(arrived.given);
  CHECK(arrived.given->struct_size == sizeof request);
  CHECK(arrived.given->flags == LIMN_REQUEST_BILLABLE);
  CHECK(from_abi(arrived.given->method) == "POST");
  CHECK(from_abi(arrived.given->path) == "/images/edits?a=b");
  CHECK(from_abi(arrived.given->target) == "/api/v1/tasks/7");
  CHECK(arrived.given->body == LIMN_BODY_MULTIPART);
  CHECK(text_of(arrived.given->headers, arrived.given->header_count) == "one=1;two=;");
  REQUIRE(arrived.given->part_count == 3);
  CHECK(from_abi(arrived.given->parts[0]->text) == "{}");
  CHECK(arrived.given->parts[1] == nullptr);
  CHECK(arrived.given->parts[2]->kind == LIMN_PART_INPUT_BASE64);
  CHECK(arrived.given->parts[2]->input == 7);
  CHECK(from_abi(arrived.given->parts[2]->name) == "name");
  CHECK(from_abi(arrived.given->parts[2]->filename) == "file");
  CHECK(from_abi(arrived.given->parts[2]->media_type) == "image/png");
}

TEST_CASE("an error, an image and a usage arrive as they were given")
{
  const limn_error error{
    sizeof error,    LIMN_BILLING, LIMN_STR("no credit"), LIMN_STR("pay"), LIMN_STR("code"),
    LIMN_STR("par"), 1500};
  const Wire error_wire(&error);
  auto reader = error_wire.reader();
  const ArrivedError arrived_error(reader);
  CHECK(reader.is_whole());
  REQUIRE(arrived_error.given);
  CHECK(arrived_error.given->status == LIMN_BILLING);
  CHECK(from_abi(arrived_error.given->message) == "no credit");
  CHECK(from_abi(arrived_error.given->hint) == "pay");
  CHECK(from_abi(arrived_error.given->code) == "code");
  CHECK(from_abi(arrived_error.given->param) == "par");
  CHECK(arrived_error.given->retry_after_ms == 1500);

  const limn_image image{sizeof image, 0, LIMN_STR("@limn:1"), LIMN_STR("a red fox"), 3};
  const Wire image_wire(&image);
  reader = image_wire.reader();
  const ArrivedImage arrived_image(reader);
  CHECK(reader.is_whole());
  REQUIRE(arrived_image.given);
  CHECK(from_abi(arrived_image.given->content) == "@limn:1");
  CHECK(from_abi(arrived_image.given->revised_prompt) == "a red fox");
  CHECK(arrived_image.given->preview_number == 3);

  const limn_usage usage{sizeof usage, 0, 1, 2, std::numeric_limits<std::int64_t>::max(), -4, 5};
  const Wire usage_wire(&usage);
  reader = usage_wire.reader();
  const ArrivedUsage arrived_usage(reader);
  CHECK(reader.is_whole());
  REQUIRE(arrived_usage.given);
  CHECK(arrived_usage.given->input_text_tokens == 1);
  CHECK(arrived_usage.given->input_image_tokens == 2);
  CHECK(arrived_usage.given->output_text_tokens == std::numeric_limits<std::int64_t>::max());
  CHECK(arrived_usage.given->output_image_tokens == -4);
  CHECK(arrived_usage.given->total_tokens == 5);
}

TEST_CASE("terms arrive as they were given")
{
  const limn_terms terms{sizeof terms,
                         LIMN_TERMS_KEY_CHECK,
                         LIMN_STR("api-key"),
                         LIMN_STR("Key"),
                         LIMN_STR("/models?a=b"),
                         LIMN_STR("models"),
                         LIMN_STR("name"),
                         90'000};
  const Wire wire(&terms);
  auto reader = wire.reader();
  const ArrivedTerms arrived(reader);
  CHECK(reader.is_whole());
  REQUIRE(arrived.given);
  CHECK(arrived.given->flags == LIMN_TERMS_KEY_CHECK);
  CHECK(from_abi(arrived.given->key_header) == "api-key");
  CHECK(from_abi(arrived.given->key_scheme) == "Key");
  CHECK(from_abi(arrived.given->models_path) == "/models?a=b");
  CHECK(from_abi(arrived.given->models_list) == "models");
  CHECK(from_abi(arrived.given->models_id) == "name");
  CHECK(arrived.given->longest_attempt_ms == 90'000);
}

TEST_CASE("what a plugin does wrong with a value is as wrong at the other end")
{
  const Wire missing(static_cast<const limn_image*>(nullptr));
  auto reader = missing.reader();
  CHECK(ArrivedImage(reader).given == nullptr);
  CHECK(reader.is_whole());

  // The members behind a struct's own size are never read.
  const std::uint32_t short_error = sizeof(limn_error) - 1;
  const Wire too_small(reinterpret_cast<const limn_error*>(&short_error));
  reader = too_small.reader();
  const ArrivedError arrived_error(reader);
  CHECK(reader.is_whole());
  REQUIRE(arrived_error.given);
  CHECK_FALSE(LIMN_HAS(arrived_error.given, limn_error, retry_after_ms));

  auto request = a_request(nullptr, 4);
  request.method = {nullptr, 9};
  request.headers = nullptr;
  const Wire without_data(&request);
  reader = without_data.reader();
  const ArrivedRequest arrived(reader);
  CHECK(reader.is_whole());
  CHECK(arrived.given->method.data == nullptr);
  CHECK(arrived.given->method.size > 0);
  CHECK(arrived.given->headers == nullptr);
  CHECK(arrived.given->header_count > 0);
  CHECK(arrived.given->parts == nullptr);
  CHECK(arrived.given->part_count > 0);

  request = a_request(nullptr, 0);
  request.headers = k_bad_pair.data();
  request.header_count = k_bad_pair.size();
  const Wire bad_pair(&request);
  reader = bad_pair.reader();
  const ArrivedRequest with_bad_pair(reader);
  CHECK(reader.is_whole());
  CHECK(with_bad_pair.given->headers[0].value.data == nullptr);
  CHECK(with_bad_pair.given->headers[0].value.size > 0);
}

TEST_CASE("a list that is longer than any may be is cut behind that")
{
  const std::vector<const limn_part*> parts(5000, nullptr);
  const auto request = a_request(parts.data(), parts.size());
  const Wire wire(&request);
  auto reader = wire.reader();
  const ArrivedRequest arrived(reader);
  CHECK(reader.is_whole());
  CHECK(arrived.given->part_count == k_most_told_items);
}

TEST_CASE("a message that is cut anywhere is not whole, and nothing behind it is read")
{
  const auto part = a_part(LIMN_PART_TEXT, "{}", 0);
  const limn_part* parts[] = {&part, &part};
  const auto request = a_request(parts, 2);
  const Wire wire(&request);
  for (std::size_t size = 0; size < wire.size(); ++size) {
    const std::string bytes(wire.cut(size)); // a sanitizer sees a step over its end
    MessageReader reader(bytes);
    reader.number<std::uint8_t>();
    const ArrivedRequest arrived(reader);
    CHECK_FALSE(reader.is_whole());
  }
  const std::string longer = std::string(wire.cut(wire.size())) + "x";
  MessageReader reader(longer);
  reader.number<std::uint8_t>();
  const ArrivedRequest arrived(reader);
  CHECK_FALSE(reader.is_whole());
}

TEST_CASE("a count that its message cannot hold gives nothing")
{
  const std::string four_billion("\xfe\xff\xff\xff", 4);
  MessageReader reader(four_billion);
  CHECK(reader.count(std::numeric_limits<std::uint32_t>::max()).count == 0);
  CHECK_FALSE(reader.is_whole());
  MessageReader text(four_billion);
  CHECK(text.text().size == 0);
  CHECK_FALSE(text.is_whole());
}

namespace {

std::vector<CheckedComponent> a_plugin(std::string id, std::string kind)
{
  ComponentRecord record;
  record.id = std::move(id);
  record.kind = std::move(kind);
  record.display_name = "Acme";
  record.summary = "Draws.";
  record.plugin = "acme";
  record.version = "1.0";
  record.vendor = "Acme Ltd";
  return {{std::move(record), nullptr}};
}

Result<std::vector<Listed>> listed(const Result<std::vector<CheckedComponent>>& components)
{
  const auto message = list_of(components).take();
  return read_list(std::string_view(message).substr(k_length_size));
}

} // namespace

TEST_CASE("the list of what a plugin carries arrives, and so does why there is none")
{
  const auto list = listed(a_plugin("acme", "provider"));
  REQUIRE(list);
  REQUIRE(list->size() == 1);
  const auto& record = list->front().record;
  CHECK(record.id == "acme");
  CHECK(record.kind == "provider");
  CHECK(record.display_name == "Acme");
  CHECK(record.summary == "Draws.");
  CHECK(record.plugin == "acme");
  CHECK(record.version == "1.0");
  CHECK(record.vendor == "Acme Ltd");
  CHECK(record.state == ComponentRecord::State::ready);

  const auto none = listed(fail(FailureClass::settings, "it is empty", "build it again"));
  REQUIRE_FALSE(none);
  CHECK(none.error().failure_class == FailureClass::settings);
  CHECK(none.error().message == "it is empty");
  CHECK(none.error().hint == "build it again");
}

TEST_CASE("a list that limn's own checks would not have let through is not believed")
{
  auto shadowed = a_plugin("acme", "provider");
  shadowed.front().record.state = ComponentRecord::State::shadowed;
  for (const auto& forged : {a_plugin("Acme", "provider"), a_plugin("", "provider"),
                             a_plugin("acme", "limn.provider/1"), shadowed}) {
    const auto list = listed(forged);
    REQUIRE_FALSE(list);
    CHECK(list.error().failure_class == FailureClass::internal);
  }
  auto many = a_plugin("acme", "provider");
  many.resize(65, many.front());
  CHECK_FALSE(listed(many));
  auto odd = a_plugin("acme", "provider");
  odd.front().record.summary = "\x1b[31mred";
  CHECK(listed(odd)->front().record.summary.find('\x1b') == std::string::npos);
}

namespace {

struct Line {
  std::array<int, 2> ends{};
  Line() { REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) == 0); }
};

} // namespace

TEST_CASE("a large message goes through the line whole, in both directions")
{
  const Line line;
  Channel ours{Descriptor(line.ends[0])};
  Channel theirs{Descriptor(line.ends[1])};
  std::string content(30'000'000, 'x');
  content.back() = 'y';
  std::thread other([&] {
    Channel::Patience for_ever;
    std::string heard;
    CHECK(theirs.receive(heard, k_longest_asked, for_ever) == Channel::State::done);
    MessageWriter answer(Told::note);
    answer.text(MessageReader(std::string_view(heard).substr(1)).words());
    CHECK(theirs.send(answer.take(), for_ever) == Channel::State::done);
  });
  Channel::Patience patience = 60s;
  MessageWriter message(Ask::receive);
  message.text(content);
  CHECK(ours.send(message.take(), patience) == Channel::State::done);
  std::string heard;
  CHECK(ours.receive(heard, k_longest_told, patience) == Channel::State::done);
  other.join();
  CHECK(MessageReader(std::string_view(heard).substr(1)).words() == content);
}

TEST_CASE("a line tells silence, its end, and more than it takes")
{
  SUBCASE("nothing comes")
  {
    const Line line;
    Channel ours{Descriptor(line.ends[0])};
    Channel::Patience patience = 1ms;
    std::string heard;
    CHECK(ours.receive(heard, 100, patience) == Channel::State::too_late);
    ::close(line.ends[1]);
  }
  SUBCASE("nobody reads")
  {
    const Line line;
    Channel ours{Descriptor(line.ends[0])};
    Channel::Patience patience = 1ms;
    MessageWriter message(Ask::receive);
    message.text(std::string(10'000'000, 'x'));
    CHECK(ours.send(message.take(), patience) == Channel::State::too_late);
    ::close(line.ends[1]);
  }
  SUBCASE("the other side is gone in the middle of a message")
  {
    const Line line;
    Channel ours{Descriptor(line.ends[0])};
    REQUIRE(::write(line.ends[1], "\x09\0\0\0half", 8) == 8);
    ::close(line.ends[1]);
    Channel::Patience patience = 60s;
    std::string heard;
    CHECK(ours.receive(heard, 100, patience) == Channel::State::closed);
    CHECK(ours.send("more", patience) == Channel::State::closed);
  }
  SUBCASE("a length above the limit")
  {
    const Line line;
    Channel ours{Descriptor(line.ends[0])};
    REQUIRE(::write(line.ends[1], "\x65\0\0\0", 4) == 4);
    Channel::Patience patience = 60s;
    std::string heard;
    CHECK(ours.receive(heard, 100, patience) == Channel::State::too_long);
    ::close(line.ends[1]);
  }
}
