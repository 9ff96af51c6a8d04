target_sources(limn_core PRIVATE discovery/base_url.cpp discovery/discover.cpp discovery/key.cpp discovery/keyring.cpp discovery/learnt.cpp discovery/models_list.cpp discovery/verify.cpp)
