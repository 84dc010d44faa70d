"""The pages as ``make web`` builds them, from the running server and from a wheel on a machine without Node."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from mediadock.local.ports import free_port
from stack.files import ROOT
from stack.pages import check_pages, need_built_pages
from stack.server import RunningServer

NODE = {"node", "nodejs", "npm", "npx", "corepack"}
OURS = {
    name: value for name, value in os.environ.items() if not name.startswith(("MEDIADOCK_", "DJANGO_", "PYTHONPATH"))
}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    need_built_pages()
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder))
    [built] = folder.glob("*.whl")
    return built


@pytest.fixture
def without_node(tmp_path: Path) -> str:
    """A search path with every program of this machine but Node's."""
    programs = tmp_path / "programs"
    programs.mkdir()
    for folder in os.environ["PATH"].split(os.pathsep):
        for program in Path(folder).glob("*"):
            if program.name not in NODE and not (programs / program.name).is_symlink():
                (programs / program.name).symlink_to(program)
    assert shutil.which("node", path=str(programs)) is None
    return str(programs)


@pytest.fixture
def folder() -> Iterator[Path]:
    # not pytest's own folder, which is closed to the user that PostgreSQL runs under
    with tempfile.TemporaryDirectory(prefix="mediadock-wheel-") as folder:
        yield Path(folder)


def test_the_pages_are_served_with_all_that_they_name(running_server: RunningServer) -> None:
    need_built_pages()
    check_pages(running_server.url)


def test_a_wheel_has_the_pages_and_nothing_of_their_sources(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    web = [name.removeprefix("mediadock/server/web/") for name in names if name.startswith("mediadock/server/web/")]
    assert "index.html" in web
    assert [name for name in web if name.startswith("assets/") and name.endswith(".js")]
    assert "mediadock/api/static/mediadock/index.js" in names  # the SDK, for pages of Django projects
    assert [name for name in names if name.endswith((".ts", ".tsx", ".map", "package.json"))] == []


@pytest.mark.slow
def test_an_installed_wheel_serves_them_on_a_machine_without_node(wheel: Path, without_node: str, folder: Path) -> None:
    port = free_port()
    mediadock = install(wheel, folder / "venv")
    up = subprocess.Popen(
        [str(mediadock), "up", "--port", str(port)],
        cwd=folder,
        env=OURS | {"PATH": without_node},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert up.stdout is not None
        printed: list[str] = []
        while "Ctrl-C stops everything" not in (line := up.stdout.readline()):
            printed.append(line)
            assert line, "it ended:\n" + "".join(printed)
        check_pages(f"http://127.0.0.1:{port}")
        up.terminate()
        assert up.wait(60) == 0
    finally:
        up.kill()
        up.wait()
        if up.stdout:
            up.stdout.close()


def install(wheel: Path, venv: Path) -> Path:
    """The wheel alone in an environment of its own; what it depends on is lent by ours, so that nothing is fetched."""
    run(sys.executable, "-m", "venv", "--without-pip", str(venv))
    run(sys.executable, "-m", "pip", "--python", str(venv), "install", "--no-index", "--no-deps", str(wheel))
    [packages] = venv.glob("lib/python*/site-packages")
    (packages / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n")
    (venv / "bin" / "weed").symlink_to(Path(sysconfig.get_path("scripts")) / "weed")
    imported = run(str(venv / "bin" / "python"), "-c", "import mediadock; print(mediadock.__file__)").strip()
    assert Path(imported).is_relative_to(venv), "our own sources were imported"
    return venv / "bin" / "mediadock"


def run(*command: str) -> str:
    """What it printed."""
    ran = subprocess.run(command, cwd=ROOT, env=OURS, capture_output=True, text=True, timeout=240, check=False)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout
