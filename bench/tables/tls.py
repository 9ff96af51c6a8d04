"""What the first HTTPS request of a process takes above plain HTTP."""

import pathlib
import subprocess

import answers
import peers
from measuring import Comparison, Limit
from server import Server

NAME = "tls"
TITLE = "First HTTPS request of a process: limn against itself over plain HTTP, 10 KB image"
SYSTEM_FOLDER = pathlib.Path("/etc/ssl/certs")
SYSTEM_BUNDLE = SYSTEM_FOLDER / "ca-certificates.crt"


def make_certificate(folder):
    """Of the server, signed by itself."""
    pair = folder / "certificate.pem", folder / "key.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                    "-subj", "/CN=limn bench", "-addext", "subjectAltName=IP:127.0.0.1", "-out", pair[0], "-keyout", pair[1]],
                   check=True, capture_output=True)
    return pair


def make_stores(folder, certificate):
    """The system's store with one certificate more, as a hashed folder and as one file."""
    store = folder / "hashed"
    store.mkdir()
    for path in SYSTEM_FOLDER.glob("[0-9a-f]*.[0-9]"):
        (store / path.name).symlink_to(path.resolve())
    name = subprocess.run(["openssl", "x509", "-hash", "-noout", "-in", certificate], check=True, capture_output=True, text=True)
    (store / f"{name.stdout.strip()}.0").symlink_to(certificate)
    bundle = folder / "bundle.pem"
    system = SYSTEM_BUNDLE.read_text() if SYSTEM_BUNDLE.exists() else ""
    bundle.write_text(system + certificate.read_text())
    return store, bundle


def fill(table, places, _node):
    folder = places.folder("tls")
    out = places.folder("out")
    image = folder / "image.png"
    image.write_bytes(answers.png(10_000))
    answers.write_answers(folder / "answers", image.read_bytes(), ("images",), ("JSON",))
    pair = make_certificate(folder)
    store, bundle = make_stores(folder, pair[0])
    with Server(folder / "nginx", folder / "answers", tls=pair) as server:

        def limn(base, **env):
            return peers.Image(places, base, "images", "JSON", image, out, env).limn(table.bench)

        plain = limn(server.base())
        table.compare([
            Comparison("hashed CA folder", limn(server.tls_base(), SSL_CERT_DIR=str(store)), plain,
                       (Limit("cpu ms more", 8), Limit("wall ms more", 8)),
                       short="first HTTPS request, against plain HTTP"),
            Comparison("CA bundle", limn(server.tls_base(), SSL_CERT_FILE=str(bundle)), plain),
        ], 8, 25)
    if table.rows:
        table.notes.append("CPU is the client's own time; its wall time has the server's half of the handshake in it.")
