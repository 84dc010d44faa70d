"""The store of a test, and a store behind a proxy that fails on command."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

from integration.storage.fault_proxy import FaultProxy
from mediadock.storage.calls import CallLimits
from mediadock.storage.config import StoreConfig
from mediadock.storage.s3 import ObjectStore
from stack.embedded import Embedded

QUICK = CallLimits(read_timeout_s=60.0, complete_timeout_s=60.0, backoff_s=0.02, budget_s=120.0)
"""Tries again at once, and waits for an answer as long as a busy machine needs for it."""
HASTY = CallLimits(read_timeout_s=1.0, complete_timeout_s=2.0, backoff_s=0.02, budget_s=5.0)
"""For answers that never end."""
LATE_S = 30.0
"""How much later than its limits say a call may end where the machine is busy; without limits it takes far longer."""


@dataclass(frozen=True)
class Reply:
    """What a client without any knowledge of S3 gets."""

    status: int
    headers: dict[str, str]
    body: bytes


@pytest.fixture(scope="session")
def bucket_of_these_tests(stack: Embedded) -> StoreConfig:
    """One for all: SeaweedFS gives each bucket volumes of its own, and some eighty are all that it has."""
    return stack.make_bucket()


@pytest.fixture
def store_config(bucket_of_these_tests: StoreConfig) -> Iterator[StoreConfig]:
    """The bucket, empty before and after each test."""
    yield bucket_of_these_tests
    store = ObjectStore(bucket_of_these_tests)
    store.delete([found.key for found in store.list_objects("")])
    for upload in store.list_multipart_uploads(""):
        store.abort_multipart(upload.key, upload.upload_id)
    store.close()


@pytest.fixture
def store(store_config: StoreConfig) -> Iterator[ObjectStore]:
    store = ObjectStore(store_config)
    yield store
    store.close()


@pytest.fixture
def proxy(store_config: StoreConfig) -> Iterator[FaultProxy]:
    with FaultProxy(store_config.endpoint_url).running() as proxy:
        yield proxy


@pytest.fixture
def shaky(store_config: StoreConfig, proxy: FaultProxy) -> Iterator[ObjectStore]:
    """The same bucket behind ``proxy``."""
    store = ObjectStore(replace(store_config, endpoint_url=proxy.url), limits=QUICK)
    yield store
    store.close()


@pytest.fixture
def hasty(shaky: ObjectStore) -> Iterator[ObjectStore]:
    """The same with short timeouts."""
    store = ObjectStore(shaky.config, limits=HASTY)
    yield store
    store.close()


@pytest.fixture
def send() -> Callable[..., Reply]:
    """One request as a browser or any HTTP client sends it, with exactly the headers given."""

    def send(method: str, url: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Reply:
        parts = urlsplit(url)
        connection = HTTPConnection(parts.hostname or "", parts.port, timeout=20)
        try:
            target = f"{parts.path}?{parts.query}" if parts.query else parts.path
            connection.request(method, target, body=body, headers=headers or {})
            response = connection.getresponse()
            given = {name.lower(): value for name, value in response.getheaders()}
            return Reply(response.status, given, response.read())
        finally:
            connection.close()

    return send
