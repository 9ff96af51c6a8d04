#pragma once

#include "sandbox/answer.hpp"
#include "sandbox/behaviour.hpp"
#include "sandbox/generation.hpp"
#include "sandbox/ledger.hpp"
#include "sandbox/order.hpp"
#include "sandbox/request.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace limn::sandbox {

// OpenAI's Batch API, for images: files of requests, batches of them, files of results. Each
// request of a batch is counted as one of its own.
class Batches
{
public:
  // The answer to a request about files and batches; nothing if `path` is about neither. `segment`
  // is the behaviour as it stands in the path: files and batches of another are not seen.
  std::optional<Answer> answer(const Request& request, std::string_view path,
                               const std::string& segment, const ChosenBehaviour& behaviour,
                               Ledger& ledger, const Publish& publish);

private:
  struct Line {
    std::string custom_id;
    std::optional<Order> order; // none: it is refused
    std::string refusal;        // the error, JSON; with `order` none
    bool is_run = true;
  };
  struct Batch {
    std::string id;
    std::string segment;
    std::string input;    // its file
    std::string metadata; // JSON
    std::string fault;    // of its file: it failed
    std::vector<Line> lines;
    ChosenBehaviour behaviour;
    std::chrono::steady_clock::time_point at;
    int questions = 0;
    bool is_cancelled = false;
    bool was_cut = false;
  };

  Answer upload(const Request& request, const std::string& segment);
  Answer begin(const Request& request, const std::string& segment, const ChosenBehaviour& behaviour,
               Ledger& ledger);
  Answer list(const Request& request, const std::string& segment) const;
  Answer content(const std::string& file, const Publish& publish);
  void read_lines(Batch& batch, const Request& request, Ledger& ledger) const;
  static std::string status_of(const Batch& batch, std::chrono::steady_clock::time_point now);
  static std::string told(const Batch& batch, std::chrono::steady_clock::time_point now);
  static Answer results(const Batch& batch, const Publish& publish);

  std::map<std::string, std::string> m_files; // of requests, by id
  std::vector<Batch> m_batches;
};

} // namespace limn::sandbox
