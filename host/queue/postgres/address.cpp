#include "queue/postgres/address.hpp"

#include "queue/postgres/libpq.hpp"

namespace limn {

Result<Secret> read_queue_address(std::string_view text, Redactor& redactor)
{
  if (!text.starts_with("postgresql://") && !text.starts_with("postgres://")) {
    return fail(FailureClass::usage, "a queue is named by postgresql://USER@HOST/DATABASE",
                "--queue URL, or LIMN_QUEUE in the environment, where a password is not seen by "
                "others of this machine");
  }
  const Secret url(text);
  LIMN_TRY_ASSIGN(const auto pq, Libpq::load());
  const std::string terminated(text);
  char* why = nullptr; // has the address in it
  auto* const options = pq->PQconninfoParse(terminated.c_str(), &why);
  pq->PQfreemem(why);
  if (options == nullptr) {
    return fail(FailureClass::usage, "the address of the queue is not one of PostgreSQL's",
                "postgresql://USER@HOST:PORT/DATABASE?sslmode=verify-full");
  }
  for (const auto* option = options; option->keyword != nullptr; ++option) {
    if (std::string_view(option->keyword) == "password" && option->val != nullptr
        && *option->val != '\0') {
      redactor.add_whole(Secret(option->val));
    }
  }
  pq->PQconninfoFree(options);
  // As it is written there, where it is not percent-encoded as it is sent.
  const auto user = text.substr(0, text.find('@'));
  if (const auto colon = user.find(':', user.find("//"));
      user.size() < text.size() && colon != std::string_view::npos) {
    redactor.add_whole(Secret(user.substr(colon + 1)));
  }
  return url;
}

} // namespace limn
