# The command and the plugins install themselves; here goes what authors of plugins need. No installed file holds a path of
# the machine that built it: a prefix may be moved.
include(CMakePackageConfigHelpers)

install(DIRECTORY core/include/limn DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(TARGETS limn_plugin_sdk EXPORT limn_targets)
install(EXPORT limn_targets NAMESPACE limn:: FILE limn-targets.cmake DESTINATION ${LIMN_PACKAGE_DIR})

configure_package_config_file(cmake/limn-config.cmake.in ${CMAKE_BINARY_DIR}/limn-config.cmake
  INSTALL_DESTINATION ${LIMN_PACKAGE_DIR})
# The package's version is that of the plugin contract: the ABI major is what a plugin depends on.
write_basic_package_version_file(${CMAKE_BINARY_DIR}/limn-config-version.cmake
  VERSION 1.0.0 COMPATIBILITY SameMajorVersion)
install(FILES
  ${CMAKE_BINARY_DIR}/limn-config.cmake
  ${CMAKE_BINARY_DIR}/limn-config-version.cmake
  cmake/LimnPlugin.cmake
  cmake/limn_plugin.map
  DESTINATION ${LIMN_PACKAGE_DIR})

# For those who do not use CMake.
set(pkgconfig_dir ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
file(RELATIVE_PATH LIMN_PREFIX_FROM_PKGCONFIG /${pkgconfig_dir} /)
string(REGEX REPLACE "/$" "" LIMN_PREFIX_FROM_PKGCONFIG "${LIMN_PREFIX_FROM_PKGCONFIG}")
configure_file(cmake/limn-plugin.pc.in ${CMAKE_BINARY_DIR}/limn-plugin.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/limn-plugin.pc DESTINATION ${pkgconfig_dir})

# The documents and the schemas; the skill that agents get has a place of its own (host/skill).
file(GLOB documents CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/docs/*.md)
install(FILES README.md README.zh-CN.md CHANGELOG.md SECURITY.md ARCHITECTURE.md CONTRIBUTING.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES ${documents} docs/envelope.schema.json docs/batch.schema.json docs/events.schema.json DESTINATION ${LIMN_DOC_DIR})
install(DIRECTORY docs/skill DESTINATION ${LIMN_DOC_DIR}) # the documents speak of it

# Where systemd looks in /usr and /usr/local; below ~/.local it does not, and `systemctl --user link` tells it.
install(FILES host/serve/systemd/limn-serve.service host/serve/systemd/limn-serve.socket DESTINATION lib/systemd/user)

# For a folder that has with it what limn links, and is carried from one machine to another (scripts/package). An RPATH and no
# RUNPATH: the second is not asked for what the libraries themselves need.
option(LIMN_CARRIES_LIBRARIES "Look for shared libraries beside the plugins first" OFF)
if(LIMN_CARRIES_LIBRARIES)
  get_filename_component(carried_dir ${LIMN_PLUGIN_DIR} DIRECTORY)
  set(targets limn limn_view)
  set(folders ${CMAKE_INSTALL_BINDIR} ${LIMN_LIBEXEC_DIR})
  foreach(target folder IN ZIP_LISTS targets folders)
    file(RELATIVE_PATH from_folder /${folder} /${carried_dir})
    set_target_properties(${target} PROPERTIES INSTALL_RPATH "$ORIGIN/${from_folder}")
    target_link_options(${target} PRIVATE LINKER:--disable-new-dtags)
  endforeach()
endif()

include(Manual)

# Where shells look for what `limn completion` prints.
set(completion host/cli/completion)
install(FILES ${completion}/limn.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME limn)
install(FILES ${completion}/limn.zsh DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions RENAME _limn)
install(FILES ${completion}/limn.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
