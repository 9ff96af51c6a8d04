# The pages of the manual: of each command from its options, of the rest from docs/. Nothing in them tells when or where they were made.
find_package(Python3 3.9 REQUIRED COMPONENTS Interpreter)

set(man ${CMAKE_BINARY_DIR}/man)
set(pages)

# limn_add_page(NAME SECTION DOCUMENT DESCRIPTION SEE-ALSO...)
function(limn_add_page name section document description)
  set(page ${man}/man${section}/${name}.${section})
  set(script ${PROJECT_SOURCE_DIR}/cmake/manual_page.py)
  add_custom_command(OUTPUT ${page}
    COMMAND Python3::Interpreter -B ${script} ${PROJECT_SOURCE_DIR}/docs/${document} ${page} ${description} ${PROJECT_VERSION} ${ARGN}
    DEPENDS ${script} ${PROJECT_SOURCE_DIR}/docs/${document}
    VERBATIM)
  set(pages ${pages} ${page} PARENT_SCOPE)
endfunction()

limn_add_page(limn.yaml 5 limn-yaml.md "settings of limn" "limn(1)" "limn-config(1)" "limn-init(1)" "limn-plugins(7)")
limn_add_page(limn-exit-statuses 7 exit-statuses.md "what the exit statuses of limn mean" "limn(1)" "limn-recover(1)" "limn-history(1)")
limn_add_page(limn-plugins 7 writing-a-provider.md "how to write a plugin of limn" "limn(1)" "limn-plugins(1)" "limn-plugins-new(1)"
  "limn-plugins-check(1)" "limn.yaml(5)")

# Those of commands are told by the command that was built: not where that cannot run, and not slowed down by a sanitizer.
if((NOT CMAKE_CROSSCOMPILING OR CMAKE_CROSSCOMPILING_EMULATOR) AND NOT LIMN_SANITIZE)
  add_custom_command(OUTPUT ${man}/man1/limn.1
    COMMAND ${CMAKE_COMMAND} -E rm -rf ${man}/man1 # a command that is no more has no page
    COMMAND limn manual-pages ${man}/man1
    DEPENDS limn
    VERBATIM)
  list(APPEND pages ${man}/man1/limn.1)
endif()
add_custom_target(manual ALL DEPENDS ${pages})
install(DIRECTORY ${man} DESTINATION ${CMAKE_INSTALL_DATADIR})
