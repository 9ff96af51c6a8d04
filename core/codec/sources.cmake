set(codec_sources
  codec/answer_signs.cpp
  codec/base64.cpp
  codec/base64_avx2.cpp
  codec/classify.cpp
  codec/digest.cpp
  codec/display_width.cpp
  codec/failure_words.cpp
  codec/image_avif.cpp
  codec/image_header.cpp
  codec/image_raster.cpp
  codec/image_svg.cpp
  codec/image_tokens.cpp
  codec/json.cpp
  codec/key_lookalikes.cpp
  codec/lift.cpp
  codec/mended_json.cpp
  codec/model_id.cpp
  codec/parameter_name.cpp
  codec/picture_cost.cpp
  codec/price_list.cpp
  codec/rate_hints.cpp
  codec/redaction.cpp
  codec/sse.cpp
  codec/terminal_text.cpp
  codec/utf8.cpp
  codec/message_stream.cpp
  codec/error_report.cpp
  codec/failure_texts.cpp
  codec/retry_after.cpp
)
target_sources(limn_core PRIVATE ${codec_sources})
if(NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
  set_source_files_properties(${codec_sources} PROPERTIES COMPILE_OPTIONS -O2)
endif()
