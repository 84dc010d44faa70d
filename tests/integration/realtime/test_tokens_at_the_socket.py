"""Some of the ways of a token to be wrong, at the door of the socket, where a subprotocol brings it."""

from __future__ import annotations

import pytest

from integration.realtime.realtime_client import ORIGIN, Person, SocketServer, refusal
from stack.embedded import Embedded
from stack.tokens import REFUSED, Deployment, pem, rsa_key

SAMPLE = (
    "alg none", "alg nOnE, signed", "alg twice", "HS256 under what everybody knows", "HS256 under nothing", "HS512",
    "RS256 of another key", "EdDSA", "kid a way up", "jku", "jwk", "crit", "nested", "claims with a member twice",
    "exp missing", "exp a text", "exp NaN", "expired 31 seconds ago", "nbf tomorrow", "sub a number", "sub huge",
    "a refresh token", "an id token", "signature empty", "signature missing", "five parts",
)  # fmt: skip


@pytest.fixture
def deployment(stack: Embedded, person: Person) -> Deployment:
    """How the tokens of this person are made; no issuer and no audience are asked for."""
    secret = stack.in_process_environment["MEDIADOCK_JWT_SECRET"]
    return Deployment("HS256", secret, person.user_id, pem(rsa_key("good")), issuer=None, audience=None)


def test_a_wrong_token_opens_no_socket_and_is_not_in_the_log(
    sockets: SocketServer, deployment: Deployment, stack: Embedded
) -> None:
    sent = {name: REFUSED[name](deployment) for name in SAMPLE}
    for name, token in sent.items():
        assert refusal(sockets.url(), subprotocols=["mediadock", f"bearer.{token}"], origin=ORIGIN) == 4401, name
    log = stack.log_file.read_text(errors="replace")
    assert not [name for name, token in sent.items() if any(len(p) > 40 and p in log for p in token.split("."))]
    assert "Traceback" not in log.rpartition(sockets.name)[2]
