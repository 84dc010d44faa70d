"""FFmpeg as a tool of the tests: it makes the files that the pipelines are fed."""

from __future__ import annotations

import subprocess
import tempfile
from hashlib import sha256
from pathlib import Path

import imageio_ffmpeg

_PATIENCE_S = 300


def ffmpeg_program() -> str:
    """Where the wheel put its FFmpeg."""
    return str(imageio_ffmpeg.get_ffmpeg_exe())


_made: dict[tuple[object, ...], bytes] = {}
_WORTH_KEEPING_BYTES = 4_000_000


def made_by_ffmpeg(*arguments: str, suffix: str, inputs: tuple[bytes, ...] = ()) -> bytes:
    """What FFmpeg wrote, the same in every run; ``{0}``, ``{1}`` … in ``arguments`` become the files of ``inputs``.

    Several outputs are not for this; small ones are made once in a session for the same arguments.
    """
    key = (arguments, suffix, tuple(sha256(body).digest() for body in inputs))
    if key not in _made:
        body = _run(*arguments, suffix=suffix, inputs=inputs)
        if len(body) > _WORTH_KEEPING_BYTES:
            return body
        _made[key] = body
    return _made[key]


def _run(*arguments: str, suffix: str, inputs: tuple[bytes, ...]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        names = [Path(folder) / f"in{number}" for number in range(len(inputs))]
        for name, body in zip(names, inputs, strict=True):
            name.write_bytes(body)
        filled = [argument.format(*names) if argument.startswith("{") else argument for argument in arguments]
        out = Path(folder) / f"out.{suffix}"
        same = ("-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact", "-threads", "1")
        argv = [ffmpeg_program(), "-hide_banner", "-nostdin", "-v", "error", *filled, *same, "-y", str(out)]
        ran = subprocess.run(argv, capture_output=True, timeout=_PATIENCE_S, check=False)
        assert ran.returncode == 0, ran.stderr.decode(errors="replace")
        return out.read_bytes()
