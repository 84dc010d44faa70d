"""The same over TLS, where the bytes cannot go by ``sendfile``."""

from __future__ import annotations

import datetime
import ipaddress
import os
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from mediadock.client import Client, RetryPolicy, Unreachable
from unit.client.small_server import SmallServer, run_small_server

MIB = 1024 * 1024


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """Key and self-signed certificate of 127.0.0.1, in one PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "certificate.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(private + made.public_bytes(Encoding.PEM))
    return file


@pytest.fixture
def small_tls(certificate: Path) -> Iterator[SmallServer]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with run_small_server(tls=context) as server:
        yield server


def test_parts_arrive_whole_and_are_sent_again_when_they_must_be(
    small_tls: SmallServer, certificate: Path, tmp_path: Path, monkeypatch
):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    small_tls.fault("PUT /store/1/2", status=503)
    small_tls.fault("PUT /store/1/3", status=403, before_body=True)
    (tmp_path / "a.bin").write_bytes(os.urandom(23 * MIB))
    retry = RetryPolicy(first_delay_s=0.01)
    with Client(small_tls.address, "good", retry=retry, state_folder=tmp_path / "state") as client:
        client.upload([tmp_path / "a.bin"], receiver_id=2)
    assert small_tls.uploads[1].body == (tmp_path / "a.bin").read_bytes()


def test_a_certificate_that_nobody_vouches_for_is_not_believed(small_tls: SmallServer, tmp_path: Path):
    with (
        Client(small_tls.address, "good", retry=RetryPolicy(tries=1), state_folder=tmp_path) as client,
        pytest.raises(Unreachable, match="certificate"),
    ):
        client.me()
