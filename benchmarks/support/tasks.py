"""Long tasks of pages from Chromium's trace: what they took, and what of that they had a processor for."""

from __future__ import annotations

import json
from dataclasses import dataclass

CATEGORIES = ("toplevel",)
"""Enough for tasks and thread names; more makes the trace and the page slow."""

_TASK = "ThreadControllerImpl::RunTask"


@dataclass(frozen=True)
class Task:
    """One task of a renderer's main thread."""

    wall_ms: float
    cpu_ms: float


def most_busy_task(trace: bytes) -> Task:
    """Of all pages, the one that kept a processor longest: where cores are free, the one that blocked longest."""
    events = json.loads(trace)["traceEvents"]
    mains = {
        (event["pid"], event["tid"])
        for event in events
        if event["name"] == "thread_name" and event["args"]["name"] == "CrRendererMain"
    }
    tasks = [
        Task(event["dur"] / 1000, event["tdur"] / 1000)
        for event in events
        if event["name"] == _TASK and "tdur" in event and (event["pid"], event["tid"]) in mains
    ]
    return max(tasks, key=lambda task: task.cpu_ms)
