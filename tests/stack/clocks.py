"""Programs of Python whose clock is off, on a machine whose clock is right.

A ``sitecustomize`` in a folder of ``PYTHONPATH`` is imported before anything else, and shifts what Python takes for the
time of day: ``time.time`` and its kin, and ``now`` and ``today`` of ``datetime``. The clocks that only run, which
time-outs go by, are left alone; so is what is not Python (the ``Date`` of the web server's answers, for one).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

_HOOK = '''
import datetime
import time

SHIFT_S = {shift_s!r}
_time, _time_ns, _clock_gettime = time.time, time.time_ns, time.clock_gettime

time.time = lambda: _time() + SHIFT_S
time.time_ns = lambda: _time_ns() + int(SHIFT_S * 1_000_000_000)
time.clock_gettime = lambda clock: _clock_gettime(clock) + (SHIFT_S if clock == time.CLOCK_REALTIME else 0)

_date, _datetime = datetime.date, datetime.datetime


class _Kin(type):
    """Dates made elsewhere, by the database's driver for one, are dates of this kind."""

    def __instancecheck__(cls, instance):
        return cls.__subclasscheck__(type(instance))

    def __subclasscheck__(cls, other):
        genuine = {{_ShiftedDate: _date, _ShiftedDatetime: _datetime}}.get(cls)
        return type.__subclasscheck__(cls, other) if genuine is None else issubclass(other, genuine)


class _ShiftedDate(_date, metaclass=_Kin):
    @classmethod
    def today(cls):
        return _date.fromtimestamp(time.time())


class _ShiftedDatetime(_datetime, metaclass=_Kin):
    @classmethod
    def now(cls, tz=None):
        return _datetime.fromtimestamp(time.time(), tz)

    @classmethod
    def utcnow(cls):
        return _datetime.fromtimestamp(time.time(), datetime.timezone.utc).replace(tzinfo=None)

    @classmethod
    def today(cls):
        return _datetime.fromtimestamp(time.time())


for shifted, name in ((_ShiftedDate, "date"), (_ShiftedDatetime, "datetime")):
    shifted.__name__ = shifted.__qualname__ = name
    shifted.__module__ = "datetime"
    setattr(datetime, name, shifted)
'''


def clock_off_by(shift_s: float, *, folder: Path) -> Mapping[str, str]:
    """The environment of a Python program whose clock is so far ahead; its hook lies in ``folder``."""
    folder.mkdir(exist_ok=True)
    (folder / "sitecustomize.py").write_text(_HOOK.format(shift_s=shift_s))
    known = os.environ.get("PYTHONPATH")
    return {"PYTHONPATH": os.pathsep.join((str(folder), *([known] if known else [])))}
