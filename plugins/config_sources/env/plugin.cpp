#include "config_sources/env/env_source.hpp"

#include <limn/sdk.hpp>

LIMN_PLUGIN("env", "0.1.0", "limn",
            limn::sdk::config_source<limn::env_source::EnvSource>(
              "env", "Environment", "OPENAI_BASE_URL and OPENAI_API_KEY, then CLAWTO_*"))
