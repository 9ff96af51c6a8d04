#pragma once

#include "isolation/wire.hpp"

#include <limn/abi.h>

#include <vector>

// The values of the contract, there and back. What a plugin did wrong with one (no struct, a short
// one, a size without data) comes out the same at the other end, so that the guard there says what
// it says of a plugin in limn's own process. Never more is read than came.

namespace limn {

// --- What limn gives ---

void write(MessageWriter& message, const limn_settings& settings);
void write(MessageWriter& message, const limn_job& job);
void write(MessageWriter& message, const limn_gateway& gateway);
void write(MessageWriter& message, const limn_event& event);

// --- What a plugin gives: through pointers, NULL among them ---

void write(MessageWriter& message, const limn_error* error);
void write(MessageWriter& message, const limn_request* request);
void write(MessageWriter& message, const limn_image* image);
void write(MessageWriter& message, const limn_usage* usage);
void write(MessageWriter& message, const limn_terms* terms);

// --- The same as they arrive: borrowed from the message, and pointing into themselves ---

class Arrived
{
public:
  Arrived() = default;
  Arrived(const Arrived&) = delete;
  Arrived& operator=(const Arrived&) = delete;
};

struct ArrivedSettings : Arrived {
  explicit ArrivedSettings(MessageReader& message);
  std::vector<limn_kv> items;
  limn_settings value{};
};

struct ArrivedJob : Arrived {
  explicit ArrivedJob(MessageReader& message);
  std::vector<limn_input> inputs;
  std::vector<const limn_input*> pointers;
  std::vector<limn_str> dropped;
  limn_job value{};
};

struct ArrivedGateway : Arrived {
  explicit ArrivedGateway(MessageReader& message);
  std::vector<limn_kv> settings;
  limn_gateway value{};
};

struct ArrivedEvent : Arrived {
  explicit ArrivedEvent(MessageReader& message);
  std::vector<limn_kv> headers;
  limn_event value{};
};

struct ArrivedError : Arrived {
  explicit ArrivedError(MessageReader& message);
  limn_error value{};
  const limn_error* given = nullptr; // &value, or NULL if the plugin gave that
};

struct ArrivedRequest : Arrived {
  explicit ArrivedRequest(MessageReader& message);
  std::vector<limn_kv> headers;
  std::vector<limn_part> parts;
  std::vector<const limn_part*> pointers;
  limn_request value{};
  const limn_request* given = nullptr;
};

struct ArrivedImage : Arrived {
  explicit ArrivedImage(MessageReader& message);
  limn_image value{};
  const limn_image* given = nullptr;
};

struct ArrivedUsage : Arrived {
  explicit ArrivedUsage(MessageReader& message);
  limn_usage value{};
  const limn_usage* given = nullptr;
};

struct ArrivedTerms : Arrived {
  explicit ArrivedTerms(MessageReader& message);
  limn_terms value{};
  const limn_terms* given = nullptr;
};

} // namespace limn
