#include "config_sources/config_yaml/config_yaml_source.hpp"

#include <limn/sdk.hpp>

LIMN_PLUGIN("config_yaml", "0.1.0", "limn",
            limn::sdk::config_source<limn::config_yaml::ConfigYamlSource>(
              "config_yaml", "Configuration of AI hosts",
              "Hermes' config.yaml, and any field pair of other YAML files"))
