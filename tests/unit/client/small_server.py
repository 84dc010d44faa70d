"""A small real HTTP server that plays both the API and the object store, and misbehaves on demand.

It keeps what it is sent, so that a test can ask what arrived and how often. ``fault`` makes the next requests to a
path end badly: a status, a cut connection, or an answer lost after the work was done.
"""

from __future__ import annotations

import hashlib
import json
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from stack.waiting import eventually
from unit.client.small_uploads import Fault, Json, Upload


@dataclass
class SmallServer:
    """State and address of the running server."""

    direct_up_to: int = 10 * 1024 * 1024
    part_size: int | None = None  # None: what the client asks for
    uploads: dict[int, Upload] = field(default_factory=dict)
    texts: dict[int, str] = field(default_factory=dict)
    events: list[Json] = field(default_factory=list)
    unshown: set[int] = field(default_factory=set)  # seqs of events that are left out of every page
    faults: list[Fault] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    bodies: list[Json] = field(default_factory=list)
    connections: int = 0
    open_connections: int = 0
    url_age: int = 0  # URLs signed at an earlier age are expired
    ws_url: str = "ws://127.0.0.1:9/ws/events/"
    tokens: set[str] = field(default_factory=lambda: {"good"})
    seen_keys: dict[str, Json] = field(default_factory=dict)
    address: str = ""
    lock: threading.RLock = field(default_factory=threading.RLock)
    released: threading.Event = field(default_factory=threading.Event)  # ends every stall

    def fault(self, start: str, **how: Any) -> None:
        self.faults.append(Fault(start, **how))

    def take_fault(self, request: str) -> Fault | None:
        with self.lock:
            self.requests.append(request)
            for fault in self.faults:
                if request.startswith(fault.start) and fault.times > 0:
                    fault.times -= 1
                    return fault
        return None

    def count(self, start: str) -> int:
        return sum(request.startswith(start) for request in self.requests)

    def settle(self) -> None:
        """Wait until every request of clients that have closed is taken in, then forget the requests."""
        with socket.create_connection(urlsplit(self.address).netloc.split(":")) as last:  # accepted after all others
            last.sendall(b"GET / HTTP/1.0\r\n\r\n")
            last.recv(1)
        eventually(lambda: self.open_connections == 0, every_s=0.005)
        self.requests.clear()

    def url(self, asset_id: int, part: int) -> str:
        return f"{self.address}/store/{asset_id}/{part}?age={self.url_age}"

    def session(self, upload: Upload, start: int = 1, count: int = 500) -> Json:
        answer: Json = {
            "asset_id": upload.asset_id,
            "message_id": upload.message_id,
            "object_key": f"k{upload.asset_id}",
        }
        if not upload.part_size:
            headers = {"Content-Type": upload.content_type, "If-None-Match": "*"}
            return answer | {"mode": "direct", "put_url": self.url(upload.asset_id, 0), "headers": headers}
        numbers = range(start, min(start + count, upload.num_parts + 1))
        items = [{"part_number": number, "url": self.url(upload.asset_id, number)} for number in numbers]
        return answer | {
            "mode": "multipart",
            "upload_id": f"u{upload.asset_id}",
            "part_size": upload.part_size,
            "num_parts": upload.num_parts,
            "batch": {"start": start, "count": len(items), "items": items},
        }

    def add(self, message_id: int, asked: Json) -> Upload:
        size = asked["file_size"]
        part_size = 0 if size <= self.direct_up_to else self.part_size or asked["client_part_size"]
        upload = Upload(len(self.uploads) + 1, message_id, asked["file_name"], size, part_size, asked["content_type"])
        self.uploads[upload.asset_id] = upload
        return upload

    def message(self, message_id: int) -> Json:
        return {
            "message_id": message_id,
            "sender_id": 1,
            "receiver_id": 2,
            "text": self.texts[message_id],
            "status": "pending",
            "created_at": "2026-01-01T00:00:00Z",
            "attachments": [u.as_asset() for u in self.uploads.values() if u.message_id == message_id],
        }


class Refusal(Exception):
    def __init__(self, status: int, code: str) -> None:
        self.status, self.code = status, code


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Listener

    def setup(self) -> None:
        super().setup()
        with self.server.small.lock:
            self.server.small.connections += 1
            self.server.small.open_connections += 1

    def finish(self) -> None:
        try:
            super().finish()
        finally:
            with self.server.small.lock:
                self.server.small.open_connections -= 1

    def log_message(self, *args: object) -> None:
        """Quiet."""

    def do_GET(self) -> None:
        self.serve()

    do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815 - the names that http.server calls

    def serve(self) -> None:
        small = self.server.small
        fault = small.take_fault(f"{self.command} {self.path}")
        if fault and fault.before_body:
            self.close_connection = True
            self.answer(fault.status or 500, b"", fault.headers)
            return
        if fault and fault.cut_after is not None:
            self.rfile.read(fault.cut_after)
            self.close_connection = True  # with bytes unread, so the client sees a reset
            return
        if fault and fault.stall_s:
            small.released.wait(fault.stall_s)
            self.close_connection = True
            return
        parts = urlsplit(self.path)
        if parts.path.startswith("/store/") and int(parse_qs(parts.query)["age"][0]) < small.url_age:
            self.close_connection = True  # as a store does: the refusal does not wait for the body
            self.answer(403, b"<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>", {})
            return
        length = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(length)
        if len(body) < length:
            self.close_connection = True  # the client went away in the middle: nothing is stored
            return
        if fault and fault.status:
            problem = {"code": fault.code, "detail": "Told to fail."}
            said = b"<Error><Code>Faulty</Code></Error>" if "/store/" in self.path else json.dumps(problem).encode()
            self.answer(fault.status, said, fault.headers)
            return
        if fault and not fault.lose_answer:
            self.close_connection = True
            return
        status, answer, headers = self.work(parts.path, parse_qs(parts.query), body)
        if fault and fault.lose_answer:
            self.close_connection = True
            return
        self.answer(status, answer, headers)

    def work(self, path: str, query: dict[str, list[str]], body: bytes) -> tuple[int, bytes, dict[str, str]]:
        small = self.server.small
        with small.lock:
            try:
                if path.startswith("/store/"):
                    return self.store(path, body)
                status, answer = self.api(path.removeprefix("/api/v1"), query, json.loads(body or b"{}"))
                return status, json.dumps(answer).encode(), {"Content-Type": "application/json"}
            except Refusal as refusal:
                problem = {"code": refusal.code, "detail": f"Refused: {refusal.code}.", "errors": []}
                return refusal.status, json.dumps(problem).encode(), {"Content-Type": "application/problem+json"}

    def store(self, path: str, body: bytes) -> tuple[int, bytes, dict[str, str]]:
        asset_id, part = map(int, path.split("/")[2:])
        upload = self.server.small.uploads[asset_id]
        if upload.state == "aborted":
            return 404, b"<Error><Code>NoSuchUpload</Code><Message>gone</Message></Error>", {}
        if part == 0:
            if upload.body is not None:
                return 412, b"<Error><Code>PreconditionFailed</Code><Message>there</Message></Error>", {}
            assert self.headers["If-None-Match"] == "*"
            upload.body = body
        else:
            upload.parts[part] = body
        return 200, b"", {"ETag": f'"{hashlib.md5(body).hexdigest()}"'}

    def api(self, path: str, query: dict[str, list[str]], body: Json) -> tuple[int, Json]:
        small = self.server.small
        if path == "/auth/token/refresh":
            if body["refresh"] != "refresh":
                raise Refusal(401, "token_invalid")
            small.tokens = {"renewed"}
            return 200, {"access": "renewed", "refresh": "refresh"}
        if self.headers.get("Authorization", "").removeprefix("Bearer ") not in small.tokens:
            raise Refusal(401, "token_invalid")
        small.bodies.append(body)
        key = self.headers.get("Idempotency-Key")
        if key in small.seen_keys:
            return 201, small.seen_keys[key]
        status, answer = self.route(path, query, body)
        if key:
            small.seen_keys[key] = answer
        return status, answer

    def route(self, path: str, query: dict[str, list[str]], body: Json) -> tuple[int, Json]:
        small = self.server.small
        if path == "/chats/upload/prepare/" and "asset_id" in body:
            upload = small.uploads[body["asset_id"]]
            return 200, small.session(upload, body.get("start_part", 1), body.get("batch_count", 500))
        if path in ("/chats/upload/prepare/", "/files/upload/"):
            message_id = 100 + len(small.texts)
            small.texts[message_id] = body.get("text", "")
            uploads = [small.add(message_id, asked) for asked in body.get("attachments", [body])]
            sessions = [small.session(upload) for upload in uploads]
            return 201, sessions[0] if "attachments" not in body else {"message_id": message_id, "uploads": sessions}
        if path == "/chats/upload/complete/":
            return 202, self.complete(small.uploads[body["asset_id"]], body.get("parts"))
        if path.endswith("/parts/"):
            upload = small.uploads[int(path.split("/")[3])]
            if not upload.part_size:
                return 200, {"upload_id": None, "parts": [], "missing": []}
            parts = [
                {"PartNumber": n, "ETag": f'"{hashlib.md5(data).hexdigest()}"', "Size": len(data)}
                for n, data in sorted(upload.parts.items())
            ]
            size = {"part_size": upload.part_size, "num_parts": upload.num_parts}
            return 200, {"upload_id": f"u{upload.asset_id}", **size, "parts": parts, "missing": []}
        return 200, self.read(path, query)

    def read(self, path: str, query: dict[str, list[str]]) -> Json:
        small = self.server.small
        if path == "/uploads/":
            return {"items": [u.as_asset() for u in small.uploads.values() if u.state == "pending"], "next": None}
        if path.startswith("/assets/"):
            upload = small.uploads.get(int(path.split("/")[2]))
            if upload is None:
                raise Refusal(404, "not_found")
            return upload.as_asset()
        if path.endswith("/messages/"):
            return {"items": [small.message(message_id) for message_id in reversed(small.texts)], "next": None}
        if path == "/events/":
            after, limit = int(query["after"][0]), int(query["limit"][0])
            items = [event for event in small.events if event["seq"] > after][:limit]
            ends = {"first_seq": 1, "last_seq": 0}
            if small.events:
                ends = {"first_seq": small.events[0]["seq"], "last_seq": small.events[-1]["seq"]}
            return {"items": [event for event in items if event["seq"] not in small.unshown], **ends}
        if path == "/config":
            return {"ws_url": small.ws_url}
        if path == "/auth/ws-ticket":
            return {"ticket": "t", "expires_in": 30}
        raise Refusal(404, "not_found")

    def complete(self, upload: Upload, parts: list[Json] | None) -> Json:
        if upload.state == "pending":
            if not upload.part_size:
                whole = upload.body
            elif parts is not None and {part["PartNumber"] for part in parts} != set(upload.parts):
                raise Refusal(409, "parts_mismatch")
            else:
                whole = b"".join(data for _, data in sorted(upload.parts.items()))
            if whole is None or len(whole) != upload.size:
                raise Refusal(409, "parts_missing" if upload.part_size else "object_missing")
            upload.state, upload.body = "uploaded", whole
        return {"message_id": upload.message_id, "asset_id": upload.asset_id, "stage": "processing"}

    def answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)


class Listener(ThreadingHTTPServer):
    daemon_threads = True
    small: SmallServer

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is part of the tests."""


@contextmanager
def run_small_server(tls: ssl.SSLContext | None = None, **settings: Any) -> Iterator[SmallServer]:
    """Runs it for the length of a ``with``."""
    listener = Listener(("127.0.0.1", 0), Handler)
    scheme = "http"
    if tls is not None:
        scheme = "https"
        listener.socket = tls.wrap_socket(listener.socket, server_side=True)
    listener.small = SmallServer(address=f"{scheme}://127.0.0.1:{listener.server_address[1]}", **settings)
    thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield listener.small
    finally:
        listener.small.released.set()
        listener.shutdown()
        thread.join()
        listener.server_close()
