target_sources(limn_core PRIVATE settings/duration.cpp settings/failures.cpp settings/files.cpp settings/gateways.cpp settings/list.cpp
  settings/load.cpp settings/nearest.cpp settings/paths.cpp settings/preferences.cpp settings/prices.cpp settings/rules.cpp settings/shell_word.cpp
  settings/value.cpp settings/yaml_document.cpp settings/yaml_text.cpp)
