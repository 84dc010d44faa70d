"""2.6 GB in 521 parts, end to end, while the web process is watched: its memory, and every wire that leads to it."""

from __future__ import annotations

import http.client
import os
import tarfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest

from mediadock.local.application import application_environment
from stack.client import Api, call
from stack.counting import CountingWire, counted
from stack.embedded import Embedded
from stack.sending import Upload, send
from stack.server import RunningServer
from stack.web import run_web

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

MIB = 1024 * 1024
PART = 5 * MIB
PARTS = 521
SIZE = 520 * PART + 1024
SENDERS = 4
BLOCK = os.urandom(PART)


@dataclass(frozen=True)
class WatchedWeb:
    """A web process of the running system that all may reach only by wires that count."""

    pid: int
    from_clients: CountingWire
    to_store: CountingWire

    def passed_bytes(self) -> int:
        """All that went to and from it so far."""
        return self.from_clients.total_bytes + self.to_store.total_bytes

    def resident_bytes(self) -> int:
        """The memory of its processes now."""
        return sum(process.memory_info().rss for process in self._processes())

    def peak_bytes(self) -> int:
        """The most memory that its processes ever had."""
        return sum(_peak_bytes(process.pid) for process in self._processes())

    def _processes(self) -> list[psutil.Process]:
        web = psutil.Process(self.pid)
        return [web, *web.children(recursive=True)]


def _peak_bytes(pid: int) -> int:
    with open(f"/proc/{pid}/status", encoding="ascii") as status:  # noqa: PTH123 - no file of ours
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM:"))


@contextmanager
def watched_web(embedded: Embedded) -> Iterator[WatchedWeb]:
    """Start it beside the others; clients still see the store at its own address."""
    store_port = embedded.stack.ports.s3
    with counted(store_port) as to_store:
        env = application_environment(
            embedded.environment
            | {"MEDIADOCK_S3_ENDPOINT": to_store.url, "MEDIADOCK_S3_PUBLIC_ENDPOINT": f"http://127.0.0.1:{store_port}"}
        )
        with run_web(embedded, env) as (port, pid), counted(port) as from_clients:
            yield WatchedWeb(pid, from_clients, to_store)


def part_of_a_tape(number: int) -> bytes:
    """A part of a tar archive of one file: its header is in the first part."""
    if number == 1:
        header = tarfile.TarInfo("random.bin")
        header.size = SIZE - 2 * 512 - 512
        head = header.tobuf()
        return head + BLOCK[len(head) :]
    return BLOCK if number < PARTS else bytes(SIZE - (PARTS - 1) * PART)


def put_parts(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """PUT some parts one after another on one connection."""
    address = urlsplit(items[0]["url"])
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=60)
    sent = []
    for item in items:
        connection.request("PUT", item["url"].partition(address.netloc)[2], body=part_of_a_tape(item["part_number"]))
        answer = connection.getresponse()
        assert answer.status == 200, answer.read()
        answer.read()
        sent.append({"PartNumber": item["part_number"], "ETag": answer.headers["ETag"]})
    connection.close()
    return sent


def put_page(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """PUT a page of parts, some at a time."""
    with ThreadPoolExecutor(SENDERS) as pool:
        return [part for parts in pool.map(put_parts, [items[n::SENDERS] for n in range(SENDERS)]) for part in parts]


def send_tape(api: Api, store_netloc: str) -> Upload:
    """Prepare, both pages of parts, complete."""
    tape = {"file_name": "tape.tar", "file_size": SIZE, "content_type": "application/x-tar"}
    grant = api.post("/chats/upload/prepare/", receiver_id=api.user_id, **tape).json()
    assert (grant["part_size"], grant["num_parts"], grant["batch"]["count"]) == (PART, PARTS, 500)
    second = api.post("/chats/upload/prepare/", upload_id=grant["upload_id"], start_part=501, batch_count=500).json()
    assert (second["batch"]["start"], second["batch"]["count"]) == (501, 21)
    pages = grant["batch"]["items"] + second["batch"]["items"]
    assert {urlsplit(item["url"]).netloc for item in pages} == {store_netloc}
    upload = Upload(api, grant)
    answer = api.post("/chats/upload/complete/", object_key=upload.object_key, parts=put_page(pages))
    assert answer.status == 202, answer.body
    return upload


def test_a_large_upload_passes_by_the_web_process(running_server: RunningServer) -> None:
    embedded = running_server.embedded
    with watched_web(embedded) as web:
        api = replace(running_server.api_as_somebody(), base_url=web.from_clients.url + "/api/v1")
        send(api, api, part_of_a_tape(1) + BLOCK + BLOCK, name="warm.tar", content_type="application/x-tar").settled()
        before_bytes, passed_before = web.resident_bytes(), web.passed_bytes()
        upload = send_tape(api, f"127.0.0.1:{embedded.stack.ports.s3}")
        ready = upload.settled(within_s=300)
        assert ready["state"] == "ready", ready["error"]
        assert ready["size"] == SIZE
        grown_bytes = max(web.resident_bytes(), web.peak_bytes()) - before_bytes
        passed_bytes = web.passed_bytes() - passed_before
    assert grown_bytes < 20 * MIB
    assert passed_bytes < 4 * MIB  # two pages of addresses, lists of parts, and our own questions
    tail = call("GET", ready["variants"]["original"]["url"], headers={"Range": f"bytes={SIZE - 1025}-{SIZE - 1}"})
    assert tail.body == BLOCK[-1:] + bytes(1024)
    api = replace(api, base_url=running_server.url + "/api/v1")
    assert api.delete(f"/assets/{upload.asset_id}/").status == 204
    print(f"{SIZE} bytes; web process: {passed_bytes} bytes passed, memory grew by {grown_bytes} bytes")
