"""The admin behind the gateway: a page like others, where operators sign in by themselves."""

from __future__ import annotations

from stack.gateway import Gateway
from stack.operators import ASSETS, Operator
from stack.server import RunningServer


def test_an_operator_signs_in_through_the_gateway(gateway: Gateway, running_server: RunningServer) -> None:
    password = running_server.embedded.stack.credentials.operator_password
    operator = Operator(gateway.nginx.url, "operator", password)
    assert operator.get(ASSETS).status == 302
    assert operator.sign_in().status == 302
    assert "Find an asset" in operator.page(ASSETS)
    assert operator.get("/api/v1/users/me").status == 401, "an operator's cookie is nobody's identity"
