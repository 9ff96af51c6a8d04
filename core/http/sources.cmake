target_sources(limn_core PRIVATE http/address.cpp http/body_reader.cpp http/transfer_failure.cpp http/transport.cpp http/url.cpp)
