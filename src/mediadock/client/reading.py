"""Reading JSON answers into values: a field of another type than promised is a ``BadAnswer``, never a KeyError."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import NoReturn

from mediadock.client.errors import BadAnswer


class Fields:
    """The fields of one JSON object; what the server adds beyond what is read is ignored."""

    def __init__(self, data: Mapping[str, object]) -> None:
        self._data = data

    @classmethod
    def parse(cls, body: bytes) -> Fields:
        """The object in this JSON text. Raises ``BadAnswer`` when it is none."""
        try:
            return cls.of(json.loads(body))
        except ValueError as error:
            raise BadAnswer("bad_answer", "The server's answer is not JSON; is this address a Mediadock?") from error

    @classmethod
    def of(cls, value: object) -> Fields:
        """``value`` as an object."""
        if not isinstance(value, dict):
            raise BadAnswer("bad_answer", "The server's answer holds something else where an object was due.")
        return cls(value)

    def __contains__(self, name: str) -> bool:
        return self._data.get(name) is not None

    def raw(self) -> Mapping[str, object]:
        """The object as it came."""
        return self._data

    def text(self, name: str) -> str:
        """A string."""
        value = self._data.get(name)
        return value if isinstance(value, str) else self._fail(name)

    def integer(self, name: str) -> int:
        """A whole number."""
        value = self._data.get(name)
        return value if isinstance(value, int) and not isinstance(value, bool) else self._fail(name)

    def flag(self, name: str) -> bool:
        """True or false; a missing one is False."""
        return self._data.get(name) is True

    def optional_text(self, name: str) -> str | None:
        """A string, or None where it is null or missing."""
        return self.text(name) if name in self else None

    def optional_integer(self, name: str) -> int | None:
        """A whole number, or None where it is null or missing."""
        return self.integer(name) if name in self else None

    def optional_number(self, name: str) -> float | None:
        """A number, or None where it is null or missing."""
        value = self._data.get(name)
        return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None

    def child(self, name: str) -> Fields:
        """An object; a missing one is empty."""
        value = self._data.get(name)
        return Fields({}) if value is None else Fields.of(value)

    def children(self, name: str) -> list[Fields]:
        """A list of objects; a missing one is empty."""
        return [Fields.of(value) for value in self._list(name)]

    def integers(self, name: str) -> list[int]:
        """A list of whole numbers; a missing one is empty."""
        return [value for value in self._list(name) if isinstance(value, int)]

    def texts(self) -> dict[str, str]:
        """All fields of this object that are strings: a map of headers, for one."""
        return {name: value for name, value in self._data.items() if isinstance(value, str)}

    def by_name(self) -> dict[str, Fields]:
        """All fields of this object that are objects: a map of variants, for one."""
        return {name: Fields(value) for name, value in self._data.items() if isinstance(value, dict)}

    def _list(self, name: str) -> list[object]:
        value = self._data.get(name)
        if value is None:
            return []
        return value if isinstance(value, list) else self._fail(name)

    def _fail(self, name: str) -> NoReturn:
        raise BadAnswer("bad_answer", f"The server's answer has no usable field {name}; is it another version?")
