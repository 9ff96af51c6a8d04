#pragma once

#include "model/failure.hpp"
#include "model/gateway.hpp"

#include <chrono>
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

  Row& add(int status, FailureClass expected, std::string_view body)
  {
    return all.emplace_back(Row{status, expected, body});
  }
};

// api.openai.com, and what stands on the way to it.
void add_openai_rows(Rows& rows);

// QuantumNous/new-api and its forks.
void add_new_api_rows(Rows& rows);

// Everyone else, by name.
void add_gateway_rows(Rows& rows);

// The shapes that the same error comes in, whoever sends it.
void add_shape_rows(Rows& rows);

} // namespace limn::test
