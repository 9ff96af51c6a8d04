#include "isolation/isolated_main.hpp"

#include "isolation/listing.hpp"
#include "isolation/lockdown.hpp"
#include "isolation/process.hpp"
#include "isolation/server.hpp"
#include "isolation/speaker.hpp"
#include "plugin/component_check.hpp"
#include "plugin/host_services.hpp"
#include "plugin/loader.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace limn {

namespace {

struct Order {
  std::int64_t parent = 0;
  LogLevel log_level = LogLevel::warning;
  std::string file;
  FailureWords words;
};

Order read_order(std::string_view asked)
{
  MessageReader message(asked);
  message.number<std::uint8_t>(); // Ask::start
  Order order;
  order.parent = message.number<std::int64_t>();
  order.log_level = static_cast<LogLevel>(message.number<std::int32_t>());
  order.file = message.words();
  const auto count = message.number<std::uint32_t>();
  for (std::uint32_t i = 0; i < count; ++i) {
    auto& word = order.words.emplace_back();
    word.where = static_cast<FailureWord::Where>(message.number<std::int32_t>());
    word.failure_class = static_cast<FailureClass>(message.number<std::int32_t>());
    word.http_status = message.number<int>();
    word.text = message.words();
  }
  return order;
}

[[noreturn]] void serve_for_ever()
{
  Speaker limn;
  const auto order = read_order(limn.hear());
  if (::getppid() != order.parent) {
    ::_exit(EXIT_SUCCESS); // it was gone before its end could be this one's
  }
  ForwardedLog log(limn, order.log_level);
  HostServices services(log, order.words);
  Server server(limn, services);
  MessageWriter guarded(Told::guarded);
  guarded.number(static_cast<std::int32_t>(read_only_libraries(order.file)));
  const int filter_error = allow_only(Allow::loading);
  guarded.number(static_cast<std::int32_t>(filter_error));
  limn.say(std::move(guarded));
  auto components = load_plugin(order.file).and_then([&](const limn_entry* entry) {
    if (filter_error == 0 && allow_only(Allow::calls) != 0) {
      ::_exit(EXIT_FAILURE); // what was told would not be true
    }
    return check_components(*entry, order.file);
  });
  limn.say(list_of(components));
  if (components) {
    server.set_components(std::move(*components));
  }
  for (;;) {
    server.serve(limn.hear());
  }
}

} // namespace

std::optional<int> isolated_main(int argc, char** argv)
{
  if (argc != 3 || std::string_view(argv[1]) != k_isolated_argument) {
    return std::nullopt;
  }
  struct ::stat line {
  };
  if (::fstat(k_isolated_descriptor, &line) != 0 || !S_ISSOCK(line.st_mode)) {
    std::fputs("limn: error: usage: only limn itself can start a process for a plugin\n", stderr);
    return 2;
  }
  give_up_rights(k_isolated_descriptor);
  serve_for_ever();
}

} // namespace limn
