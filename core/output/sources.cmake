target_sources(limn_core PRIVATE
  output/folder.cpp
  output/image_file.cpp
  output/image_store.cpp
  output/kept.cpp
  output/name.cpp
  output/untold.cpp)
