#pragma once

#include "base/result.hpp"
#include "failure/failure_words.hpp"
#include "http/http_client.hpp"
#include "model/gateway.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace limn {

// Whether a gateway says that it serves a model.
struct ModelCheck {
  enum class State {
    listed,     // `model` is its id there
    not_listed, // there is a list, and none of the models is in it
    no_list,    // there is no list, or one of other things: nothing is known
    failed,     // `failure` says why: auth, unreachable, ...
  };

  State state = State::failed;
  std::string model;
  std::size_t count = 0;           // of models in the list
  std::vector<std::string> likely; // where it lists none of them: what else may have been meant
  std::size_t near = 0; // so many of those, the first, are spelled nearly like what was wanted
  std::vector<std::string> ids; // all that it lists, where they were asked for
  bool takes_key = false; // no_list: yet the question was answered, so that URL and key are good
  std::optional<Failure> failure;
  int http_status = 0; // 0: nobody was asked
  std::string request_id;
  std::string base_url; // where the list was found: the gateway's, or with /v1 behind it
  std::chrono::milliseconds elapsed{0};
};

// "gpt-image2 is not listed; nearest: gpt-image-2, gpt-image-1"; where nothing comes near:
// "gpt-image-2 is not among the 7 models it lists, such as a, b"
std::string not_listed_text(const ModelCheck& check, const std::vector<std::string>& wanted);

// Of State::no_list, behind the gateway's name: "has no list of models"; where more is known:
// "takes the key, and does not list what it draws with".
std::string_view no_list_text(const ModelCheck& check);

// "listed", "not_listed", "no_list", or the class of the failure.
std::string_view state_name(const ModelCheck& check);

// Whether an answer holds all the ids, which may be many.
enum class ListedIds { dropped, kept };

// One free question to one gateway: GET {base}/models, or what its terms say, with the same URL and
// key that will generate. Where they say that it has no list nobody is asked.
class ModelQuery : private ResponseReceiver
{
public:
  // Begins at once; `done` is called once from the loop, and may destroy this object.
  // `transport`, `gateway` and `words` are borrowed for that long. `wanted` in order of preference.
  ModelQuery(HttpClient& transport, const Gateway& gateway, std::vector<std::string> wanted,
             const FailureWords& words, int max_json_depth, std::function<void(ModelCheck)> done,
             ListedIds ids = ListedIds::dropped);
  ~ModelQuery() override;
  ModelQuery(const ModelQuery&) = delete;
  ModelQuery& operator=(const ModelQuery&) = delete;

private:
  void ask(const std::string& base_url);
  void head(int status, const Pairs& headers) override;
  bool body(std::string_view piece) override;
  void finished(const std::optional<TransferFailure>& failure) override;
  ModelCheck judged(const std::optional<TransferFailure>& failure) const;
  void look_for_wanted(const std::vector<std::string>& listed, ModelCheck& check) const;

  HttpClient& m_transport;
  const Gateway& m_gateway;
  std::vector<std::string> m_wanted;
  const FailureWords& m_words;
  int m_max_json_depth;
  ListedIds m_ids;
  std::function<void(ModelCheck)> m_done;
  Loop::Clock::time_point m_begin = m_transport.loop().now();
  HttpClient::TransferId m_transfer = 0;
  Timer m_unasked;
  std::string m_base_url;
  int m_status = 0;
  Pairs m_headers;
  std::string m_body;
};

} // namespace limn
