# Files that go into an executable as they stand: rows of an array of C++, each a name and a content, for a *.cpp.in.

# The content of FILE; where that changes CMake runs anew.
function(limn_read_file content file)
  file(READ ${file} read)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  set(${content} "${read}" PARENT_SCOPE)
endfunction()

function(limn_append_row rows name content)
  set(${rows} "${${rows}}\n  {\"${name}\", R\"limn_file(${content})limn_file\"}," PARENT_SCOPE)
endfunction()
