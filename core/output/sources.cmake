target_sources(limn_core PRIVATE output/image_file.cpp output/image_store.cpp output/name.cpp)
