#pragma once

#include "sandbox/answer.hpp"
#include "sandbox/behaviour.hpp"
#include "sandbox/generation.hpp"
#include "sandbox/order.hpp"
#include "sandbox/request.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace limn::sandbox {

// Jobs that were handed in, and what they come to: /responses in the background, and the native API
// of stable-diffusion.cpp's sd-server.
class Jobs
{
public:
  // Takes a job; the answer tells its id, and of one at /images what the behaviour has instead of
  // an image. `root` is in front of every path of this behaviour.
  Answer submit(const Order& order, const ChosenBehaviour& behaviour, std::string_view root,
                const Publish& publish);

  // The answer to a question after a job, or to its end; nothing if `path` is about no job.
  std::optional<Answer> answer(const Request& request, std::string_view path,
                               const Publish& publish);

private:
  struct Entry {
    Order order;
    ChosenBehaviour behaviour;
    int questions = 0;
    bool is_cancelled = false;
  };

  Answer submit_at_images(const Order& order, const ChosenBehaviour& behaviour,
                          std::string_view root, const Publish& publish);
  static Answer state(const std::string& id, Entry& entry, const Publish& publish);

  std::map<std::string, Entry> m_entries;
};

} // namespace limn::sandbox
