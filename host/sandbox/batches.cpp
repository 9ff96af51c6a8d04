#include "sandbox/batches.hpp"

#include "base/json.hpp"
#include "base/json_writer.hpp"
#include "http_server/form_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace limn::sandbox {

namespace {

constexpr std::string_view k_output = "file-output-";
constexpr std::string_view k_errors = "file-errors-";

// The fields of the form by which a file is handed in.
class FileForm : public PartReceiver
{
public:
  void begin_part(const PartHead& head) override { m_part = &(fields[head.name] = {}); }
  void data(std::string_view piece) override { *m_part += piece; }
  void end_part() override {}

  std::map<std::string, std::string> fields;

private:
  std::string* m_part = nullptr;
};

Answer no_such(std::string_view what, std::string_view id)
{
  return error_answer(404, fmt::format("No such {} object: {}", what, id), "invalid_request_error",
                      "id", "");
}

std::string json_of(const rapidjson::Value& value)
{
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  value.Accept(writer);
  return buffer.GetString();
}

std::string parameter_of(std::string_view query, std::string_view name)
{
  while (!query.empty()) {
    const auto pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(pair.size() + 1, query.size()));
    if (pair.starts_with(name) && pair.substr(name.size()).starts_with('=')) {
      return std::string(pair.substr(name.size() + 1));
    }
  }
  return {};
}

std::string refused_line(std::string_view custom_id, std::string_view error)
{
  return fmt::format(
    R"({{"id":"batch_req_x","custom_id":"{}","response":{{"status_code":400,"request_id":"req_x","body":{{"error":{}}}}},"error":null}})"
    "\n",
    custom_id, error);
}

} // namespace

std::optional<Answer> Batches::answer(const Request& request, std::string_view path,
                                      const std::string& segment, const ChosenBehaviour& behaviour,
                                      Ledger& ledger, const Publish& publish)
{
  const bool is_file = path == "/v1/files" || path.starts_with("/v1/files/");
  const bool is_batch = path == "/v1/batches" || path.starts_with("/v1/batches/");
  if (!is_file && !is_batch) {
    return std::nullopt;
  }
  if (behaviour.row->batches == BatchApi::absent) {
    return is_batch
             ? error_answer(404, "Invalid URL", "invalid_request_error", "", "")
             : error_answer(501, "API not implemented", "new_api_error", "", "api_not_implemented");
  }
  if (request.method == "POST" && path == "/v1/files") {
    return upload(request, segment);
  }
  if (request.method == "POST" && path == "/v1/batches") {
    return begin(request, segment, behaviour, ledger);
  }
  if (request.method == "GET" && path == "/v1/batches") {
    return list(request, segment);
  }
  if (request.method == "GET" && is_file && path.ends_with("/content")) {
    return content(std::string(path.substr(10, path.size() - 18)), publish);
  }
  auto id = is_batch ? path.substr(12) : std::string_view();
  const bool cancels = request.method == "POST" && id.ends_with("/cancel");
  id.remove_suffix(cancels ? 7 : 0);
  const auto found = std::ranges::find(m_batches, id, &Batch::id);
  if (found == m_batches.end() || found->segment != segment) {
    return no_such(is_batch ? "Batch" : "File", id);
  }
  ++found->questions;
  found->is_cancelled = found->is_cancelled || cancels;
  return answer_with(200, told(*found, request.received_at));
}

Answer Batches::upload(const Request& request, const std::string& segment)
{
  FileForm form;
  auto reader = FormReader::create(request.header("content-type"), form);
  const bool is_form = reader && reader->feed(request.body) && reader->finish();
  if (!is_form || form.fields["purpose"] != "batch" || form.fields["file"].empty()) {
    return error_answer(400, "'purpose' and 'file' are required", "invalid_request_error",
                        "purpose", "");
  }
  const auto id = fmt::format("file-{}", m_files.size() + 1);
  const auto size = form.fields["file"].size();
  m_files.emplace(id + " " + segment, std::move(form.fields["file"]));
  return answer_with(
    200, fmt::format(R"({{"id":"{}","object":"file","bytes":{},"purpose":"batch"}})", id, size));
}

Answer Batches::begin(const Request& request, const std::string& segment,
                      const ChosenBehaviour& behaviour, Ledger& ledger)
{
  const auto what = behaviour.row->batches;
  Answer lost;
  lost.ending = Ending::closed_unanswered;
  if (what == BatchApi::never_begun) {
    return lost;
  }
  const auto order = parse_json(request.body);
  const auto input = order ? std::string(string_or_empty(member(*order, "input_file_id"))) : "";
  if (!m_files.contains(input + " " + segment)
      || string_or_empty(member(*order, "completion_window")) != "24h"
      || string_or_empty(member(*order, "endpoint")) != "/v1/images/generations") {
    return error_answer(400, "Invalid batch", "invalid_request_error", "input_file_id", "");
  }
  Batch batch{fmt::format("batch_{}", m_batches.size() + 1),
              segment,
              input,
              "{}",
              {},
              {},
              behaviour,
              request.received_at};
  if (const auto* metadata = member(*order, "metadata")) {
    batch.metadata = json_of(*metadata);
  }
  if (what == BatchApi::invalid) {
    batch.fault = "This line is not parseable as valid JSON.";
  } else {
    read_lines(batch, request, ledger);
  }
  m_batches.push_back(std::move(batch));
  return what == BatchApi::answer_lost
           ? lost
           : answer_with(200, told(m_batches.back(), request.received_at));
}

// Each is counted as it will end.
void Batches::read_lines(Batch& batch, const Request& request, Ledger& ledger) const
{
  const auto what = batch.behaviour.row->batches;
  std::string_view rest = m_files.at(batch.input + " " + batch.segment);
  while (!rest.empty()) {
    const auto text = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(text.size() + 1, rest.size()));
    const auto object = parse_json(text);
    if (!object || !object->IsObject() || member(*object, "body") == nullptr) {
      batch.fault = "This line is not parseable as valid JSON.";
      continue;
    }
    const auto number = batch.lines.size();
    Request one;
    one.method = "POST";
    one.path = "/" + batch.segment + std::string(string_or_empty(member(*object, "url")));
    one.headers = request.headers;
    one.body = json_of(*member(*object, "body"));
    one.received_at = request.received_at;
    Line line{std::string(string_or_empty(member(*object, "custom_id")))};
    auto order = read_order(one, Route::images, *batch.behaviour.row);
    if (what == BatchApi::refuses_some && number % 3 == 2) {
      line.refusal =
        R"({"message":"Invalid value: 'prompt' is not what this model draws.","type":"invalid_request_error","param":"prompt","code":"invalid_value"})";
    } else if (auto* fault = std::get_if<Answer>(&order)) {
      const auto body = parse_json(*fault->pieces.front().text);
      line.refusal = json_of(*member(*body, "error"));
    } else {
      line.order = std::move(std::get<Order>(order));
      line.is_run = what != BatchApi::expires || number % 3 == 0;
    }
    const bool is_drawn = line.order && line.is_run;
    ledger.record(batch.segment, one, true, is_drawn ? Charge::certain : Charge::never);
    batch.lines.push_back(std::move(line));
  }
}

// At the second question, unless it is said otherwise.
std::string Batches::status_of(const Batch& batch, std::chrono::steady_clock::time_point now)
{
  if (!batch.fault.empty()) {
    return "failed";
  }
  if (batch.is_cancelled) {
    return "cancelled";
  }
  const auto& row = *batch.behaviour.row;
  const bool is_at_work = row.batches == BatchApi::slow
                            ? now - batch.at < std::chrono::milliseconds(batch.behaviour.number)
                            : batch.questions < 2;
  if (is_at_work) {
    return batch.questions == 0 ? "validating" : "in_progress";
  }
  return row.batches == BatchApi::expires ? "expired" : "completed";
}

std::string Batches::told(const Batch& batch, std::chrono::steady_clock::time_point now)
{
  const auto status = status_of(batch, now);
  const bool has_results = status == "completed" || status == "expired";
  const auto file = [&](std::string_view prefix) {
    return has_results ? fmt::format("\"{}{}\"", prefix, batch.id) : std::string("null");
  };
  const auto errors =
    batch.fault.empty()
      ? std::string("null")
      : fmt::format(
        R"({{"object":"list","data":[{{"code":"invalid_json_line","message":"{}","param":null,"line":1}}]}})",
        batch.fault);
  return fmt::format(
    R"({{"id":"{}","object":"batch","endpoint":"/v1/images/generations","errors":{},"input_file_id":"{}","completion_window":"24h","status":"{}","output_file_id":{},"error_file_id":{},"created_at":1777370000,"request_counts":{{"total":{},"completed":0,"failed":0}},"metadata":{}}})",
    batch.id, errors, batch.input, status, file(k_output), file(k_errors), batch.lines.size(),
    batch.metadata);
}

// Newest first, in pages of a few.
Answer Batches::list(const Request& request, const std::string& segment) const
{
  constexpr std::size_t k_page = 3;
  const auto after = parameter_of(request.query, "after");
  std::vector<std::string> texts;
  bool is_behind = after.empty();
  bool has_more = false;
  for (auto batch = m_batches.rbegin(); batch != m_batches.rend(); ++batch) {
    if (batch->segment != segment) {
      continue;
    }
    if (is_behind && texts.size() == k_page) {
      has_more = true;
      break;
    }
    if (is_behind) {
      texts.push_back(told(*batch, request.received_at));
    }
    is_behind = is_behind || batch->id == after;
  }
  std::string all;
  for (const auto& text : texts) {
    all += (all.empty() ? "" : ",") + text;
  }
  return answer_with(
    200, fmt::format(R"({{"object":"list","data":[{}],"has_more":{}}})", all, has_more));
}

Answer Batches::content(const std::string& file, const Publish& publish)
{
  const bool is_output = file.starts_with(k_output);
  if (!is_output && !file.starts_with(k_errors)) {
    return no_such("File", file);
  }
  const auto found = std::ranges::find(m_batches, file.substr(k_output.size()), &Batch::id);
  if (found == m_batches.end()) {
    return no_such("File", file);
  }
  if (is_output) {
    const bool is_cut =
      found->behaviour.row->batches == BatchApi::cuts_once && !std::exchange(found->was_cut, true);
    Answer later;
    later.drawing = [batch = *found, publish, is_cut] {
      auto answer = results(batch, publish);
      if (is_cut) {
        cut_in_the_middle(answer);
      }
      return answer;
    };
    return later;
  }
  std::string text;
  for (std::size_t i = 0; i < found->lines.size(); ++i) {
    const auto& line = found->lines[i];
    if (!line.order) {
      text += refused_line(line.custom_id, line.refusal);
    } else if (!line.is_run && i % 3 == 1) { // of others nothing is said at all
      text += fmt::format(
        R"({{"id":"batch_req_{}","custom_id":"{}","response":null,"error":{{"code":"batch_expired","message":"This request could not be executed before the completion window expired."}}}})"
        "\n",
        i, line.custom_id);
    }
  }
  return answer_with(200, "application/octet-stream", std::move(text));
}

// In the opposite order: none is promised.
Answer Batches::results(const Batch& batch, const Publish& publish)
{
  std::vector<SharedText> pieces;
  for (auto line = batch.lines.rbegin(); line != batch.lines.rend(); ++line) {
    if (!line->order || !line->is_run) {
      continue;
    }
    const auto drawn_line = draw(*line->order, batch.behaviour, publish);
    pieces.push_back(share(fmt::format(
      R"({{"id":"batch_req_x","custom_id":"{}","response":{{"status_code":{},"request_id":"req_{}","body":)",
      line->custom_id, drawn_line.status, line->custom_id)));
    for (const auto& piece : drawn_line.pieces) {
      pieces.push_back(piece.text);
    }
    pieces.push_back(share("},\"error\":null}\n"));
  }
  return answer_with(200, "application/octet-stream", pieces);
}

} // namespace limn::sandbox
