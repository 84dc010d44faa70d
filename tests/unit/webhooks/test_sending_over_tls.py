"""An endpoint by https is believed for a certificate of its own address by somebody whom the machine trusts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from stack.certificates import self_signed
from stack.receiver import run_receiver

_POST = """
import json, sys
from dataclasses import asdict
from ipaddress import ip_network
from mediadock.webhooks.sending import post
allowed = [ip_network("127.0.0.0/8")]
print(json.dumps(asdict(post(sys.argv[1], body=b"{}", headers={}, timeout_s=30, allowed=allowed))))
"""


@pytest.mark.parametrize(
    ("address", "trusted", "said"),
    [
        ("127.0.0.1", True, ""),
        ("127.0.0.1", False, "certificate verify failed"),
        ("127.0.0.2", True, "certificate is not valid for '127.0.0.1'"),
    ],
)
def test_only_a_trusted_certificate_of_this_very_address_is_sent_anything(
    tmp_path: Path, address: str, *, trusted: bool, said: str
) -> None:
    file = tmp_path / "certificate.pem"
    with run_receiver(tls=self_signed(file, address=address)) as receiver:
        env = {**os.environ, **({"SSL_CERT_FILE": str(file)} if trusted else {})}
        argv = [sys.executable, "-c", _POST, receiver.url]
        ran = subprocess.run(argv, env=env, capture_output=True, text=True, timeout=240, check=True)
        outcome = json.loads(ran.stdout)
        assert outcome["status"] == (None if said else 204), outcome
        assert said in outcome["error"]
        assert len(receiver.received) == (0 if said else 1)
