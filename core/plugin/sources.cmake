target_sources(limn_core PRIVATE plugin/component_check.cpp plugin/component_record.cpp plugin/config_source.cpp plugin/elf_check.cpp
  plugin/file_service.cpp plugin/file_trust.cpp plugin/guard.cpp plugin/host_services.cpp plugin/isolation/channel.cpp
  plugin/isolation/contract_values.cpp plugin/isolation/hearing.cpp plugin/isolation/isolated_calls.cpp plugin/isolation/isolated_main.cpp
  plugin/isolation/isolated_plugin.cpp plugin/isolation/listing.cpp plugin/isolation/lockdown.cpp plugin/isolation/process.cpp
  plugin/isolation/server.cpp plugin/isolation/speaker.cpp
  plugin/isolation/stand_in.cpp plugin/isolation/wire.cpp
  plugin/library.cpp plugin/load_order.cpp plugin/loader.cpp plugin/plugin_process.cpp plugin/provider.cpp plugin/registry.cpp plugin/request_reader.cpp plugin/search.cpp
  plugin/unknown_component.cpp)
# Plugins, and messages about them, are told which limn this is.
set_source_files_properties(plugin/component_check.cpp plugin/host_services.cpp
  PROPERTIES COMPILE_DEFINITIONS "LIMN_VERSION=\"${PROJECT_VERSION}\"")
