"""How a file is cut into parts, and what of it is still to send. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from mediadock.core.parts import MAX_BATCH_COUNT, MIB, MIN_PART_BYTES, PartPlan

LARGEST_PART_BYTES = 32 * MIB  # beyond it SeaweedFS needs no less CPU a byte, and a failed part loses more
SPREAD_OVER = 16  # parts a file is cut into while it is small: enough to keep several connections busy to the end


@dataclass(frozen=True)
class PartRange:
    """Part ``number`` (from 1) is the ``size_bytes`` bytes of the file from ``offset``."""

    number: int
    offset: int
    size_bytes: int


def preferred_part_size(file_size_bytes: int) -> int:
    """The part size to ask the server for, in whole MiB: 5 to 32, larger when the URLs would not fit one page."""
    spread = _whole_mib(-(-file_size_bytes // SPREAD_OVER))
    one_page = _whole_mib(-(-file_size_bytes // MAX_BATCH_COUNT))
    return max(MIN_PART_BYTES, min(LARGEST_PART_BYTES, spread), one_page)


def parts_to_send(plan: PartPlan, *, stored: Collection[int] = ()) -> list[PartRange]:
    """The ranges still to send, in order; part numbers in ``stored`` are there already."""
    return [
        PartRange(number, (number - 1) * plan.part_size_bytes, plan.size_of(number))
        for number in range(1, plan.num_parts + 1)
        if number not in stored
    ]


def page_from(number: int, *, num_parts: int) -> tuple[int, int]:
    """(start_part, batch_count) of the page of URLs that begins with this part."""
    return number, min(MAX_BATCH_COUNT, num_parts - number + 1)


def _whole_mib(size_bytes: int) -> int:
    return -(-size_bytes // MIB) * MIB
