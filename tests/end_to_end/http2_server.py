"""An HTTP/2 server over TLS that says what a test tells it to, frame by frame."""

import struct

from scripted_server import MODELS, Request, ScriptedServer

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY = 0, 1, 3, 4, 6, 7
END_STREAM, ACK, END_HEADERS = 1, 1, 4
INITIAL_WINDOW_SIZE = 4
NO_ERROR, INTERNAL_ERROR, REFUSED_STREAM, CANCEL, ENHANCE_YOUR_CALM, HTTP_1_1_REQUIRED = 0, 2, 7, 8, 11, 13


def frame(kind, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def headers(stream, *fields, end=False):
    """Literals without index, as HPACK has them for names and values of less than 127 bytes."""
    block = b"".join(b"\0" + bytes([len(text)]) + text if part == 0 else bytes([len(text)]) + text
                     for field in fields for part, text in enumerate(word.encode() for word in field))
    return frame(HEADERS, END_HEADERS | (END_STREAM if end else 0), stream, block)


def data(stream, body, end=False):
    pieces = [body[at:at + 16384] for at in range(0, len(body), 16384)] or [b""]
    return b"".join(frame(DATA, END_STREAM if end and at == len(pieces) - 1 else 0, stream, piece) for at, piece in enumerate(pieces))


def reset(stream, code):
    return frame(RST_STREAM, 0, stream, struct.pack(">I", code))


def goaway(last_stream, code=NO_ERROR):
    return frame(GOAWAY, 0, 0, struct.pack(">II", last_stream, code))


def answer(stream, body, status="200", *fields):
    return headers(stream, (":status", status), ("content-type", "application/json"), *fields) + data(stream, body, end=True)


class Http2Server(ScriptedServer):
    """Lists gpt-image-2, and answers a generation with `generation(stream)`: bytes, or pieces of bytes, frames in both; None closes the
    connection. To a client that comes back with HTTP/1.1 it says `http1`. Which is a generation is told by its body: nothing here
    reads compressed headers."""

    def __init__(self, tls, generation, http1=None, window=65535):
        tls.set_alpn_protocols(["h2", "http/1.1"])
        super().__init__(http1, tls=tls)
        self.generation2 = generation
        self.window = window  # 0: no byte of a body may be sent, and a generation is answered when its headers have come

    def serve(self, connection):
        if connection.selected_alpn_protocol() != "h2":
            super().serve(connection)
            return
        reader = connection.makefile("rb")
        if reader.read(len(PREFACE)) != PREFACE:
            return
        connection.sendall(frame(SETTINGS, 0, 0, struct.pack(">HI", INITIAL_WINDOW_SIZE, self.window)))
        has_body = set()
        while head := reader.read(9):
            size, kind, flags, stream = int.from_bytes(head[:3], "big"), head[3], head[4], int.from_bytes(head[5:], "big")
            payload = reader.read(size)
            if kind == SETTINGS and not flags & ACK:
                connection.sendall(frame(SETTINGS, ACK, 0))
            elif kind == PING and not flags & ACK:
                connection.sendall(frame(PING, ACK, 0, payload))
            elif kind == HEADERS and not flags & END_STREAM:
                has_body.add(stream)
            if kind in (HEADERS, DATA) and (flags & END_STREAM or self.window == 0):
                self.requests.append(Request("POST" if stream in has_body else "GET", None, {}, b""))
                said = self.generation2(stream) if stream in has_body else answer(stream, MODELS)
                for piece in said if isinstance(said, list) else [said]:
                    if piece is None:
                        return
                    connection.sendall(piece)
