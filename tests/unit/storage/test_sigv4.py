"""Our own calls are signed as botocore signs them."""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256

from hypothesis import given, settings
from hypothesis import strategies as st

from mediadock.storage.config import StoreConfig
from mediadock.storage.signing import Signer, encode_query

NOON = datetime(2026, 3, 14, 12, 0, 0, tzinfo=UTC)
STORES = [
    StoreConfig("http://127.0.0.1:8333", "us-east-1", "media", "AK", "SK"),
    StoreConfig("http://s3.example.com", "eu-west-1", "media", "AK", "SK", addressing="virtual", session_token="a/b=="),
]
texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
header_values = st.from_regex(r"[!-~]([ -~]{0,20}[!-~])?", fullmatch=True)


@settings(deadline=None, max_examples=100)
@given(
    st.sampled_from(STORES),
    st.sampled_from(["GET", "HEAD", "PUT", "POST", "DELETE"]),
    texts,
    st.lists(
        st.tuples(st.sampled_from(["uploads", "uploadId", "partNumber", "X-Upper", "a"]), texts),
        unique_by=lambda p: p[0],
    ),
    st.dictionaries(st.sampled_from(["content-type", "if-match", "range", "x-amz-copy-source"]), header_values),
    st.binary(max_size=20),
)
def test_a_call_is_signed_as_botocore_signs_it(botocore_peer, store, method, key, query, headers, body):
    address = store.address(public=False)
    path = address.path(key)
    digest = sha256(body).hexdigest()
    signed = Signer(store).sign_headers(
        method, address, path, query=query, headers=headers, payload_sha256=digest, now=NOON
    )
    url = f"{address.origin}{path}" + (f"?{encode_query(query)}" if query else "")
    assert signed["authorization"] == botocore_peer.authorization(store, method, url, headers, body, NOON)


def test_every_header_that_is_sent_is_signed():
    address = STORES[1].address(public=False)
    signed = Signer(STORES[1]).sign_headers(
        "PUT", address, "/k", query=(), headers={"If-None-Match": "*"}, payload_sha256="0" * 64, now=NOON
    )
    names = sorted(set(signed) - {"authorization"})
    assert f"SignedHeaders={';'.join(names)}," in signed["authorization"]
    assert "if-none-match" in names
    assert "x-amz-security-token" in names
