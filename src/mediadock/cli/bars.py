"""One progress bar a file, for a terminal: the upload in per cent with its speed, then processing, then ready."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.filesize import decimal
from rich.progress import BarColumn, ProgressColumn, Task, TaskID, TextColumn
from rich.progress import Progress as RichProgress
from rich.text import Text

from mediadock.cli.view import short_name, stage_words
from mediadock.client import Asset, Progress


class Bars:
    """A ``View`` that draws; safe to call from several threads."""

    def __init__(self, console: Console, paths: Sequence[Path]) -> None:
        self._progress = RichProgress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=30, finished_style="green"),
            _Percent(),
            _Note(),
            console=console,
        )
        self._tasks: list[TaskID] = [
            self._progress.add_task(short_name(path), total=path.stat().st_size, words="waiting", failed=False)
            for path in paths
        ]

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def sent(self, progress: Progress) -> None:
        """Moves the bar of the file."""
        task = self._tasks[progress.index]
        if progress.complete:
            self._progress.update(task, completed=progress.size_bytes, words="processing")
        elif progress.part is None and progress.sent_bytes and not self._progress.tasks[progress.index].completed:
            # what an earlier run has sent is no speed of this one
            self._progress.reset(task, completed=progress.sent_bytes, words="uploading", failed=False)
        else:
            self._progress.update(task, completed=progress.sent_bytes, words="uploading")

    def changed(self, index: int, asset: Asset) -> None:
        """From here on the bar is the processing."""
        task, done = self._tasks[index], asset.stage == "done"
        if asset.settled and not done:
            self._progress.update(task, words=stage_words(asset), failed=True)
        else:
            percent = 100 if done else asset.progress or 0
            self._progress.update(task, total=100, completed=percent, words=stage_words(asset))


class _Percent(ProgressColumn):
    def render(self, task: Task) -> Text:
        return Text(f"{task.percentage:3.0f} %")


class _Note(ProgressColumn):
    def render(self, task: Task) -> Text:
        words: str = task.fields["words"]
        if words == "uploading" and task.speed:
            words = f"uploading, {decimal(int(task.speed))}/s"
        style = "red" if task.fields["failed"] else "green" if words == "ready" else ""
        return Text(words, style=style)
