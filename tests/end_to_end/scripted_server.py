"""Servers that say what a test tells them to, byte by byte, on loopback: no library stands between a test and the wire."""

import base64
import itertools
import json
import pathlib
import socket
import ssl
import struct
import subprocess
import threading
import zlib

MODELS = json.dumps({"object": "list", "data": [{"id": "gpt-image-2", "object": "model"}]}).encode()


class Request:
    def __init__(self, method, target, headers, body):
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body


def read_request(connection):
    """One request, or nothing if the other side says no more."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65536)
        if not piece:
            return None
        data += piece
    head, body = data.split(b"\r\n\r\n", 1)
    lines = head.decode("latin-1").split("\r\n")
    method, target, _ = lines[0].split(" ", 2)
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
    while len(body) < int(headers.get("content-length", 0)):
        piece = connection.recv(65536)
        if not piece:
            return None
        body += piece
    return Request(method, target, headers, body)


class Listener:
    """Calls `serve(connection)` for every connection, each in a thread of its own; with `tls`, a context, behind its handshake."""

    def __init__(self, family=socket.AF_INET, host="127.0.0.1", port=0, tls=None):
        self.tls = tls
        self.socket = socket.create_server((host, port), family=family, backlog=1024)
        self.port = self.socket.getsockname()[1]
        self.connections = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve_one, args=(connection,), daemon=True).start()

    def _serve_one(self, connection):
        with connection:
            try:
                self.meet(connection)
            except OSError:
                pass  # limn went away, which is what most tests are about

    def meet(self, connection):
        if self.tls is None:
            self.serve(connection)
            return
        with self.tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False) as safe:
            safe.do_handshake()
            self.serve(safe)

    def stop(self):
        """Also a second time."""
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.socket.close()


class ScriptedServer(Listener):
    """A gateway: lists gpt-image-2, and answers a generation with `generation(request)`: bytes, or pieces of bytes as they are
    made. `models(request)` replaces the list. The connection is closed behind an answer."""

    def __init__(self, generation=None, models=None, **where):
        self.generation = generation or (lambda request: image_answer())
        self.models = models or (lambda request: answer(MODELS))
        self.requests = []
        super().__init__(**where)

    def serve(self, connection):
        request = read_request(connection)
        if not request:
            return
        self.requests.append(request)
        pieces = self.generation(request) if request.method == "POST" else self.models(request)
        for piece in [pieces] if isinstance(pieces, bytes) else pieces:
            connection.sendall(piece)
        if self.tls:
            connection.unwrap()
        else:
            connection.shutdown(socket.SHUT_WR)  # and not close(): a reset would overtake the answer
            while connection.recv(65536):
                pass

    def base_url(self, scheme="http", host="127.0.0.1"):
        return f"{scheme}://{host}:{self.port}/v1"

    @property
    def billable(self):
        return sum(request.method == "POST" for request in self.requests)


class KeepAliveServer(ScriptedServer):
    """Leaves a connection open behind an answer and reads the next request from it, as gateways do. A request knows its connection."""

    def serve(self, connection):
        while request := read_request(connection):
            request.connection = connection
            self.requests.append(request)
            said = self.generation(request) if request.method == "POST" else self.models(request)
            connection.sendall(said.replace(b"Connection: close\r\n", b"", 1))


class ConnectProxy(Listener):
    """A proxy that knows every name: `routes` maps "name:port" to a local port. With `refusal`, says that instead."""

    def __init__(self, routes=None, refusal=None):
        self.routes = routes or {}
        self.refusal = refusal
        self.requests = []
        super().__init__()

    def serve(self, connection):
        request = read_request(connection)
        if not request:
            return
        self.requests.append(request)
        port = self.routes.get(request.target)
        if self.refusal or port is None:
            connection.sendall(self.refusal(request) if self.refusal else b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
            return
        with socket.create_connection(("127.0.0.1", port)) as origin:
            connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            back = threading.Thread(target=self._copy, args=(origin, connection), daemon=True)
            back.start()
            self._copy(connection, origin)
            back.join()

    @staticmethod
    def _copy(source, target):
        try:
            while piece := source.recv(65536):
                target.sendall(piece)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass


# --- What they say ---


def answer(body, status="200 OK", content_type="application/json", headers=()):
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {content_type}", f"Content-Length: {len(body)}", "Connection: close", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def head(*headers, status="200 OK", content_type="application/json"):
    return "\r\n".join([f"HTTP/1.1 {status}", f"Content-Type: {content_type}", "Connection: close", *headers]).encode() + b"\r\n\r\n"


def chunk(piece):
    return b"%x\r\n%b\r\n" % (len(piece), piece)


def endless(begin, piece):
    return itertools.chain([begin], itertools.repeat(piece))


def repeated(piece, size):
    """At least `size` bytes in pieces."""
    for _ in range(-(-size // len(piece))):
        yield piece


def image_answer(**more):
    return answer(json.dumps({"created": 1, "data": [{"b64_json": base64.b64encode(png()).decode()}], **more}).encode())


def url_answer(url):
    return answer(json.dumps({"created": 1, "data": [{"url": url}]}).encode())


def png(width=8, height=8):
    rows = b"".join(b"\0" + b"\x40\x80\xc0" * width for _ in range(height))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        png_chunk(kind, data) for kind, data in (
            (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")))


def png_chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


# --- Certificates ---


class Authority:
    """A certificate authority of a test's own, by the `openssl` command."""

    def __init__(self, folder, name):
        self.folder = pathlib.Path(folder) / name
        self.folder.mkdir()
        self.file = self.folder / "authority.pem"
        (self.folder / "index.txt").touch()
        (self.folder / "openssl.cnf").write_text(f"""
[req]
distinguished_name = dn
[dn]
[ca]
default_ca = own
[own]
dir = {self.folder}
database = {self.folder}/index.txt
new_certs_dir = {self.folder}
rand_serial = yes
default_md = sha256
policy = any
copy_extensions = copy
unique_subject = no
[any]
commonName = supplied
[authority]
basicConstraints = critical,CA:TRUE
""")
        self._openssl("req", "-x509", *self._new_key("authority"), "-days", "7300", "-subj", f"/CN={name}", "-extensions", "authority",
                      "-out", self.file)

    def _openssl(self, command, *args):
        subprocess.run(["openssl", command, "-config", self.folder / "openssl.cnf", *map(str, args)], check=True, capture_output=True)

    def _new_key(self, name):
        return ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", self.folder / f"{name}.key"]

    def context(self, name, subjects, start="20200101000000Z", end="20991231000000Z", signed_by_itself=False):
        """For a server whose certificate is for `subjects`, e.g. "IP:127.0.0.1,DNS:localhost"."""
        certificate, request = self.folder / f"{name}.pem", self.folder / f"{name}.csr"
        subject = ["-subj", f"/CN={name}", "-addext", f"subjectAltName={subjects}"]
        if signed_by_itself:
            self._openssl("req", "-x509", *self._new_key(name), *subject, "-days", "7300", "-out", certificate)
        else:
            self._openssl("req", *self._new_key(name), *subject, "-out", request)
            self._openssl("ca", "-batch", "-notext", "-in", request, "-out", certificate, "-startdate", start, "-enddate", end,
                          "-cert", self.file, "-keyfile", self.folder / "authority.key")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, self.folder / f"{name}.key")
        return context
