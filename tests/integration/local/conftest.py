"""The doctor, asked about the running server."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from stack.doctor import Diagnosis, ask_doctor
from stack.server import RunningServer


@pytest.fixture
def ask(running_server: RunningServer) -> Callable[..., Diagnosis]:
    """With ``MEDIADOCK_<settings>`` of its own and further ``environment``; the rest is of ``ask_doctor``."""

    def ask(*only: str, environment: Mapping[str, str] | None = None, **rest: Any) -> Diagnosis:
        these = running_server.embedded
        env = {**these.environment, **(environment or {})}
        return ask_doctor(env, *only, credentials=these.stack.credentials, **rest)

    return ask
