#include "classify_rows.hpp"

namespace limn::test {

using enum FailureClass;

namespace {

// An upstream had the request, or had answered: with whatever status, nobody else is asked.
constexpr std::string_view k_lost[] = {
  "litellm.APIError: APIError: OpenrouterException - Error transforming OpenRouter image "
  "generation "
  "response: 2 validation errors for ImageUsage",
  "litellm.APIConnectionError: AzureException APIConnectionError - Invalid response object "
  "Traceback",
  "litellm.APIConnectionError: OpenAIException - Connection error.",
  "Error processing image response: 'NoneType' object is not subscriptable",
  "ImageResponse.__init__() got an unexpected keyword argument 'content_filter_results'",
  "Provided readable stream must have a known length",
  "Post \\\"https://up.example/v1/images/generations\\\": EOF",
  "Post \\\"https://up.example/v1\\\": read tcp 192.0.2.1:1->192.0.2.2:443: read: connection reset "
  "by peer",
  "Post \\\"https://up.example/v1\\\": context deadline exceeded (Client.Timeout exceeded while "
  "awaiting headers)",
  "Post \\\"https://up.example/v1\\\": http2: server sent GOAWAY and closed the connection",
  "stream error: stream ID 5; INTERNAL_ERROR; received from peer",
  "net/http: HTTP/1.x transport connection broken: malformed HTTP response",
  "http: server closed idle connection",
  "write tcp 192.0.2.1:1->192.0.2.2:443: write: broken pipe",
  "read tcp 192.0.2.1:1->192.0.2.2:443: i/o timeout",
  "bufio.Scanner: token too long",
  "invalid character '<' looking for beginning of value",
  "unexpected end of JSON input",
  "Expecting value: line 1 column 1 (char 0)",
  "Unexpected token < in JSON at position 0",
  "Unexpected token '<', \\\"<!DOCTYPE \\\"... is not valid JSON",
  "TypeError: fetch failed",
  "SocketError: other side closed",
  "UND_ERR_SOCKET",
  "UND_ERR_HEADERS_TIMEOUT",
  "read ECONNRESET",
  "socket hang up",
  "timeout of 60000ms exceeded, code: ECONNABORTED",
  "maxContentLength size of 10485760 exceeded",
  "Cannot read properties of undefined (reading 'url')",
  "Network connection lost.",
  "Server disconnected without sending a response.",
  "('Connection aborted.', RemoteDisconnected('Remote end closed connection without response'))",
  "Response payload is not completed",
  "peer closed connection without sending complete message body (incomplete chunked read)",
  "HTTPSConnectionPool(host='up.example', port=443): Read timed out. (read timeout=60)",
  "httpx.ReadTimeout",
  "error sending request for url (https://up.example/v1)",
  "connection closed before message completed",
  "error decoding response body: operation timed out",
  "Connection prematurely closed DURING response",
  "The response ended prematurely.",
  "cURL error 52: Empty reply from server",
  "cURL error 28: Operation timed out after 60001 milliseconds with 0 bytes received",
  "upstream connect error or disconnect/reset before headers. reset reason: connection termination",
  "upstream connect error or disconnect/reset before headers. reset reason: remote reset",
  "upstream connect error or disconnect/reset before headers. reset reason: local reset",
  "upstream connect error or disconnect/reset before headers. reset reason: protocol error",
  "upstream connect error or disconnect/reset before headers. reset reason: overload manager reset",
  "upstream connect error or disconnect/reset before headers. retried and the latest reset reason: "
  "remote connection failure",
  "upstream_reset_before_response_started{connection_termination}",
  "upstream request timeout",
  "The request failed because either the HTTP response was malformed or connection to the instance "
  "had an error.",
  "An invalid response was received from the upstream server",
  "Failed to read upstream response",
  "failed to unmarshal response body: json: cannot unmarshal string into Go struct field",
  "stream disconnected before completion: stream closed before response.completed",
  "upstream stream closed before a terminal event",
  "Upstream request failed after retries: 503",
  "Invalid response received from openai: {}",
  "Request exceeded the timeout sent in the request: 30000ms",
  "received empty response from upstream",
  "The upstream did not return an image",
  "no image data returned by upstream",
  "The generated image could not be stored",
  "Failed to upload image to S3: NoSuchBucket",
  "operation error S3: PutObject, https response error StatusCode: 403",
  "write /data/images/1.png: no space left on device",
  "图片转存失败",
  "解析上游响应失败",
  "上游请求超时",
  "<html><head><title>502 Bad Gateway</title></head></html>",
};

// The connection was never made: nothing was drawn, at whatever hour it is said.
constexpr std::string_view k_never_sent[] = {
  "Post \\\"https://up.example/v1\\\": dial tcp 192.0.2.2:443: connect: connection refused",
  "Post \\\"https://up.example/v1\\\": dial tcp: lookup up.example on 192.0.2.53:53: no such host",
  "Post \\\"https://up.example/v1\\\": dial tcp 192.0.2.2:443: i/o timeout",
  "net/http: TLS handshake timeout",
  "x509: certificate has expired or is not yet valid",
  "connect ECONNREFUSED 192.0.2.2:443",
  "getaddrinfo ENOTFOUND up.example",
  "ConnectTimeoutError: Connect Timeout Error (attempted address: up.example:443)",
  "Cannot connect to host up.example:443 ssl:default [Connect call failed]",
  "Max retries exceeded with url: /v1 (Caused by NewConnectionError('Failed to establish a new "
  "connection: [Errno 111] Connection refused'))",
  "httpx.ConnectTimeout: timed out",
  "All connection attempts failed",
  "cURL error 6: Could not resolve host: up.example",
  "cURL error 7: Failed to connect to up.example port 443",
  "error trying to connect: tcp connect error: deadline has elapsed",
  "upstream connect error or disconnect/reset before headers. reset reason: remote connection "
  "failure, "
  "transport failure reason: delayed connect error: 111",
  "upstream connect error or disconnect/reset before headers. reset reason: connection timeout",
  "upstream connect error or disconnect/reset before headers. reset reason: overflow",
  "upstream connect error or disconnect/reset before headers. reset reason: remote refused stream "
  "reset",
  "no healthy upstream",
  "failure to get a peer from the ring-balancer",
  "name resolution failed",
  "The model is overloaded. Please try again later.",
};

} // namespace

void add_lost_rows(Rows& rows)
{
  for (const auto text : k_lost) {
    for (const int status : {400, 422, 500, 503}) {
      rows.add_error(status, outcome_unknown, text);
    }
  }
  for (const auto text : k_never_sent) {
    for (const int status : {400, 500, 503}) {
      rows.add_error(status, server, text);
    }
  }
  // new-api and one-api by their codes
  for (const auto* code :
       {"bad_response", "bad_response_body", "empty_response", "read_response_body_failed",
        "unmarshal_response_body_failed", "copy_response_body_failed",
        "channel:response_time_exceeded", "aws_invoke_error", "update_data_error"}) {
    for (const int status : {400, 500, 503}) {
      rows.add_coded(status, outcome_unknown, code, "upstream error");
    }
  }
  for (const auto* code : {"count_token_failed", "gen_relay_info_failed", "query_data_error",
                           "channel:param_override_invalid"}) {
    rows.add_coded(500, server, code, "x");
  }
  rows.add_coded(500, outcome_unknown, "do_request_failed", "upstream error: do request failed");
  rows.add_coded(500, server, "do_request_failed",
                 "dial tcp 192.0.2.2:443: connect: connection refused");
  rows.add_coded(500, outcome_unknown, "bad_response_status_code", "bad response status code 504");
  rows.add_coded(500, server, "bad_response_status_code", "bad response status code 401");
  rows.add_coded(500, outcome_unknown, "server_error", "upstream request timed out");
  rows.add_coded(503, outcome_unknown, "function_response_payload_too_large", "x");
}

} // namespace limn::test
