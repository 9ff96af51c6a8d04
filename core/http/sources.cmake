target_sources(limn_core PRIVATE http/address.cpp http/body_reader.cpp http/certificate_store.cpp http/proxy.cpp http/transfer.cpp
  http/transfer_failure.cpp http/transport.cpp http/url.cpp)
