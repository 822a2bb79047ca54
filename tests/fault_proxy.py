"""A proxy on loopback that breaks things on purpose, by a seed: drops connections, answers 500 or 429, is slow, cuts answers."""

from __future__ import annotations

import http.client
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

FAULTS = ("drop", "drop-after", "error", "busy", "slow", "cut")


class FaultProxy(ThreadingHTTPServer):
    """Hands requests on to ``port``; one in ``1 / rate`` meets a fault.

    ``drop`` closes before the server sees the request, ``drop-after`` when it has done it, ``error`` answers 500 instead,
    ``busy`` 429, ``slow`` waits, ``cut`` sends half of the answer. ``methods`` limits faults to these; ``seen`` counts them.
    """

    daemon_threads = True

    def __init__(self, port: int, faults: tuple[str, ...], rate: float, seed: int, methods: tuple[str, ...] = ()) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.target = port
        self.faults = faults
        self.rate = rate
        self.methods = methods
        self.random = random.Random(seed)
        self.seen: Counter[str] = Counter()
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self._lock = threading.Lock()

    def fault(self, method: str) -> str | None:
        """The fault of the next request, or None."""
        with self._lock:
            chosen = self.random.choice(self.faults) if self.random.random() < self.rate else None
            if chosen is None or (self.methods and method not in self.methods):
                return None
            self.seen[chosen] += 1
            return chosen

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is what is tested: no noise."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: FaultProxy

    def _pass(self) -> None:
        fault = self.server.fault(self.command)
        body = self._body()
        if body is None:  # the client is gone: its half of a request is no request
            self._close()
            return
        if fault == "drop":
            self._close()
            return
        if fault in ("error", "busy"):
            self._reply(500 if fault == "error" else 429, {"Content-Type": "text/plain"}, b"a fault on purpose")
            return
        if fault == "slow":
            time.sleep(0.5)
        status, headers, answer = self._ask(body)
        if fault == "drop-after":
            self._close()
        elif fault == "cut":
            self._reply(status, headers, answer, answer[: len(answer) // 2])
            self._close()
        else:
            self._reply(status, headers, answer)

    do_GET = do_POST = do_PUT = do_DELETE = _pass

    def _body(self) -> bytes | None:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            size = int(self.headers.get("Content-Length", 0))
            body = self.rfile.read(size)
            return body if len(body) == size else None
        parts = []
        while size := int(self.rfile.readline().split(b";")[0] or b"0", 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def _ask(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
        away = http.client.HTTPConnection("127.0.0.1", self.server.target)
        keep = {key: value for key, value in self.headers.items() if key.lower() not in ("host", "connection", "transfer-encoding", "content-length")}
        try:
            away.request(self.command, self.path, body=body or None, headers=keep | {"Content-Length": str(len(body))})
            got = away.getresponse()
            return got.status, {key: value for key, value in got.getheaders() if key.lower() in ("content-type", "server", "www-authenticate")}, got.read()
        except OSError:
            return 502, {"Content-Type": "text/plain"}, b"the server is not there"
        finally:
            away.close()

    def _reply(self, status: int, headers: dict[str, str], answer: bytes, sent: bytes | None = None) -> None:
        self.send_response_only(status)
        for key, value in headers.items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer if sent is None else sent)
        self.wfile.flush()

    def _close(self) -> None:
        self.close_connection = True
        self.connection.close()

    def log_message(self, format: str, *args: object) -> None:
        """Silent."""


@contextmanager
def fault_proxy(port: int, *faults: str, rate: float = 0.2, seed: int = 1, methods: tuple[str, ...] = ()) -> Iterator[FaultProxy]:
    """A running proxy in front of the server at ``port``."""
    proxy = FaultProxy(port, faults or FAULTS, rate, seed, methods)
    threading.Thread(target=proxy.serve_forever, daemon=True).start()
    try:
        yield proxy
    finally:
        proxy.shutdown()
        proxy.server_close()
