# The command and the plugins install themselves; here goes what authors of plugins need.
include(CMakePackageConfigHelpers)

install(DIRECTORY core/include/limn DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(TARGETS limn_plugin_sdk EXPORT limn_targets)
install(EXPORT limn_targets NAMESPACE limn:: FILE limn-targets.cmake DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/limn)

configure_package_config_file(cmake/limn-config.cmake.in ${CMAKE_BINARY_DIR}/limn-config.cmake
  INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/limn)
# The package's version is that of the plugin contract: the ABI major is what a plugin depends on.
write_basic_package_version_file(${CMAKE_BINARY_DIR}/limn-config-version.cmake VERSION 1.0.0 COMPATIBILITY SameMajorVersion)
install(FILES
  ${CMAKE_BINARY_DIR}/limn-config.cmake
  ${CMAKE_BINARY_DIR}/limn-config-version.cmake
  cmake/LimnPlugin.cmake
  cmake/limn_plugin.map
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/limn)
