"""Films and sounds of any length: a short one is encoded, and its packets are repeated."""

from __future__ import annotations

import subprocess
from pathlib import Path

from mediadock.processing.ffmpeg.program import ffmpeg_path

MP4_FIRST = ("-movflags", "+faststart")

_MUSIC_S = 120
_CLIP_S = 6
_NOTES = "0.3*sin(2*PI*220*t)*exp(-3*mod(t,0.5))+0.2*sin(2*PI*(440+40*sin(t/3))*t)"
_HISS = "0.1*(random(0)-0.5)"
_SWELL = "(0.15+0.8*abs(sin(t/9)))"
_MP3 = ("-c:a", "libmp3lame", "-b:a", "128k")
_AAC = ("-c:a", "aac", "-b:a", "128k")


def ffmpeg(*arguments: str) -> list[str]:
    """FFmpeg's command, quiet, the same program that the worker runs."""
    return [ffmpeg_path(), "-hide_banner", "-nostdin", "-v", "error", "-y", *arguments]


def music(folder: Path, *, seconds: int, suffix: str) -> Path:
    """Notes and hiss that swell and fade, not the same left and right; ``suffix`` mp3 or m4a."""
    short = folder / f"music.{suffix}"
    if not short.exists():
        left, right = f"({_NOTES}+{_HISS})*{_SWELL}", f"(0.6*({_NOTES})+{_HISS})*{_SWELL}"
        source = f"aevalsrc=exprs='{left}|{right}':sample_rate=44100:duration={_MUSIC_S}"
        make("-f", "lavfi", "-i", source, *(_MP3 if suffix == "mp3" else _AAC), str(short))
    return repeated(short, folder / f"music-{seconds}.{suffix}", "-t", str(seconds))


def clip(path: Path, *codec: str, noise: int = 8) -> Path:
    """Six seconds of 1080p at 30 a second, a test pattern under ``noise``, with a tone in stereo."""
    pictures = f"testsrc2=size=1920x1080:rate=30:duration={_CLIP_S},noise=alls={noise}:allf=t,format=yuv420p"
    tone = f"sine=frequency=330:sample_rate=48000:duration={_CLIP_S}"
    make("-f", "lavfi", "-i", pictures, "-f", "lavfi", "-i", tone, *codec, "-ac", "2", *_AAC, str(path))
    return path


def h264(bit_rate: int) -> tuple[str, ...]:
    """What a phone sends, at about ``bit_rate``, a key frame every two seconds."""
    rate = ("-b:v", str(bit_rate), "-maxrate", str(bit_rate), "-bufsize", str(bit_rate))
    return ("-c:v", "libx264", "-preset", "ultrafast", "-profile:v", "high", "-g", "60", "-bf", "0", *rate)


def repeated(short: Path, path: Path, *options: str) -> Path:
    """The packets of ``short`` over and over into ``path``, until ``options`` (``-t``, ``-fs``) end it."""
    make("-stream_loop", "-1", "-i", str(short), "-c", "copy", *options, str(path))
    return path


def make(*arguments: str) -> None:
    """Run FFmpeg to its end; a failure ends the benchmark."""
    subprocess.run(ffmpeg(*arguments), check=True)
