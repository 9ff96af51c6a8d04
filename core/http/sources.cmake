target_sources(limn_core PRIVATE http/address.cpp http/body_reader.cpp http/certificate_store.cpp http/content_decoder.cpp
  http/known_addresses.cpp http/ordered_connections.cpp http/proxy.cpp http/response_head.cpp http/transfer.cpp http/transfer_end.cpp
  http/transfer_failure.cpp http/transport.cpp http/uncoder.cpp http/url.cpp)

target_link_libraries(limn_core PRIVATE ZLIB::ZLIB)
# libcurl brings both into the process already.
if(LIMN_BROTLI)
  target_link_libraries(limn_core PRIVATE ${LIMN_BROTLI})
  set_property(SOURCE http/uncoder.cpp APPEND PROPERTY COMPILE_DEFINITIONS LIMN_HAS_BROTLI=1)
endif()
if(LIMN_ZSTD)
  target_link_libraries(limn_core PRIVATE ${LIMN_ZSTD})
  set_property(SOURCE http/uncoder.cpp APPEND PROPERTY COMPILE_DEFINITIONS LIMN_HAS_ZSTD=1)
endif()
