"""The bucket, its rules, and the promise that quarantine rests on."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from integration.storage.fault_proxy import Answer
from mediadock.storage.errors import StoreUnavailable
from mediadock.storage.presign import Presigner
from mediadock.storage.s3 import ObjectStore

PREFLIGHT = {
    "Access-Control-Request-Method": "PUT",
    "Access-Control-Request-Headers": "content-type,if-none-match,x-amz-checksum-sha256",
}

ENDLESS = b"<R><IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken></R>"


def test_the_bucket_is_made_once_and_its_rules_set_each_time(store_config):
    store = ObjectStore(replace(store_config, bucket=f"{store_config.bucket}-new"))
    with pytest.raises(StoreUnavailable):
        store.ping()
    for _ in range(2):
        store.ensure_bucket(cors_origins=["https://app.example"])
        store.ping()
    store.ensure_bucket(cors_origins=[])


def test_only_named_origins_may_put_from_a_browser(store, store_config, send):
    store.ensure_bucket(cors_origins=["https://app.example", "http://127.0.0.1:5173"])
    put = Presigner(store_config).put_object(
        "k", content_type="image/png", content_length=3, expires_s=60, now=datetime.now(UTC)
    )
    for origin in ("https://app.example", "http://127.0.0.1:5173"):
        allowed = send("OPTIONS", put.url, None, {"Origin": origin, **PREFLIGHT})
        assert allowed.status == 200
        assert allowed.headers["access-control-allow-origin"] == origin
    for origin in ("https://evil.example", "https://app.example.evil.example", "null"):
        refused = send("OPTIONS", put.url, None, {"Origin": origin, **PREFLIGHT})
        assert "access-control-allow-origin" not in refused.headers
    done = send("PUT", put.url, b"abc", put.headers | {"Origin": "https://app.example"})
    assert done.status == 200
    assert "etag" in done.headers["access-control-expose-headers"].lower()


def test_this_store_keeps_the_promise_of_conditional_puts(store):
    assert store.probe_conditional_put()
    assert list(store.list_objects("")) == []


def test_a_listing_is_below_its_prefix(store):
    for key in ("a/1", "a/2", "ab/3", "b/4"):
        store.put(key, key.encode(), content_type="a/b", size_bytes=len(key))
    listed = list(store.list_objects("a/"))
    assert [(found.key, found.size_bytes) for found in listed] == [("a/1", 3), ("a/2", 3)]
    assert [found.etag for found in listed] == [store.head(found.key).etag for found in listed]
    assert all(found.last_modified.tzinfo for found in listed)


@pytest.mark.parametrize("body", [b"", b"<html>", b"<R><Contents><Key>k</Key></Contents></R>", ENDLESS])
def test_a_listing_that_cannot_be_read_is_a_named_error(shaky, proxy, body):
    proxy.faults.extend([Answer(200, body)] * 3)
    with pytest.raises(StoreUnavailable):
        list(shaky.list_objects(""))


def test_a_listing_of_a_store_that_is_gone_is_a_named_error(store_config):
    gone = ObjectStore(replace(store_config, endpoint_url="http://127.0.0.1:9"))
    with pytest.raises(StoreUnavailable):
        list(gone.list_objects(""))
    with pytest.raises(StoreUnavailable):
        gone.ensure_bucket(cors_origins=[])
