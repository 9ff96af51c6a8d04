#pragma once

#include "base/failure.hpp"
#include "base/secret.hpp"
#include "model/gateway.hpp"
#include "model/gateway_terms.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace limn {

// A piece of a request's body. Files are streamed when they are sent, never held in memory.
struct BodyPiece {
  enum class Kind { text, file, file_as_base64 };

  Kind kind = Kind::text;
  std::string text;           // Kind::text
  std::filesystem::path file; // the others
};

enum class Plaintext { loopback_only, allowed };
enum class Addresses {
  any,
  public_only,
  public_or_known, // also where this host was found by a request of Addresses::any
};
enum class Sending {
  may_repeat, // where libcurl finds that nothing came back
  once,       // holds for everything but a GET without a body, whatever is said here
};
enum class BodyLimit { max_body_size, max_models_size }; // which of Limits holds

// What a request to an S3-compatible store is signed with (AWS Signature Version 4). Its headers
// hold `x-amz-content-sha256`, and its path is as it is sent: [A-Za-z0-9/_.-].
struct StoreSignature {
  std::string region;
  Secret access_key;
  Secret secret_key;
};

struct HttpRequest {
  std::string method = "GET";
  std::string url;
  Pairs headers;
  Secret key;       // sent as `key_form` says, to this URL's origin only; empty: none is sent
  KeyForm key_form; // that of whose key it is
  std::optional<StoreSignature> signature;
  std::vector<BodyPiece> body;

  Plaintext plaintext = Plaintext::loopback_only;
  Addresses addresses = Addresses::any; // checked when connecting, after the name was resolved
  Sending sending = Sending::may_repeat;

  std::chrono::milliseconds timeout{600'000}; // in all
  BodyLimit body_limit = BodyLimit::max_body_size;
};

// Why a transfer failed below HTTP.
struct TransferFailure {
  enum class Kind { unreachable, tls, timed_out, cut, limit, refused, cancelled };

  Kind kind = Kind::unreachable;
  std::string message;
  std::string hint;
  bool request_was_sent = false; // at least a part of it may have reached the other side
};

// Hears about one transfer. Calls come from the loop.
class ResponseReceiver
{
public:
  virtual ~ResponseReceiver() = default;

  // The final status line and headers (names in lower case), once.
  virtual void head(int status, const Pairs& headers) = 0;

  // A piece of the body, with its coding undone. False ends the transfer as
  // TransferFailure::Kind::cancelled.
  virtual bool body(std::string_view piece) = 0;

  // The end, once, unless the transfer was dropped. Nothing of the transfer is used by the
  // client after it began this call.
  virtual void finished(const std::optional<TransferFailure>& failure) = 0;
};

} // namespace limn
