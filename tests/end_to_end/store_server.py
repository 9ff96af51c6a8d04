"""An S3-compatible store on loopback that checks each signature (AWS Signature Version 4) by itself, and each digest, and says what a test tells it to."""

import hashlib
import hmac
import re
import threading
import urllib.parse

from scripted_server import Listener, read_request

NOTHING = hashlib.sha256(b"").hexdigest()


def canonical(method, target, headers, signed):
    path, _, query = target.partition("?")
    pairs = sorted(part.partition("=")[::2] for part in query.split("&") if part)
    return "\n".join([method, urllib.parse.quote(urllib.parse.unquote(path), safe="/-_.~"), "&".join(f"{name}={value}" for name, value in pairs),
                      *(f"{name}:{' '.join(headers[name].split())}" for name in signed), "", ";".join(signed), headers["x-amz-content-sha256"]])


def signature(secret, method, target, headers, signed, scope):
    """As the documentation of AWS has it: "Signature Calculations for the Authorization Header"."""
    day, region, service, last = scope.split("/")
    digest = hashlib.sha256(canonical(method, target, headers, signed).encode()).hexdigest()
    key = b"AWS4" + secret.encode()
    for part in (day, region, service, last):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.new(key, "\n".join(["AWS4-HMAC-SHA256", headers["x-amz-date"], scope, digest]).encode(), "sha256").hexdigest()


def reply(status, body=b"", *headers):
    lines = [f"HTTP/1.1 {status} Because", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def error(status, code, message="as the test wants it", *headers):
    return reply(status, f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>{message}</Message></Error>'.encode(), *headers)


class StoreServer(Listener):
    """`buckets`: what is in each, by key. `trouble(request)`: an answer in place of its own, or nothing; `b""` hangs up."""

    def __init__(self, *buckets, access_key="AKIATESTTESTTEST", secret="", region="us-east-1", trouble=None, tls=None, port=0):
        self.buckets = {bucket: {} for bucket in buckets}
        self.access_key, self.secret, self.region = access_key, secret, region
        self.trouble = trouble or (lambda request: None)
        self.requests = []
        self.lock = threading.Lock()
        super().__init__(port=port, tls=tls)

    def serve(self, connection):
        while request := read_request(connection):
            with self.lock:
                self.requests.append(request)
            said = self.trouble(request)
            said = self.answer(request) if said is None else said
            if not said:
                return
            connection.sendall(said)

    def puts(self):
        with self.lock:
            return [request for request in self.requests if request.method == "PUT"]

    def refusal(self, request):
        headers = request.headers
        found = re.fullmatch(r"AWS4-HMAC-SHA256 Credential=([^/]+)/([^,]+), *SignedHeaders=([^,]+), *Signature=([0-9a-f]{64})", headers.get("authorization", ""))
        if not found:
            return error(403, "AccessDenied", "not signed")
        key, scope, signed, given = found.groups()
        signed = signed.split(";")
        must = [name for name in headers if name == "host" or name.startswith("x-amz-")]
        if key != self.access_key:
            return error(403, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.")
        if scope.split("/")[1] != self.region:
            return error(400, "AuthorizationHeaderMalformed", f"the region is wrong; expecting '{self.region}'")
        if signed != sorted(signed) or not set(must) <= set(signed) or not set(signed) <= set(headers):
            return error(403, "SignatureDoesNotMatch", "the wrong headers are signed: " + ";".join(signed))
        if not hmac.compare_digest(given, signature(self.secret, request.method, request.target, headers, signed, scope)):
            return error(403, "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided.")
        if headers["x-amz-content-sha256"] != hashlib.sha256(request.body).hexdigest():
            return error(400, "XAmzContentSHA256Mismatch", "the digest is that of something else")
        return None

    def answer(self, request):
        refusal = self.refusal(request)
        if refusal:
            return refusal
        host, _, rest = request.headers["host"].partition(".")
        bucket, key = (host, request.target[1:]) if rest.startswith("localhost") else request.target[1:].split("/", 1)
        with self.lock:
            objects = self.buckets.get(bucket)
            if objects is None:
                return error(404, "NoSuchBucket", "The specified bucket does not exist")
            if request.method == "PUT":
                if request.headers.get("if-none-match") == "*" and key in objects:
                    return error(412, "PreconditionFailed")
                if key in objects:
                    return error(400, "Overwritten", "an object would be another one")
                objects[key] = request.body
                return reply(200, b"", 'ETag: "x"')
            return reply(200, objects[key], "Content-Type: image/png") if key in objects else error(404, "NoSuchKey", "The specified key does not exist.")
