# A floor: the library of a folder. What it links of ours is its row of cmake/floors.txt.

file(STRINGS ${CMAKE_CURRENT_LIST_DIR}/floors.txt LIMN_FLOORS REGEX "^[^#]")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/floors.txt)

# limn_add_floor(SOURCES file... [LIBRARIES library...]): the folder that calls it becomes limn_<folder>. A library outside is
# linked by the folder that it lives in, and by no other.
function(limn_add_floor)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "" "SOURCES;LIBRARIES")
  file(RELATIVE_PATH folder ${PROJECT_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR})
  get_filename_component(name ${folder} NAME)
  set(floors)
  foreach(row IN LISTS LIMN_FLOORS)
    if(row MATCHES "^${folder} *:(.*)$")
      string(REGEX MATCHALL "[a-z_]+" floors "${CMAKE_MATCH_1}")
      set(has_row TRUE)
    endif()
  endforeach()
  if(NOT has_row)
    message(FATAL_ERROR "${folder} has no row in cmake/floors.txt")
  endif()
  list(TRANSFORM floors PREPEND limn_)
  add_library(limn_${name} STATIC ${arg_SOURCES})
  limn_build_together(limn_${name})
  get_filename_component(house ${CMAKE_CURRENT_SOURCE_DIR} DIRECTORY)
  target_include_directories(limn_${name} PUBLIC ${house})
  target_link_libraries(limn_${name} PUBLIC ${floors} limn_rapidjson tl::expected limn_fmt
    PRIVATE standard_settings standard_warnings ${arg_LIBRARIES})
endfunction()
