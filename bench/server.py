"""nginx on loopback with prepared files, in a folder of its own."""

import hashlib
import os
import pathlib
import shutil
import socket
import subprocess
import time
import urllib.request

ECHO_MODULE = pathlib.Path("/usr/lib/nginx/modules/ngx_http_echo_module.so")

# One process: the caller's, so that it reads the caller's folders, whoever that is. A POST to a file is a 405 in nginx,
# which is turned into the file.
CONFIG = """
{load_echo}
daemon off; master_process off; worker_processes 1; pid nginx.pid; error_log error.log;
events {{ worker_connections 8192; }}
http {{
  access_log off; sendfile on; server_tokens off; default_type application/json;
  client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path t3; uwsgi_temp_path t4; scgi_temp_path t5;
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    {listen_tls}
    root {root};
    error_page 405 =200 $uri;
    location /sse/ {{ default_type text/event-stream; }}
    {late}
  }}
}}
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """Serves what lies below `root`. With `late`, everything below /late/ is the JSON answer after so many seconds. With
    `tls`, a pair of certificate and key, also over HTTPS."""

    def __init__(self, folder, root, late=None, tls=None):
        self._folder = folder
        self.root = root
        self.port = free_port()
        self.tls_port = free_port() if tls else None
        config = CONFIG.format(
            port=self.port, root=root,
            load_echo=f"load_module {ECHO_MODULE};" if late else "",
            late=f"location ~ ^/late/(.*)$ {{ echo_sleep {late}; echo_exec /json/$1; }}\n"
                 "    location = /late/v1/models { alias " + str(root) + "/json/v1/models; }" if late else "",
            listen_tls=f"listen 127.0.0.1:{self.tls_port} ssl; ssl_certificate {tls[0]}; ssl_certificate_key {tls[1]};" if tls else "")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "nginx.conf").write_text(config)

    def __enter__(self):
        error_log = self._folder / "error.log"
        self._process = subprocess.Popen(["nginx", "-p", self._folder, "-c", self._folder / "nginx.conf", "-e", error_log],
                                          stdin=subprocess.DEVNULL)
        # On a core of its own, as a server elsewhere has: the kernel likes to run it on the client's, in turn with it.
        os.sched_setaffinity(self._process.pid, {min(os.sched_getaffinity(0))})
        for _ in range(500):
            if self._process.poll() is not None:
                break
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return self
            except ConnectionRefusedError:
                time.sleep(0.01)
        raise SystemExit(f"bench: nginx does not start: {error_log.read_text()}")

    def __exit__(self, *_):
        self._process.terminate()
        self._process.wait()

    def base(self, place="json"):
        return f"http://127.0.0.1:{self.port}/{place}/v1"

    def tls_base(self, place="json"):
        return f"https://127.0.0.1:{self.tls_port}/{place}/v1"

    def prove(self, path):
        """That a POST brings the bytes of the file: what is measured is worth nothing otherwise."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/{path}", data=b"{}", method="POST")
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request) as answer, open(self.root / path, "rb") as file:
            if answer.status != 200 or hashlib.file_digest(answer, "sha256").digest() != hashlib.file_digest(file, "sha256").digest():
                raise SystemExit(f"bench: the server's answer to {path} is not the file")
