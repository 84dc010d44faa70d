"""Ports are chosen before anybody listens on them: whoever has chosen one keeps it from all others that choose."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import pytest

from mediadock.local.application import application_environment
from mediadock.local.data_directory import DataDirectory
from mediadock.local.ports import claim, free_port, is_free
from mediadock.local.stack import choose_ports
from mediadock.local.up import ports_with

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


def a_port_that_only_the_next_may_choose() -> int:
    """Free, and claimed by nobody, as one of an earlier run is."""
    with somebody_else(_CHOOSES_TWO) as said:
        return int(said)


@pytest.mark.parametrize("name", ["postgres", "redis", "s3"])
def test_the_port_of_the_web_process_is_no_server_s_although_one_had_it_in_the_last_run(
    tmp_path: Path, name: str
) -> None:
    data, port = DataDirectory.create(tmp_path), a_port_that_only_the_next_may_choose()
    data.ports.write_text(f'{{"{name}": {port}}}')
    ports = asdict(ports_with(port, data))
    assert ports["web"] == port
    assert len(set(ports.values())) == len(ports)


def test_the_web_process_may_have_the_port_that_is_usually_the_sockets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = a_port_that_only_the_next_may_choose()
    monkeypatch.setattr("mediadock.local.up._SOCKET_PORT", port)
    ports = ports_with(port, DataDirectory.create(tmp_path))
    assert ports.web == port != ports.socket


def test_the_ports_of_the_last_run_are_taken_again(tmp_path: Path) -> None:
    data, port = DataDirectory.create(tmp_path), a_port_that_only_the_next_may_choose()
    data.ports.write_text(f'{{"redis": {port}}}')
    assert choose_ports(data).redis == port


@pytest.mark.parametrize("text", ["", '{"web": 15', "[]", '{"redis": "15000", "s3": 65530}'])
def test_damaged_ports_of_the_last_run_are_as_good_as_none(tmp_path: Path, text: str) -> None:
    data = DataDirectory.create(tmp_path)
    data.ports.write_text(text)
    assert len(set(asdict(choose_ports(data)).values())) == 5


def test_a_folder_of_pages_is_that_of_the_place_where_up_was_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for told, meant in {"dist": str(tmp_path / "dist"), "/dist": "/dist", "none": "none", "": ""}.items():
        assert application_environment({"MEDIADOCK_WEB_FOLDER": told})["MEDIADOCK_WEB_FOLDER"] == meant
    assert "MEDIADOCK_WEB_FOLDER" not in application_environment({})
