"""Ports are chosen before anybody listens on them: whoever has chosen one keeps it from all others that choose."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from mediadock.local.ports import claim, free_port, is_free

_CHOOSES_TWO = "from mediadock.local.ports import free_port; print(free_port(offsets=(0, 1)), flush=True); input()"
_CLAIMS = "import sys; from mediadock.local.ports import claim; print(claim(int(sys.argv[1])), flush=True); input()"


@contextmanager
def somebody_else(program: str, *arguments: object) -> Iterator[str]:
    """The first line that another process prints, which then waits until the block ends."""
    argv = [sys.executable, "-c", program, *map(str, arguments)]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.kill()


def test_a_port_is_kept_from_everybody_else_until_the_process_that_chose_it_ends() -> None:
    with somebody_else(_CHOOSES_TWO) as said:
        port = int(said)
        assert is_free(port), "nobody listens on it yet"
        assert not claim(port)
        assert not claim(port + 1)
    with somebody_else(_CLAIMS, port + 1) as said:
        assert said == "True"
        assert not claim(port, port + 1)
    assert claim(port), "of several ports none is kept where one is taken"


def test_a_process_is_not_given_the_same_port_twice() -> None:
    ports = [free_port() for _ in range(100)]
    assert len(set(ports)) == 100
    assert not any(map(claim, ports))
