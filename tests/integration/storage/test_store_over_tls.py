"""A store over TLS: believed only with a certificate that the machine trusts."""

from __future__ import annotations

import ssl
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from integration.storage.fault_proxy import FaultProxy
from mediadock.storage.calls import CallLimits
from mediadock.storage.errors import StoreUnavailable
from mediadock.storage.s3 import ObjectStore


@pytest.fixture
def certificate(tmp_path):
    """A self-signed certificate for 127.0.0.1 and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "store of a test")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "store.pem"
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return file


@pytest.fixture
def tls_proxy(store_config, certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with FaultProxy(store_config.endpoint_url, tls=context).running() as proxy:
        yield proxy


def test_a_trusted_store_is_used_by_one_connection(store_config, tls_proxy, certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    store = ObjectStore(replace(store_config, endpoint_url=tls_proxy.url))
    body = b"x" * 300_000
    etag = store.put("k", body, content_type="a/b", size_bytes=len(body))
    for _ in range(3):
        assert store.head("k").etag == etag
        assert store.read_range("k", etag=etag, start=0, end=len(body)) == body
        with store.open_range("k", etag=etag) as reader:
            assert sum(map(len, iter(lambda: reader.read(50_000), b""))) == len(body)
    store.close()
    assert tls_proxy.connections == 1


def test_a_store_that_is_not_trusted_gets_no_request(store_config, tls_proxy):
    store = ObjectStore(
        replace(store_config, endpoint_url=tls_proxy.url), limits=CallLimits(attempts=2, backoff_s=0.01)
    )
    with pytest.raises(StoreUnavailable) as refused:
        store.head("k")
    assert "SSLCertVerificationError" in refused.value.log
    assert tls_proxy.requests == []
