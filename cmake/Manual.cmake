# Completions for shells, and the pages of the manual: of each command from its options, of the rest from docs/. Nothing in them tells when
# or where they were made.
find_package(Python3 3.9 REQUIRED COMPONENTS Interpreter)

set(told ${CMAKE_BINARY_DIR}/told)
set(man ${told}/man)
set(pages)

# limn_add_page(NAME SECTION DOCUMENT DESCRIPTION SEE-ALSO...)
function(limn_add_page name section document description)
  set(page ${man}/man${section}/${name}.${section})
  set(script ${PROJECT_SOURCE_DIR}/cmake/manual_page.py)
  add_custom_command(OUTPUT ${page}
    COMMAND ${CMAKE_COMMAND} -E make_directory ${man}/man${section}
    COMMAND Python3::Interpreter -B ${script} ${PROJECT_SOURCE_DIR}/docs/${document} ${name} ${section} ${description}
      ${PROJECT_VERSION} ${ARGN} >${page}
    DEPENDS ${script} ${PROJECT_SOURCE_DIR}/docs/${document}
    VERBATIM)
  set(pages ${pages} ${page} PARENT_SCOPE)
endfunction()

limn_add_page(limn.yaml 5 limn-yaml.md "settings of limn" "limn(1)" "limn-config(1)" "limn-init(1)" "limn-plugins(7)")
limn_add_page(limn-exit-statuses 7 exit-statuses.md "what the exit statuses of limn mean" "limn(1)" "limn-recover(1)" "limn-history(1)")
limn_add_page(limn-plugins 7 writing-a-provider.md "how to write a plugin of limn" "limn(1)" "limn-plugins(1)" "limn-plugins-new(1)"
  "limn-plugins-check(1)" "limn.yaml(5)")

set(completions ${told}/limn.bash ${told}/limn.zsh ${told}/limn.fish)
add_custom_command(OUTPUT ${completions} ${man}/man1/limn.1
  COMMAND ${CMAKE_COMMAND} -E rm -rf ${man}/man1 # a command that is no more has no page
  COMMAND limn manual-pages ${man}/man1
  COMMAND limn completion bash >${told}/limn.bash
  COMMAND limn completion zsh >${told}/limn.zsh
  COMMAND limn completion fish >${told}/limn.fish
  DEPENDS limn
  VERBATIM)
add_custom_target(told ALL DEPENDS ${pages} ${completions})

install(DIRECTORY ${man} DESTINATION ${CMAKE_INSTALL_DATADIR})
install(FILES ${told}/limn.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME limn)
install(FILES ${told}/limn.zsh DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions RENAME _limn)
install(FILES ${told}/limn.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
