"""Presigned URLs are those that botocore gives, whatever the key, the store and the moment."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mediadock.storage.config import StoreConfig
from mediadock.storage.presign import MAX_EXPIRES_S, PartRange, Presigner

NOON = datetime(2026, 3, 14, 12, 0, 0, tzinfo=UTC)
STORE = StoreConfig("http://127.0.0.1:8333", "us-east-1", "media", "AKIAEXAMPLE", "secret/with+signs")
STORES = [
    STORE,
    StoreConfig("https://s3.example.com", "eu-west-1", "media", "AK", "SK", addressing="virtual"),
    StoreConfig("https://s3.example.com:443", "eu-west-1", "media", "AK", "SK", session_token="a/b+c=="),
    StoreConfig("http://s3.example.com:9000", "auto", "my-bucket", "AK", "SK", addressing="virtual", session_token="t"),
    StoreConfig("http://10.0.0.7:9000", "us-east-1", "media", "AK", "SK", addressing="virtual"),
    StoreConfig("http://[::1]:8333/", "us-east-1", "media", "AK", "SK"),
    StoreConfig(
        "http://inside:8333", "us-east-1", "media", "AK", "SK", public_endpoint_url="https://media.example.com"
    ),
]
ODD_KEYS = [
    "plain/key.jpg",
    "with space/and+plus/and~tilde",
    "ünïcode/照片/😀.png",
    "//two//slashes//",
    "../dots/./..",
    "per%cent/%41/100%",
    "quotes'\"()!*,;:@&=$?#[]{}|\\^`<>",
    "line\nbreak\ttab\x00nul",
    "e\u0301 combining",
    "a" * 1024,
]

stores = st.sampled_from(STORES)
keys = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60) | st.sampled_from(ODD_KEYS)
expiries = st.integers(1, MAX_EXPIRES_S)
moments = st.datetimes(datetime(2020, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - gets UTC
content_types = st.from_regex(r"[a-z]{1,9}/[a-z0-9.+-]{1,20}(; {1,3}[a-z]{1,9}=\"[ -!#-~]{0,9}\")?", fullmatch=True)
checksums = st.none() | st.binary(max_size=20).map(
    lambda content: base64.b64encode(hashlib.sha256(content).digest()).decode()
)
part_plans = st.lists(
    st.builds(PartRange, number=st.integers(1, 10_000), size_bytes=st.integers(0, 5 * 1024**3)), max_size=5
)


@settings(deadline=None, max_examples=60)
@given(stores, keys, content_types, st.integers(0, 5 * 1024**3), checksums, expiries, moments)
@example(STORE, ODD_KEYS[2], "image/png", 0, None, 900, NOON)
def test_a_put_is_signed_as_botocore_signs_it(
    botocore_peer, store, key, content_type, length, checksum, expires_s, now
):
    put = Presigner(store).put_object(
        key,
        content_type=content_type,
        content_length=length,
        checksum_sha256=checksum,
        expires_s=expires_s,
        now=now,
    )
    asked = {"Key": key, "ContentType": content_type, "ContentLength": length, "IfNoneMatch": "*"}
    if checksum is not None:
        asked["ChecksumSHA256"] = checksum
    assert put.url == botocore_peer.presigned(store, "put_object", now, expires_s, **asked)


@settings(deadline=None, max_examples=60)
@given(
    stores,
    keys,
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40),
    part_plans,
    expiries,
    moments,
)
def test_each_part_is_signed_as_botocore_signs_it(botocore_peer, store, key, upload_id, plan, expires_s, now):
    urls = Presigner(store).upload_parts(key, upload_id, plan, expires_s=expires_s, now=now)
    assert urls == [
        botocore_peer.presigned(
            store,
            "upload_part",
            now,
            expires_s,
            Key=key,
            PartNumber=part.number,
            UploadId=upload_id,
            ContentLength=part.size_bytes,
        )
        for part in plan
    ]


@settings(deadline=None, max_examples=60)
@given(
    stores,
    keys,
    st.none() | content_types,
    st.none() | st.text(st.characters(codec="utf-8"), max_size=30),
    expiries,
    moments,
)
def test_a_get_is_signed_as_botocore_signs_it(botocore_peer, store, key, content_type, disposition, expires_s, now):
    url = Presigner(store).get_object(
        key, expires_s=expires_s, now=now, content_type=content_type, content_disposition=disposition
    )
    asked = {"Key": key}
    if content_type is not None:
        asked["ResponseContentType"] = content_type
    if disposition is not None:
        asked["ResponseContentDisposition"] = disposition
    assert url == botocore_peer.presigned(store, "get_object", now, expires_s, **asked)


@pytest.mark.parametrize("key", ODD_KEYS)
@pytest.mark.parametrize("store", STORES)
def test_every_odd_key_on_every_store_is_signed_as_botocore_signs_it(botocore_peer, store, key):
    assert Presigner(store).get_object(key, expires_s=60, now=NOON) == botocore_peer.presigned(
        store, "get_object", NOON, 60, Key=key
    )
    [part] = Presigner(store).upload_parts(key, "up/id+ =", [PartRange(1, 5)], expires_s=60, now=NOON)
    assert part == botocore_peer.presigned(
        store, "upload_part", NOON, 60, Key=key, PartNumber=1, UploadId="up/id+ =", ContentLength=5
    )


def test_a_put_names_the_headers_that_the_client_must_send():
    checksum = base64.b64encode(bytes(32)).decode()
    put = Presigner(STORE).put_object(
        "k", content_type="image/png", content_length=7, checksum_sha256=checksum, expires_s=900, now=NOON
    )
    assert put.headers == {"Content-Type": "image/png", "If-None-Match": "*", "x-amz-checksum-sha256": checksum}
    assert (
        _query(put.url)["X-Amz-SignedHeaders"] == "content-length;content-type;host;if-none-match;x-amz-checksum-sha256"
    )


def test_part_urls_sign_the_length_and_the_host():
    [url] = Presigner(STORE).upload_parts("k", "u", [PartRange(3, 5)], expires_s=900, now=NOON)
    assert _query(url)["X-Amz-SignedHeaders"] == "content-length;host"


def test_clients_get_the_public_address_and_we_our_own():
    store = StoreConfig("http://inside:8333", "r", "media", "AK", "SK", public_endpoint_url="https://out.example")
    assert Presigner(store).get_object("k", expires_s=1, now=NOON).startswith("https://out.example/media/k?")
    ours = Presigner(store, public=False).get_object("k", expires_s=1, now=NOON)
    assert ours.startswith("http://inside:8333/media/k?")


def test_a_new_day_has_a_new_key_and_an_old_day_its_own_again(botocore_peer):
    presigner = Presigner(STORE)
    days = [NOON, NOON + timedelta(days=1), NOON]
    urls = [presigner.get_object("k", expires_s=60, now=day) for day in days]
    assert urls[0] == urls[2] != urls[1]
    assert urls == [botocore_peer.presigned(STORE, "get_object", day, 60, Key="k") for day in days]


def test_the_time_zone_of_now_does_not_matter():
    elsewhere = NOON.astimezone(timezone(timedelta(hours=13)))
    presigner = Presigner(STORE)
    assert presigner.get_object("k", expires_s=60, now=elsewhere) == presigner.get_object("k", expires_s=60, now=NOON)


@pytest.mark.parametrize("expires_s", [0, -1, MAX_EXPIRES_S + 1])
def test_a_life_that_sigv4_does_not_allow_is_refused(expires_s):
    presigner = Presigner(STORE)
    with pytest.raises(ValueError, match="7 days"):
        presigner.get_object("k", expires_s=expires_s, now=NOON)
    with pytest.raises(ValueError, match="7 days"):
        presigner.upload_parts("k", "u", [PartRange(1, 1)], expires_s=expires_s, now=NOON)


def test_a_moment_without_time_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        Presigner(STORE).get_object("k", expires_s=1, now=NOON.replace(tzinfo=None))


@pytest.mark.parametrize("checksum", ["", "abc", "0" * 64, base64.b64encode(bytes(31)).decode(), "é" * 44])
def test_a_checksum_that_is_not_base64_of_32_bytes_is_refused(checksum):
    with pytest.raises(ValueError, match="base64 of 32 bytes"):
        Presigner(STORE).put_object(
            "k", content_type="image/png", content_length=1, checksum_sha256=checksum, expires_s=1, now=NOON
        )


@pytest.mark.parametrize("content_type", ["a/b\r\nx-amz-acl: public-read", "a/b\n", "a/b\x00", "a\tb", "a/ü"])
def test_a_content_type_cannot_bring_in_another_header(content_type):
    with pytest.raises(ValueError, match="control character"):
        Presigner(STORE).put_object("k", content_type=content_type, content_length=1, expires_s=1, now=NOON)


def _query(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def test_a_lone_surrogate_in_a_key_is_refused():
    with pytest.raises(ValueError, match="surrogate"):
        Presigner(STORE).get_object("a\ud800b", expires_s=1, now=NOON)
