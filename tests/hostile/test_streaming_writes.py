"""However long a sound or film is: memory stays flat, and the disk sees what is published and nothing of the source."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from hostile.poisoned import folders_in
from hostile.streamed import MAKERS
from mediadock.processing.limits import GIB, MIB

LONG = 300_000_000
SHORT = 10_500_000  # a minute of the sound
OUTPUT = {"sound": "audio.m4a", "film": "video.mp4", "copied film": "video.mp4"}
_WINDOW, _STEP = 32, 4096
_SLACK = 8 * MIB


@dataclass
class Weighed:
    """What a run said of itself, and what was seen from outside while it ran."""

    told: dict[str, Any] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    source_was_seen: bool = False

    @property
    def child_peak_bytes(self) -> int:
        """Of the largest process below the worker, by the kernel's account when it had ended."""
        return int(self.told["child_peak_bytes"])


def weigh(kind: str, at_least: int, folder: Path) -> Weighed:
    """Render in another process, and look at its folders and its family all the while."""
    unit = MAKERS[kind](1).unit
    windows = [unit[at : at + _WINDOW] for at in range(0, len(unit) - _WINDOW, _STEP)]
    weighed = Weighed()
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "TMPDIR": str(folder)}
    argv = [sys.executable, "-m", "hostile.streamed", kind, str(at_least)]
    with subprocess.Popen(argv, env=environment, stdout=subprocess.PIPE, text=True) as process:
        while process.poll() is None:
            _look(folder, weighed, windows if kind != "copied film" else [])
            time.sleep(0.1)
        assert process.stdout is not None
        weighed.told = json.loads(process.stdout.read())
    assert process.returncode == 0
    assert folders_in(folder) == []
    return weighed


def _look(folder: Path, weighed: Weighed, windows: list[bytes]) -> None:
    for private in folders_in(folder):
        with suppress(OSError):
            for file in private.iterdir():
                weighed.names.add(file.name)
                content = file.read_bytes()
                weighed.source_was_seen |= any(window in content for window in windows)


@pytest.mark.slow
@pytest.mark.parametrize("kind", MAKERS)
def test_a_long_one_takes_no_more_memory_than_a_short_one_and_leaves_no_byte_of_itself_on_disk(
    kind: str, tmp_path: Path
) -> None:
    short, long = weigh(kind, SHORT, tmp_path), weigh(kind, LONG, tmp_path)
    told = long.told
    print(f"measured: {kind}: {told}, child {long.child_peak_bytes // MIB} MiB, short {short.child_peak_bytes // MIB}")
    assert told["source_bytes"] >= LONG
    assert told["served_bytes"] >= told["source_bytes"]
    assert told["made_bytes"] > 0

    assert long.names == {OUTPUT[kind]}
    assert not long.source_was_seen
    assert told["ours"]["disk"] <= _SLACK
    assert told["ours"]["calls"] <= _SLACK
    # FFmpeg writes an output once, and once more when it moves the index to the front.
    assert told["theirs"]["disk"] <= 2 * told["made_bytes"] + _SLACK
    samples_through_a_pipe = told["source_bytes"] // 2 if kind == "sound" else 0
    assert told["theirs"]["calls"] <= 2 * told["made_bytes"] + samples_through_a_pipe + _SLACK

    assert told["peak_bytes"] < 250 * MIB
    assert long.child_peak_bytes < GIB
    assert told["peak_bytes"] <= 1.2 * short.told["peak_bytes"]
    assert long.child_peak_bytes <= 1.2 * short.child_peak_bytes


def test_the_look_for_source_bytes_would_find_them(tmp_path: Path) -> None:
    """So that the test above can fail."""
    private = tmp_path / f"mediadock-{os.getuid()}" / "one"
    private.mkdir(parents=True)
    source = MAKERS["sound"](SHORT)
    (private / "spooled").write_bytes(source.read(1_000_001, 2 * _STEP))
    weighed = Weighed()
    unit = source.unit
    windows = [unit[at : at + _WINDOW] for at in range(0, len(unit) - _WINDOW, _STEP)]
    _look(tmp_path, weighed, windows)
    assert weighed.source_was_seen
    assert weighed.names == {"spooled"}
