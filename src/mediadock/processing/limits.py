"""What one sandboxed child may spend."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1024 * 1024
GIB = 1024 * MIB


@dataclass(frozen=True)
class Limits:
    """Bounds of one child and all it starts; the parent enforces time and memory, the kernel the rest.

    ``memory_bytes`` is resident memory, watched from outside, because a limit of address space makes
    multi-threaded decoders hang instead of fail. ``file_bytes`` of 0 lets the child write no file at all.
    It writes into its private folder only, which just jobs with a program have.
    """

    wall_s: float = 60.0
    cpu_s: int = 120
    memory_bytes: int = GIB
    file_bytes: int = 0
    open_files: int = 64
    processes: int = 256


IMAGE_LIMITS = Limits(wall_s=120.0, cpu_s=240)  # 200 megapixels of animation take 10 s on an idle processor
# A folder must hold the outputs of the longest film; the wall clock is the deployment's.
AUDIO_LIMITS = Limits(wall_s=900.0, cpu_s=3600, file_bytes=2 * GIB)
VIDEO_LIMITS = Limits(wall_s=900.0, cpu_s=24 * 3600, file_bytes=20 * GIB)
