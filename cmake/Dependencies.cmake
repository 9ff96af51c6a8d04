# Everything comes from the system's packages; scripts/setup lists them.
find_package(Boost 1.81 REQUIRED)
find_package(CURL 7.88 REQUIRED)
find_package(OpenSSL 3 REQUIRED COMPONENTS Crypto)
find_package(yaml-cpp 0.7 REQUIRED)
find_package(tomlplusplus 3 REQUIRED)
find_package(fmt 9 REQUIRED)
find_package(CLI11 2.1 REQUIRED)
find_package(tl-expected REQUIRED)
find_package(PNG REQUIRED)
find_package(ZLIB REQUIRED)
find_package(Threads REQUIRED)
# What a server packs an answer in unasked; without them limn reads all but that.
find_library(LIMN_BROTLI brotlidec)
find_library(LIMN_ZSTD zstd)

# Its headers: the library is loaded when the first request is sent.
add_library(limn_libcurl INTERFACE)
target_include_directories(limn_libcurl SYSTEM INTERFACE $<TARGET_PROPERTY:CURL::libcurl,INTERFACE_INCLUDE_DIRECTORIES>)
target_link_libraries(limn_libcurl INTERFACE ${CMAKE_DL_LIBS})

# Its package has no description for CMake.
find_path(LIMN_UNISTRING_HEADERS uniwidth.h REQUIRED)
find_library(LIMN_UNISTRING unistring REQUIRED)
add_library(limn_unistring INTERFACE)
target_include_directories(limn_unistring SYSTEM INTERFACE ${LIMN_UNISTRING_HEADERS})
target_link_libraries(limn_unistring INTERFACE ${LIMN_UNISTRING})

# Only isolated plugins want it: into the command, where that can be had.
find_path(LIMN_SECCOMP_HEADERS seccomp.h REQUIRED)
find_library(LIMN_SECCOMP NAMES libseccomp.a seccomp REQUIRED)
add_library(limn_seccomp INTERFACE)
target_include_directories(limn_seccomp SYSTEM INTERFACE ${LIMN_SECCOMP_HEADERS})
target_link_libraries(limn_seccomp INTERFACE ${LIMN_SECCOMP})

# What limn remembers. Into the command, where that can be had: a library that is loaded costs every start.
find_path(LIMN_SQLITE_HEADERS sqlite3.h REQUIRED)
find_library(LIMN_SQLITE NAMES libsqlite3.a sqlite3 REQUIRED)
add_library(limn_sqlite INTERFACE)
target_include_directories(limn_sqlite SYSTEM INTERFACE ${LIMN_SQLITE_HEADERS})
target_link_libraries(limn_sqlite INTERFACE ${LIMN_SQLITE} m ${CMAKE_DL_LIBS} Threads::Threads)

# Its headers: the library is loaded where a queue is named, and limn runs where there is none.
find_path(LIMN_LIBPQ_HEADERS libpq-fe.h PATH_SUFFIXES postgresql pgsql REQUIRED)
add_library(limn_libpq INTERFACE)
target_include_directories(limn_libpq SYSTEM INTERFACE ${LIMN_LIBPQ_HEADERS})
target_link_libraries(limn_libpq INTERFACE ${CMAKE_DL_LIBS})

# {fmt} in the command itself. What its headers leave to a compiled library has changed with each of its versions: of
# another one the headers alone are used, which only takes longer to compile.
if(fmt_VERSION VERSION_LESS 10)
  add_library(limn_fmt STATIC ${CMAKE_CURRENT_LIST_DIR}/fmt/fmt.cpp)
  target_compile_features(limn_fmt PUBLIC cxx_std_20)
  target_link_libraries(limn_fmt PRIVATE standard_settings)
  target_include_directories(limn_fmt SYSTEM PUBLIC $<TARGET_PROPERTY:fmt::fmt,INTERFACE_INCLUDE_DIRECTORIES>)
else()
  add_library(limn_fmt ALIAS fmt::fmt-header-only)
endif()

# yaml-cpp 0.7 has no namespaced target.
if(NOT TARGET yaml-cpp::yaml-cpp)
  add_library(yaml-cpp::yaml-cpp ALIAS yaml-cpp)
endif()

# What RapidJSON's package tells CMake knows nothing of system roots. One definition of its assertion for each binary: types are checked
# before access, and what slips through must not be undefined behaviour.
find_path(LIMN_RAPIDJSON_HEADERS rapidjson/rapidjson.h REQUIRED)
file(STRINGS ${LIMN_RAPIDJSON_HEADERS}/rapidjson/rapidjson.h numbers REGEX "define RAPIDJSON_(MAJOR|MINOR|PATCH)_VERSION")
string(REGEX REPLACE "[^;0-9]" "" numbers "${numbers}")
list(JOIN numbers "." RapidJSON_VERSION)
add_library(limn_rapidjson INTERFACE)
target_include_directories(limn_rapidjson SYSTEM INTERFACE ${LIMN_RAPIDJSON_HEADERS})
target_compile_definitions(limn_rapidjson INTERFACE RAPIDJSON_HAS_STDSTRING=1)

# Pictures in a terminal: only limn-view knows these.
find_package(PkgConfig REQUIRED)
find_package(JPEG REQUIRED)
pkg_check_modules(LIMN_CHAFA REQUIRED IMPORTED_TARGET chafa)
pkg_check_modules(LIMN_WEBP REQUIRED IMPORTED_TARGET libwebp)

# Only the sandbox and limn-view want it, and every library that is loaded costs every start: into the command, where that can be had.
find_library(LIMN_PNG_STATIC libpng.a)
if(LIMN_PNG_STATIC)
  add_library(limn_png STATIC IMPORTED) # so that what it needs stands behind it
  set_target_properties(limn_png PROPERTIES IMPORTED_LOCATION ${LIMN_PNG_STATIC}
    INTERFACE_INCLUDE_DIRECTORIES "${PNG_INCLUDE_DIRS}" INTERFACE_LINK_LIBRARIES "ZLIB::ZLIB;m")
else()
  add_library(limn_png ALIAS PNG::PNG)
endif()
