# A picture from limn's sandbox, through this plugin: no gateway, no key, no cost.
file(REMOVE_RECURSE ${FOLDER})
file(MAKE_DIRECTORY ${FOLDER})
execute_process(
  COMMAND ${LIMN} --plugin ${PLUGIN} generate --provider acme --sandbox -d ${FOLDER} "a lighthouse at dusk"
  RESULT_VARIABLE status)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "limn ended with status ${status}")
endif()
file(GLOB pictures ${FOLDER}/*.png)
list(LENGTH pictures count)
if(NOT count EQUAL 1)
  message(FATAL_ERROR "there should be one picture in ${FOLDER}, not ${count}")
endif()
file(READ ${pictures} signature LIMIT 8 HEX)
if(NOT signature STREQUAL "89504e470d0a1a0a")
  message(FATAL_ERROR "${pictures} is no PNG")
endif()
