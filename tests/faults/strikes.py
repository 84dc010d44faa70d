"""What may happen to a system: something is killed, stands still for a while, or a wire goes bad."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from types import MappingProxyType

import psutil

from faults.wires import Busy, Delay, Fault, Pass, Reset, Stall, Truncate, Wire
from mediadock.local.family import descendants, is_gone
from stack.breakable import BreakableServer

KILLED = MappingProxyType(
    {
        "web": 4, "relay": 4, "worker": 2, "films": 1, "sweeper": 2, "beat": 1, "socket": 1, "redis": 4, "postgres": 2,
        "seaweedfs": 2, "session": 4, "pool": 6, "zygote": 4, "decoder": 8,
    }
)  # fmt: skip
"""What is killed, and how often each is meant; a whole group takes seconds to replace.

``postgres`` is a restart of the kind ``immediate``; ``session`` one of PostgreSQL's own processes, for which it ends
all others and replays its log.
"""

FROZEN = ("web", "relay", "worker", "films", "sweeper", "redis", "postgres", "seaweedfs")
WORKERS = ("worker", "films")
APPLICATION = ("web", "socket", "relay", "beat", "sweeper", *WORKERS)
BEHIND = ("postgres", "redis", "seaweedfs")
_DOWN_S = (0.0, 1.0)
_FROZEN_S = (0.2, 4.0)
_BAD_WIRE_S = (0.2, 2.5)


@dataclass
class Striker:
    """One hand that strikes; ``chance`` says what, where and for how long. Programs that died are started again."""

    server: BreakableServer
    wires: Mapping[str, Wire]
    chance: random.Random
    struck: Counter[str] = field(default_factory=Counter)
    died: Counter[str] = field(default_factory=Counter)
    _seen: dict[int, psutil.Process] = field(default_factory=dict, repr=False)
    _up_since: dict[str, float] = field(default_factory=dict, repr=False)

    @property
    def kills(self) -> int:
        """How many were killed so far."""
        return sum(count for what, count in self.struck.items() if what.startswith("kill "))

    def strike(self) -> None:
        """Kill something, and now and then let something stand still or a wire go bad as well."""
        self.revive()
        self._kill()
        other = self.chance.random()
        if other < 0.2:
            self._freeze()
        elif other < 0.5:
            self._spoil_a_wire()
        self.revive()

    def revive(self, *, with_wires: bool = True) -> None:
        """Start again what has died, as whoever supervises it would."""
        for name in (*BEHIND, *APPLICATION):
            if not self._is_there(name):
                self.died[name] += 1
                self._start(name)
        for name, wire in self.wires.items():
            assert not with_wires or isinstance(wire.fault, Pass), name

    def remember(self) -> list[psutil.Process]:
        """What runs below the workers now; it is all remembered."""
        family = [
            process
            for name in WORKERS
            if self._is_there(name)
            for process in descendants(self.server.supervisor.pid(name))
        ]
        self._seen |= {process.pid: process for process in family}
        return family

    def orphans(self) -> list[psutil.Process]:
        """What was once below a worker, still runs, and is below none now."""
        present = set(self.remember())
        return [process for process in self._seen.values() if process not in present and not is_gone(process)]

    def _kill(self) -> None:
        levels = self._levels()
        there = [what for what in KILLED if what in levels or self._has_come_up(what)]
        what = self.chance.choices(there, [KILLED[what] for what in there])[0]
        self.struck[f"kill {what}"] += 1
        if what in levels:
            with suppress(psutil.NoSuchProcess):
                self.chance.choice(levels[what]).kill()
            return
        if what == "postgres":
            os.kill(self.server.supervisor.pid(what), signal.SIGQUIT)
            self.server.supervisor.stop_program(what)
        else:
            self.server.kill(what)
        time.sleep(self.chance.uniform(*_DOWN_S))
        self._start(what)

    def _freeze(self) -> None:
        what = self.chance.choice(FROZEN)
        if not self._is_there(what):
            return
        self.struck[f"freeze {what}"] += 1
        self._for_a_while(lambda: self.server.freeze(what), lambda: self.server.thaw(what), _FROZEN_S)

    def _spoil_a_wire(self) -> None:
        name = self.chance.choice(list(self.wires))
        wire = self.wires[name]
        faults: list[Fault] = [
            Delay(self.chance.uniform(0.02, 0.3)), Stall(), Reset(), Truncate(self.chance.randrange(0, 20_000)),
        ]  # fmt: skip
        fault = self.chance.choice([*faults, Busy()] if name == "seaweedfs" else faults)
        self.struck[f"{type(fault).__name__.lower()} {name}"] += 1
        self._for_a_while(lambda: _set(wire, fault), lambda: _set(wire, Pass()), _BAD_WIRE_S)

    def _for_a_while(self, begin: Callable[[], None], end: Callable[[], None], bounds: tuple[float, float]) -> None:
        begin()
        try:
            time.sleep(self.chance.uniform(*bounds))
        finally:
            end()

    def _levels(self) -> dict[str, list[psutil.Process]]:
        """What there is below the workers and PostgreSQL that can be killed on its own."""
        self.remember()
        found: dict[str, list[psutil.Process]] = {"pool": [], "zygote": [], "decoder": [], "session": []}
        for name in WORKERS:
            if self._has_come_up(name):  # Celery gives up at once when a process of its pool dies before that
                pool = _children(self.server.supervisor.pid(name))
                zygotes = [zygote for process in pool for zygote in _children(process.pid)]
                found["pool"] += pool
                found["zygote"] += zygotes
                found["decoder"] += [child for zygote in zygotes for child in _children(zygote.pid)]
        if self._is_there("postgres"):
            found["session"] = _children(self.server.supervisor.pid("postgres"))
        return {what: processes for what, processes in found.items() if processes}

    def _start(self, name: str) -> None:
        supervisor = self.server.supervisor
        supervisor.stop_program(name)
        supervisor.launch(self.server.programs[name])
        self._up_since[name] = time.monotonic()
        if name in BEHIND:  # the others wait for these, or are no use without
            deadline = time.monotonic() + 30.0
            ready = self.server.programs[name].ready
            assert ready is not None
            while not ready():
                assert time.monotonic() < deadline, f"{name} does not come back: {supervisor.last_lines(name)}"
                time.sleep(0.05)

    def _is_there(self, name: str) -> bool:
        return name in self.server.supervisor.running and not _has_died(self.server.supervisor.pid(name))

    def _has_come_up(self, name: str) -> bool:
        """Whether a program runs for so long that killing it is more than keeping it from starting."""
        return self._is_there(name) and time.monotonic() - self._up_since.get(name, 0.0) > _COMES_UP_S[name in WORKERS]


_COMES_UP_S = (2.0, 5.0)


def heal(striker: Striker) -> None:
    """Every wire passes and everything runs."""
    for wire in striker.wires.values():
        wire.fault = Pass()
    striker.revive()


def _set(wire: Wire, fault: Fault) -> None:
    wire.fault = fault


def _children(pid: int) -> list[psutil.Process]:
    with suppress(psutil.NoSuchProcess):
        return list(psutil.Process(pid).children())
    return []


def _has_died(pid: int) -> bool:
    with suppress(psutil.NoSuchProcess):
        return is_gone(psutil.Process(pid))
    return True
