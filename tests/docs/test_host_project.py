"""docs/quickstart.md and docs/profiles.md: the project that they describe is built and used."""

from __future__ import annotations

from pathlib import Path

from docs.host_project import host_environment, write_files
from docs.pages import blocks, page
from docs.shell import run_session
from mediadock.local.ports import free_port
from stack.embedded import Embedded
from stack.server import RunningServer

QUICKSTART, PROFILES = page("quickstart.md"), page("profiles.md")


def test_the_quickstart_ends_with_a_picture_in_both_places(
    stack: Embedded, running_server: RunningServer, folder: Path
) -> None:
    env = host_environment(stack, database="docs_quickstart")
    write_files(blocks(QUICKSTART), folder=folder, server=running_server.url)
    printed = run_session(
        blocks(QUICKSTART), folder=folder, server=running_server.url, env=env, replace={"8010": str(free_port())}
    )
    said = {one.block.text: one.text for one in printed}
    assert "alice (sent): look" in next(text for command, text in said.items() if "mediadock messages" in command)
    assert "dunes.jpg done" in next(text for command, text in said.items() if "send.py" in command)
    assert printed[-1].text.strip() == "ready"


def test_a_profile_of_the_hosts_own_passes_its_documented_test(stack: Embedded, folder: Path) -> None:
    env = host_environment(stack, database="docs_profiles")
    write_files([*blocks(QUICKSTART), *blocks(PROFILES)], folder=folder)
    printed = run_session(blocks(PROFILES), folder=folder, server="", env=env)
    assert "Ran 4 tests" in printed[-1].text
    assert "OK" in printed[-1].text
