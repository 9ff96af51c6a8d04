#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

/* Does nothing but initialise libcurl; with --version it names it. */
int main(int argc, char** argv)
{
  if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
    return 1;
  }
  if (argc > 1 && strcmp(argv[1], "--version") == 0) {
    puts(curl_version_info(CURLVERSION_NOW)->version);
  }
  curl_global_cleanup();
  return 0;
}
