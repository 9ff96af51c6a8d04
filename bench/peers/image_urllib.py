"""image_urllib.py BASE ENDPOINT DELIVERY FILE: the image as a script writes it with what Python brings along."""

import base64
import json
import sys
import urllib.request

PATHS = {"images": "images/generations", "responses": "responses"}


def documents(answer, delivery):
    if delivery == "JSON":
        yield json.load(answer)
        return
    for line in answer:
        if line.startswith(b"data: "):
            yield json.loads(line[6:])


def image_of(document):
    if "data" in document:
        return document["data"][0]["b64_json"]
    if "b64_json" in document:
        return document["b64_json"]
    items = document.get("output") or [document.get("item") or {}]
    return items[0].get("result")


def main():
    base, endpoint, delivery, file = sys.argv[1:]
    body = json.dumps({"model": "gpt-image-2", "prompt": "x", "stream": delivery == "SSE"}).encode()
    headers = {"Authorization": "Bearer bench", "Content-Type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(f"{base}/{PATHS[endpoint]}", body, headers)) as answer:
        image = next(filter(None, map(image_of, documents(answer, delivery))))
    with open(file, "wb") as out:
        out.write(base64.b64decode(image))


main()
