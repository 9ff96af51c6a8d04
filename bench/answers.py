"""The answers that the server gives: real images in the literal shapes of the APIs, made here."""

import base64
import json
import math
import os
import struct
import zlib

PLACE = "@image@"  # of the base64, in what is written around it

ENDPOINTS = {"images": "images/generations", "responses": "responses"}
DELIVERIES = {"JSON": "json", "SSE": "sse"}  # and the first part of the path where the answer lies
MODELS = {"object": "list", "data": [{"id": "gpt-image-2", "object": "model", "created": 1776729600, "owned_by": "bench"}]}

IMAGE = {"background": "opaque", "output_format": "png", "quality": "low", "size": "1024x1024"}
USAGE = {"input_tokens": 16, "output_tokens": 196, "total_tokens": 212,
         "input_tokens_details": {"text_tokens": 16, "image_tokens": 0},
         "output_tokens_details": {"image_tokens": 196, "text_tokens": 0}}
CALL = {"id": "ig_1", "type": "image_generation_call", "status": "completed", "result": PLACE, "action": "generate", **IMAGE}
RESPONSE = {"id": "resp_1", "object": "response", "created_at": 1777370000, "model": "gpt-5.5", "status": "completed", "error": None}


def event(fields):
    return f"event: {fields['type']}\ndata: {json.dumps(fields)}\n\n"


def response_events():
    """The image is in one of them: gateways that send it again in the last one are not the rule."""
    of_item = {"output_index": 0, "item_id": "ig_1"}
    under_way = dict(CALL, status="in_progress", result=None)
    return [
        {"type": "response.created", "response": dict(RESPONSE, status="in_progress", output=[])},
        {"type": "response.output_item.added", "output_index": 0, "item": under_way},
        {"type": "response.image_generation_call.in_progress", **of_item},
        {"type": "response.image_generation_call.generating", **of_item},
        {"type": "response.output_item.done", "output_index": 0, "item": CALL},
        {"type": "response.completed", "response": dict(RESPONSE, output=[])},
    ]


def around(endpoint, delivery):
    """What stands before and behind the base64."""
    if delivery == "SSE":
        completed = {"type": "image_generation.completed", "b64_json": PLACE, "created_at": 1777370000, **IMAGE, "usage": USAGE}
        text = "".join(map(event, [completed] if endpoint == "images" else response_events()))
    elif endpoint == "images":
        text = json.dumps({"created": 1777370000, **IMAGE, "data": [{"b64_json": PLACE}], "usage": USAGE})
    else:
        text = json.dumps(dict(RESPONSE, output=[CALL]))
    before, behind = text.split(PLACE)
    return before.encode(), behind.encode()


def chat(size):
    """An answer in words, about `size` bytes long."""
    words = "the fox looks at the snow and the snow looks back, "
    message = {"role": "assistant", "content": words * (size // len(words))}
    return json.dumps({"id": "chatcmpl-1", "object": "chat.completion", "created": 1777370000, "model": "gpt-5.5",
                       "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}],
                       "usage": {"prompt_tokens": 16, "completion_tokens": size // 5, "total_tokens": 16 + size // 5}})


def png(size):
    """An image of noise, which is about `size` bytes long because nothing compresses it."""
    width = height = max(1, math.isqrt(size // 3))
    stride = 1 + 3 * width
    rows = bytearray(os.urandom(stride * height))
    rows[::stride] = bytes(height)  # each row is said to be unfiltered
    return png_of(width, height, zlib.compress(rows, 0))


def drawn_png(edge):
    """An image as one is drawn, 1.5 MB or so for an edge of 1024: colours that change slowly, and a grain."""
    grain = os.urandom(3 * edge * edge).translate(bytes(value & 1 for value in range(256)))
    ramp = [value * 250 // edge for value in range(edge)]
    rows = bytearray()
    for y in range(edge):
        rows.append(0)
        row = bytearray(3 * edge)
        row[0::3], row[1::3], row[2::3] = bytes(ramp), bytes([ramp[y]]) * edge, bytes(ramp[(x + y) // 2] for x in range(edge))
        here = grain[3 * edge * y:3 * edge * (y + 1)]
        rows += bytes(map(int.__add__, row, here))
    return png_of(edge, edge, zlib.compress(bytes(rows), 6))


def png_of(width, height, pixels):
    """`pixels`: rows of three bytes a pixel, compressed."""

    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(content, zlib.crc32(kind)))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def path_of(endpoint, delivery):
    """Of the answer, below the server's root."""
    return f"{DELIVERIES[delivery]}/v1/{ENDPOINTS[endpoint]}"


def write_answers(root, image, endpoints=tuple(ENDPOINTS), deliveries=tuple(DELIVERIES)):
    """Below `root`, where the paths of requests lead, and the list of models beside them."""
    text = base64.b64encode(image)
    for delivery in deliveries:
        for endpoint in endpoints:
            path = root / path_of(endpoint, delivery)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink(missing_ok=True)  # never changed under a server that may hold it open
            before, behind = around(endpoint, delivery)
            with open(path, "wb") as file:
                file.write(before)
                file.write(text)
                file.write(behind)
        (root / DELIVERIES[delivery] / "v1/models").write_text(json.dumps(MODELS))
