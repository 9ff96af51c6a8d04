# limn lists the gateways that this plugin finds, and shows their keys to nobody.
file(REMOVE_RECURSE ${FOLDER})
file(WRITE ${FOLDER}/limn.yaml "sources: [acme]\nsettings:\n  acme: {file: ${FOLDER}/acme.conf}\n")
file(WRITE ${FOLDER}/acme.conf "# two lines\nbase_url = https://file.example/v1\napi_key = secret-of-the-file\n")

execute_process(
  COMMAND ${CMAKE_COMMAND} -E env ACME_BASE_URL=https://env.example/v1 ACME_API_KEY=secret-of-the-environment
    ${LIMN} --config ${FOLDER}/limn.yaml --plugin ${PLUGIN} discover --json
  RESULT_VARIABLE status OUTPUT_VARIABLE said)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "limn ended with status ${status}: ${said}")
endif()
foreach(url IN ITEMS https://env.example/v1 https://file.example/v1)
  if(NOT said MATCHES "\"base_url\":\"${url}\"")
    message(FATAL_ERROR "${url} is not listed: ${said}")
  endif()
endforeach()
if(said MATCHES "secret-of")
  message(FATAL_ERROR "a key is shown: ${said}")
endif()
