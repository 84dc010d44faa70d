"""Part plans of multipart uploads: how many parts, how large, and which URLs make one page.

Sizes are bytes. The store's rules (Amazon S3, "Multipart upload limits"): parts of 5 MiB to 5 GiB, the last may
be shorter. At most 9,999 parts, because some stores list part 10,000 out of order.
"""

from __future__ import annotations

from dataclasses import dataclass

from mediadock.core.errors import FieldError, Malformed

MIB = 1024 * 1024
GIB = 1024 * MIB
MIN_PART_BYTES = 5 * MIB
MAX_PART_BYTES = 5 * GIB
MAX_PARTS = 9_999
MAX_BATCH_COUNT = 500


@dataclass(frozen=True)
class PartPlan:
    """``num_parts`` parts of ``part_size_bytes``, the last one as long as what is left."""

    size_bytes: int
    part_size_bytes: int
    num_parts: int

    def size_of(self, number: int) -> int:
        """Bytes of part ``number`` (from 1)."""
        if number < self.num_parts:
            return self.part_size_bytes
        return self.size_bytes - self.part_size_bytes * (self.num_parts - 1)


def plan_parts(size_bytes: int, *, part_size_bytes: int | None = None, num_parts: int | None = None) -> PartPlan:
    """The plan for a file: the client's if it adds up, ours if it says nothing.

    Either of the client's numbers is derived from the other. Raises ``Malformed`` (``part_plan_invalid``) when
    they do not add up or leave the store's limits.
    """
    if part_size_bytes is None and num_parts is None:
        part_size_bytes = _proposed_part_size(size_bytes)
    if part_size_bytes is None:
        assert num_parts is not None
        _check_count(num_parts)
        part_size_bytes = max(MIN_PART_BYTES, -(-size_bytes // num_parts))
    _check_part_size(part_size_bytes)
    derived = -(-size_bytes // part_size_bytes)
    if num_parts is not None and num_parts != derived:
        raise _invalid(
            "client_num_parts",
            f"{size_bytes} bytes in parts of {part_size_bytes} bytes make {derived} parts, not {num_parts}.",
        )
    _check_count(derived, field="client_part_size")
    return PartPlan(size_bytes, part_size_bytes, derived)


def page_of(plan: PartPlan, *, start: int, count: int) -> range:
    """Part numbers of the page that starts at ``start``; out of range is ``Malformed``, a long page is cut short."""
    if not 1 <= start <= plan.num_parts:
        raise _invalid("start_part", f"A page begins with one of the parts 1 to {plan.num_parts}.")
    if not 1 <= count <= MAX_BATCH_COUNT:
        raise _invalid("batch_count", f"A page has 1 to {MAX_BATCH_COUNT} parts.")
    return range(start, min(start + count, plan.num_parts + 1))


def _proposed_part_size(size_bytes: int) -> int:
    """5 MiB, or the least whole number of MiB with which the file fits into 9,999 parts."""
    least = -(-size_bytes // MAX_PARTS)
    return max(MIN_PART_BYTES, -(-least // MIB) * MIB)


def _check_part_size(part_size_bytes: int) -> None:
    if not MIN_PART_BYTES <= part_size_bytes <= MAX_PART_BYTES:
        raise _invalid(
            "client_part_size", f"A part has at least {MIN_PART_BYTES} bytes and at most {MAX_PART_BYTES} bytes."
        )


def _check_count(num_parts: int, *, field: str = "client_num_parts") -> None:
    if not 1 <= num_parts <= MAX_PARTS:
        raise _invalid(field, f"An upload has at least 1 part and at most {MAX_PARTS} parts.")


def _invalid(field: str, sentence: str) -> Malformed:
    code = "page_invalid" if field in {"start_part", "batch_count"} else "part_plan_invalid"
    return Malformed(code, sentence, errors=[FieldError(field, code, sentence)])
