#pragma once

#include "base/failure.hpp"
#include "model/gateway.hpp"

#include <chrono>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace limn::test {

// One answer that a gateway is known to give, and what it is to be taken for.
struct Row {
  int status;
  FailureClass expected;
  std::string_view body;
  std::string_view expected_param = {};   // empty: whatever it is
  std::string_view expected_message = {}; // likewise
  Pairs headers = {};
  std::optional<std::chrono::milliseconds> expected_wait = {};

  Row& param(std::string_view name)
  {
    expected_param = name;
    return *this;
  }
  Row& says(std::string_view message)
  {
    expected_message = message;
    return *this;
  }
  Row& header(std::string name, std::string value)
  {
    headers.emplace_back(std::move(name), std::move(value));
    return *this;
  }
  Row& wait(std::chrono::milliseconds time)
  {
    expected_wait = time;
    return *this;
  }
};

struct Rows {
  std::vector<Row> all;
  std::deque<std::string> bodies; // of rows that were put together

  Row& add(int status, FailureClass expected, std::string_view body)
  {
    return all.emplace_back(Row{status, expected, body});
  }

  // As OpenAI's error object. `message` as it stands in JSON.
  Row& add_error(int status, FailureClass expected, std::string_view message)
  {
    return add_coded(status, expected, {}, message);
  }
  Row& add_coded(int status, FailureClass expected, std::string_view code, std::string_view message)
  {
    bodies.push_back(std::string(R"~({"error":{"message":")~")
                       .append(message)
                       .append(R"~(","type":"","param":"","code":")~")
                       .append(code)
                       .append(R"~("}})~"));
    return add(status, expected, bodies.back());
  }
};

// api.openai.com, and what stands on the way to it.
void add_openai_rows(Rows& rows);

// QuantumNous/new-api and its forks.
void add_new_api_rows(Rows& rows);

// Everyone else, by name.
void add_gateway_rows(Rows& rows);

// What became of an upstream's answer, or of the connection to it.
void add_lost_rows(Rows& rows);

// Refusals of what a picture would show, and sentences that are none although they sound like it.
void add_content_rows(Rows& rows);

// Makers of models, by their own documentation: what nobody has reported yet.
void add_vendor_rows(Rows& rows);
void add_relay_rows(Rows& rows);

// Sizes, parameters and values that were refused.
void add_request_rows(Rows& rows);

// The shapes that the same error comes in, whoever sends it.
void add_shape_rows(Rows& rows);

} // namespace limn::test
