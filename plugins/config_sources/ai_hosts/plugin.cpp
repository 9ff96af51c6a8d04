#include "config_sources/ai_hosts/ai_hosts_source.hpp"

#include <limn/sdk.hpp>

LIMN_PLUGIN("ai_hosts", "0.1.0", "limn",
            limn::sdk::config_source<limn::ai_hosts::AiHostsSource>(
              "ai_hosts", "AI hosts",
              "Codex, opencode and other programs that have a gateway configured"))
