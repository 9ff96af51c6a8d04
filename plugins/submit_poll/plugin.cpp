#include "submit_poll/submit_poll.hpp"

#include <limn/sdk.hpp>

LIMN_PLUGIN(
  "submit_poll", "0.1.0", "limn",
  limn::sdk::provider<limn::submit_poll::SubmitPoll>(
    "submit_poll", "Submit and poll",
    "a job that is handed in and asked after: /responses in the background, or sd-server"))
