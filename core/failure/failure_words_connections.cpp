#include "failure/failure_word_tables.hpp"

namespace limn {

namespace {

using enum FailureClass;
using enum FailureWord::Where;

constexpr BuiltInFailureWord k_connection[] = {
  // --- An earlier try may have had the request, whatever became of the last one ---

  {message, "retried and the latest reset reason", outcome_unknown}, // envoy
  {message, "request failed after retries", outcome_unknown},        // sub2api
  {message, "error doing the fallback", outcome_unknown},            // LiteLLM

  // --- The connection was never made, so that nothing was drawn ---

  // envoy, source/common/http/utility.cc: the reset reasons of a connection that was not there, of
  // a stream that was refused, and of a queue that was full
  {message, "reset reason: connection failure", server},
  {message, "reset reason: local connection failure", server},
  {message, "reset reason: remote connection failure", server},
  {message, "reset reason: connection timeout", server},
  {message, "reset reason: overflow", server},
  {message, "reset reason: local refused stream reset", server},
  {message, "reset reason: remote refused stream reset", server},
  {message, "started{connection_failure", server},
  {message, "started{local_connection_failure", server},
  {message, "started{remote_connection_failure", server},
  {message, "started{connection_timeout", server},
  {message, "started{overflow", server},
  {message, "delayed connect error", server},

  // golang/go, net and crypto/tls
  {message, "dial tcp", server},
  {message, "connection refused", server},
  {message, "no such host", server},
  {message, "tls handshake", server},
  {message, "x509:", server},
  {message, "no route to host", server},
  {message, "network is unreachable", server},
  {message, "proxyconnect tcp", server},

  // nodejs/node and nodejs/undici
  {message, "econnrefused", server},
  {message, " enotfound", server},
  {message, "'enotfound'", server},
  {message, "eai_again", server},
  {message, "getaddrinfo", server},
  {message, "ehostunreach", server},
  {message, "enetunreach", server},
  {message, "connect etimedout", server},
  {message, "connecttimeouterror", server},
  {message, "connect timeout error", server},
  {message, "und_err_connect_timeout", server},
  {message, "self-signed certificate", server},
  {message, "self signed certificate", server},
  {message, "unable to verify the first certificate", server},

  // psf/requests and urllib3, encode/httpx, aio-libs/aiohttp
  {message, "failed to establish a new connection", server},
  {message, "newconnectionerror", server},
  {message, "nameresolutionerror", server},
  {message, "connecttimeout", server},
  {message, "connect timeout", server},
  {message, "all connection attempts failed", server},
  {message, "cannot connect to host", server},
  {message, "name or service not known", server},
  {message, "temporary failure in name resolution", server},
  {message, "nodename nor servname", server},
  {message, "certificate verify failed", server},
  {message, "certificate has expired", server},
  {message, "pool timeout", server},
  {message, "pooltimeout", server},
  {message, "actively refused", server}, // Windows, WSAECONNREFUSED

  // hyperium/hyper, seanmonstar/reqwest; curl/curl, lib/strerror.c; netty
  {message, "error trying to connect", server},
  {message, "tcp connect error", server},
  {message, "could not resolve host", server},
  {message, "couldn't connect to server", server},
  {message, "failed to connect to", server},
  {message, "connection timed out after", server},
  {message, "connect timed out", server},
  {message, "connection timeout*before", server},
  {message, "before secure tls connection was established", server}, // nodejs/node
  {message, "name resolution failed", server},                       // Kong/kong

  // --- Proxies whose upstream had the request ---

  {message, "reset reason", outcome_unknown}, // envoy: every other one
  {message, "disconnect/reset before headers", outcome_unknown},
  {message, "upstream_reset_", outcome_unknown},
  {message, "upstream_response_timeout", outcome_unknown},
  {message, "upstream request timeout", outcome_unknown},
  {message, "upstream response timeout", outcome_unknown},
  {message, "upstream_per_try_timeout", outcome_unknown},
  {message, "response payload too large", outcome_unknown},
  {message, "response_payload_too_large", outcome_unknown},
  {message, "http response was malformed", outcome_unknown}, // Google Cloud Run, with a 503
  {message, "invalid response was received from the upstream", outcome_unknown}, // Kong/kong
  {message, "upstream server is timing out", outcome_unknown},
  {message, "upstream prematurely closed", outcome_unknown}, // nginx/nginx
  {message, "upstream timed out", outcome_unknown},
  {message, "upstream sent", outcome_unknown},
  {message, "task timed out after", outcome_unknown}, // AWS Lambda

  // nginx/nginx, src/http/ngx_http_special_response.c: its page, quoted by a relay in front of it
  {message, "bad gateway", outcome_unknown},
  {message, "gateway time-out", outcome_unknown},
  {message, "gateway timeout", outcome_unknown},
  {message, "error code: 520", outcome_unknown}, // Cloudflare's, likewise
  {message, "error code: 524", outcome_unknown},
  {message, "error code: 502", outcome_unknown},
  {message, "error code: 504", outcome_unknown},
  {message, "status code 502", outcome_unknown},
  {message, "status code 504", outcome_unknown},
  {message, "status code 520", outcome_unknown},
  {message, "status code 524", outcome_unknown},
  {message, "status code: 502", outcome_unknown},
  {message, "status code: 504", outcome_unknown},
  {message, "status code: 524", outcome_unknown},
  {message, "upstream*returned*status 502", outcome_unknown},
  {message, "upstream*returned*status 504", outcome_unknown},
  {message, "upstream*returned*status 524", outcome_unknown},
  {message, "http 502 from upstream", outcome_unknown},
  {message, "http 504 from upstream", outcome_unknown},
  {message, "http 524 from upstream", outcome_unknown},
  {message, "上游*状态码*502", outcome_unknown},
  {message, "上游*状态码*504", outcome_unknown},
  {message, "上游*状态码*524", outcome_unknown},
  {message, "backend fetch failed", outcome_unknown}, // varnishcache/varnish-cache, its page

  // --- Connections that broke while an answer was awaited or read ---

  // golang/go, net/http and net; also below do_request_failed of new-api, relay/channel
  {message, "unexpected eof", outcome_unknown},
  {message, ": eof", outcome_unknown},
  {message, "connection reset", outcome_unknown},
  {message, "broken pipe", outcome_unknown},
  {message, "context canceled", outcome_unknown},
  {message, "deadline exceeded", outcome_unknown},
  {message, "i/o timeout", outcome_unknown},
  {message, "awaiting response headers", outcome_unknown},
  {message, "while awaiting headers", outcome_unknown},
  {message, "transport connection broken", outcome_unknown},
  {message, "server closed idle connection", outcome_unknown},
  {message, "closed network connection", outcome_unknown},
  {message, "server sent goaway", outcome_unknown},
  {message, "stream error: stream", outcome_unknown},
  {message, "http2: ", outcome_unknown},
  {message, "malformed http response", outcome_unknown},
  {message, "wsarecv", outcome_unknown},
  {message, "wsasend", outcome_unknown},
  {message, "forcibly closed by the remote host", outcome_unknown},
  {message, "token too long", outcome_unknown}, // bufio: an event with an image in it
  {message, "grpc: received message larger", outcome_unknown},
  {message, "error reading from server", outcome_unknown},

  // nodejs/node, nodejs/undici, axios/axios; cloudflare/workerd
  {message, "fetch failed", outcome_unknown},
  {message, "other side closed", outcome_unknown},
  {message, "und_err_", outcome_unknown},
  {message, "headers timeout error", outcome_unknown},
  {message, "body timeout error", outcome_unknown},
  {message, "typeerror: terminated", outcome_unknown},
  {message, "socket hang up", outcome_unknown},
  {message, "econnreset", outcome_unknown},
  {message, "econnaborted", outcome_unknown},
  {message, "etimedout", outcome_unknown},
  {message, "esockettimedout", outcome_unknown},
  {message, "epipe", outcome_unknown},
  {message, "premature close", outcome_unknown},
  {message, "operation was aborted", outcome_unknown},
  {message, "request was aborted", outcome_unknown},
  {message, "request aborted", outcome_unknown},
  {message, "aborterror", outcome_unknown},
  {message, "maxcontentlength size of", outcome_unknown},
  {message, "cannot create a string longer", outcome_unknown},
  {message, "network connection lost", outcome_unknown},
  {message, "will never generate a response", outcome_unknown},

  // encode/httpx and httpcore, aio-libs/aiohttp, psf/requests and urllib3
  {message, "server disconnected", outcome_unknown},
  {message, "serverdisconnectederror", outcome_unknown},
  {message, "remotedisconnected", outcome_unknown},
  {message, "remote end closed connection", outcome_unknown},
  {message, "peer closed connection", outcome_unknown},
  {message, "incomplete chunked read", outcome_unknown},
  {message, "incompleteread", outcome_unknown},
  {message, "incomplete read", outcome_unknown},
  {message, "payload is not completed", outcome_unknown},
  {message, "clientpayloaderror", outcome_unknown},
  {message, "transferencodingerror", outcome_unknown},
  {message, "contentlengtherror", outcome_unknown},
  {message, "chunkedencodingerror", outcome_unknown},
  {message, "remoteprotocolerror", outcome_unknown},
  {message, "protocolerror", outcome_unknown},
  {message, "readtimeout", outcome_unknown},
  {message, "read timeout", outcome_unknown},
  {message, "readerror", outcome_unknown},
  {message, "connection aborted", outcome_unknown},
  {message, "connection broken", outcome_unknown},
  {message, "connection error.", outcome_unknown}, // openai/openai-python: it does not say which
  {message, "apitimeouterror", outcome_unknown},
  {message, "while decompressing", outcome_unknown},
  {message, "gzip: invalid", outcome_unknown},
  {message, "not a gzipped file", outcome_unknown},

  // hyperium/hyper, seanmonstar/reqwest; curl/curl; netty; dotnet/runtime; OpenJDK
  {message, "before message completed", outcome_unknown},
  {message, "incomplete message", outcome_unknown},
  {message, "error sending request", outcome_unknown},
  {message, "error reading a body", outcome_unknown},
  {message, "end of file before message", outcome_unknown},
  {message, "empty reply from server", outcome_unknown},
  {message, "recv failure", outcome_unknown},
  {message, "transfer closed with", outcome_unknown},
  {message, "http/2 stream", outcome_unknown},
  {message, "prematurely closed", outcome_unknown},
  {message, "ended prematurely", outcome_unknown},
  {message, "unexpected end of stream", outcome_unknown},
  {message, "unexpected end of file", outcome_unknown},
  {message, "premature eof", outcome_unknown},
  {message, "failed to respond", outcome_unknown},
  {message, "from the transport connection", outcome_unknown},
  {message, "error occurred while sending the request", outcome_unknown},
  {message, "connection was closed", outcome_unknown},
  {message, "connection closed", outcome_unknown},
  {message, "connection lost", outcome_unknown},
  {message, "lost connection", outcome_unknown},
  {message, "connection was lost", outcome_unknown},
  {message, "connection*interrupted", outcome_unknown},
  {message, "disconnected before", outcome_unknown}, // router-for-me/CLIProxyAPI
  {message, "stream disconnected", outcome_unknown},
  {message, "stream closed", outcome_unknown},
  {message, " stream ended", outcome_unknown},
  {message, " stream failed", outcome_unknown},
  {message, "closed before", outcome_unknown},
  {message, "ended before", outcome_unknown},

  // --- Time limits of those in between ---

  {message, "timed out", outcome_unknown},
  {message, "timed-out", outcome_unknown},
  {message, "timeout", outcome_unknown, 500},
  {message, "timeout", outcome_unknown, 503},
  {message, "request timeout", outcome_unknown},
  {message, "exceeded the timeout", outcome_unknown}, // Portkey
  {message, "took too long", outcome_unknown},
  {message, "超时", outcome_unknown},
  {message, "逾時", outcome_unknown},
  {message, "连接中断", outcome_unknown},
  {message, "连接断开", outcome_unknown},
  {message, "连接被重置", outcome_unknown},
};

} // namespace

std::span<const BuiltInFailureWord> connection_words()
{
  return k_connection;
}

} // namespace limn
