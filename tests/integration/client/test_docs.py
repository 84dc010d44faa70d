"""The examples of the documents run as they stand."""

from __future__ import annotations

import re
from pathlib import Path

from integration.client.samples import make_archive, make_picture
from stack.server import RunningServer

DOCS = Path(__file__).parents[3] / "docs"


def test_the_examples_of_the_python_client_run_in_their_order(
    running_server: RunningServer, tmp_path: Path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    make_archive(tmp_path / "holiday.zip", 11_000_000), make_picture(tmp_path / "beach.jpg")
    examples = re.findall(r"^```python\n(.*?)^```", (DOCS / "client-python.md").read_text(), re.MULTILINE | re.DOTALL)
    assert len(examples) >= 7
    program = "\n".join(examples).replace("https://media.example.org", running_server.url)
    exec(compile(program, "client-python.md", "exec"), {"__name__": "example"})
    printed = capsys.readouterr().out
    assert "beach.jpg done 100 http://" in printed
    assert "beach.jpg None 100 %" in printed
