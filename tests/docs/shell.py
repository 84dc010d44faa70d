"""A page's commands in one shell against a running server, with what each block printed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from docs.pages import Block

DOCUMENTED = "http://127.0.0.1:8000"
IN_BACKGROUND = "in-background"
NOT_RUN = "not-run"
TIMEOUT_S = 280

_PROLOGUE = """\
set -eu -o pipefail
background=()
trap 'for pid in "${background[@]}"; do kill -- "-$pid" 2>/dev/null || true; done' EXIT
"""
_EPILOGUE = """
for _ in $(seq 100); do
  grep -qs '  done  ' "$OUTPUTS"/*.background && break
  sleep 0.1
done
"""


@dataclass(frozen=True)
class Printed:
    """What one block printed, of both streams."""

    block: Block
    text: str


def run_session(
    page_blocks: Sequence[Block],
    *,
    folder: Path,
    server: str,
    env: Mapping[str, str],
    replace: Mapping[str, str] | None = None,
) -> list[Printed]:
    """Run the ``bash`` blocks of a page; a command that fails fails the test with what was printed so far.

    ``replace`` puts free ports in place of documented ones.
    """
    outputs = folder / ".outputs"
    outputs.mkdir()
    session = [block for block in page_blocks if block.language == "bash" and not block.is_marked(NOT_RUN)]
    script = _PROLOGUE + "".join(_step(block, number) for number, block in enumerate(session))
    if any("mediadock watch" in block.text for block in session):
        script += _EPILOGUE
    ran = subprocess.run(
        ["bash", "-c", _with(script, {DOCUMENTED: server, **(replace or {})})],
        cwd=folder,
        env=_environment(env, folder=folder, server=server, outputs=outputs),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    printed = [Printed(block, _text(outputs, number)) for number, block in enumerate(session)]
    shown = "\n".join(f"{one.block}\n{one.text}" for one in printed)
    assert ran.returncode == 0, f"{ran.stderr}\n{shown}"
    return printed


def _with(script: str, replace: Mapping[str, str]) -> str:
    for documented, actual in replace.items():
        script = script.replace(documented, actual)
    return script


def _step(block: Block, number: int) -> str:
    if block.is_marked(IN_BACKGROUND):
        quoted = block.text.replace("'", "'\\''")
        return f"setsid bash -eu -c '{quoted}' >\"$OUTPUTS/{number}.background\" 2>&1 &\nbackground+=($!)\n"
    return f'{{\n{block.text}}} >"$OUTPUTS/{number}" 2>&1\n'


def _text(outputs: Path, number: int) -> str:
    for name in (str(number), f"{number}.background"):
        if (outputs / name).exists():
            return (outputs / name).read_text()
    return ""


def _environment(env: Mapping[str, str], *, folder: Path, server: str, outputs: Path) -> dict[str, str]:
    """The reader's: the program on the path, a home of its own, the server where the page says it is."""
    return {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]),
        "HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder / ".config"),
        "LC_ALL": "C.UTF-8",
        "MEDIADOCK_SERVER": server,
        "OUTPUTS": str(outputs),
        **env,
    }
