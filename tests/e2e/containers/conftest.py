"""One installation by compose.yaml, and beside it the web and the socket process of the manifests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from stack.composed import Composed, composed
from stack.pods import Pods, pods_beside


@pytest.fixture(scope="package")
def containers() -> Iterator[Composed]:
    """Every service of compose.yaml, as a process."""
    with composed() as running:
        yield running


@pytest.fixture(scope="package")
def pods(containers: Composed) -> Iterator[Pods]:
    """Web and socket by deploy/kubernetes, over the same data."""
    with pods_beside(containers) as running:
        yield running
