set(codec_sources
  codec/answer_signs.cpp
  codec/base64.cpp
  codec/base64_avx2.cpp
  codec/classify.cpp
  codec/credential_name.cpp
  codec/digest.cpp
  codec/display_width.cpp
  codec/error_details.cpp
  codec/evidence.cpp
  codec/failure_words.cpp
  codec/failure_words_accounts.cpp
  codec/failure_words_answers.cpp
  codec/failure_words_codes.cpp
  codec/failure_words_connections.cpp
  codec/failure_words_models.cpp
  codec/failure_words_requests.cpp
  codec/failure_words_vendors.cpp
  codec/image_avif.cpp
  codec/image_header.cpp
  codec/image_raster.cpp
  codec/image_svg.cpp
  codec/image_tokens.cpp
  codec/json.cpp
  codec/gateway_secrets.cpp
  codec/key_index.cpp
  codec/key_lookalikes.cpp
  codec/lift.cpp
  codec/mended_json.cpp
  codec/model_id.cpp
  codec/moderation_words.cpp
  codec/parameter_name.cpp
  codec/picture_cost.cpp
  codec/price_list.cpp
  codec/rate_hints.cpp
  codec/redaction.cpp
  codec/refusal_reasons.cpp
  codec/short_keys.cpp
  codec/spelling_view.cpp
  codec/sse.cpp
  codec/terminal_text.cpp
  codec/utf8.cpp
  codec/web_page.cpp
  codec/message_stream.cpp
  codec/error_report.cpp
  codec/failure_texts.cpp
  codec/retry_after.cpp
)
target_sources(limn_core PRIVATE ${codec_sources})
if(NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
  set_source_files_properties(${codec_sources} PROPERTIES COMPILE_OPTIONS -O2)
elseif(LIMN_SANITIZE) # vector code that nobody optimised takes a tenth of a second for a megabyte
  set_source_files_properties(${codec_sources} PROPERTIES COMPILE_OPTIONS -O1)
endif()
