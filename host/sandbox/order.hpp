#pragma once

#include "model/job.hpp"
#include "sandbox/answer.hpp"
#include "sandbox/behaviour.hpp"
#include "sandbox/request.hpp"

#include <string>
#include <variant>

namespace limn::sandbox {

enum class Route { images, responses, chat, sdcpp, gemini };

// What a generation request asks for, checked as strictly as api.openai.com does
// where that is the model.
struct Order {
  Route route = Route::images;
  std::string prompt;
  Size size{1024, 1024};
  std::string quality = "low"; // what "auto" comes to
  std::string background = "opaque";
  int count = 1;
  bool stream = false;
  bool is_job = false; // to be asked after
  int partial_images = 0;
};

// The order, or the refusal: a 400 with the body that the real one sends.
std::variant<Order, Answer> read_order(const Request& request, Route route,
                                       const Behaviour& behaviour);

} // namespace limn::sandbox
