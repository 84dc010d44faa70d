"""Part plans and pages: the edges as tables, and for every size the plan covers the file exactly."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mediadock.core.errors import Malformed
from mediadock.core.parts import (
    GIB,
    MAX_BATCH_COUNT,
    MAX_PART_BYTES,
    MAX_PARTS,
    MIB,
    MIN_PART_BYTES,
    PartPlan,
    page_of,
    plan_parts,
)

FIVE = 5 * MIB
MOST = MAX_PARTS * FIVE
MOST_OF_ALL = MAX_PARTS * MAX_PART_BYTES


@pytest.mark.parametrize(
    ("size", "part_size", "num_parts", "last"),
    [
        (1, FIVE, 1, 1),
        (FIVE - 1, FIVE, 1, FIVE - 1),
        (FIVE, FIVE, 1, FIVE),
        (FIVE + 1, FIVE, 2, 1),
        (10 * MIB + 1, FIVE, 3, 1),
        (500 * FIVE - 1, FIVE, 500, FIVE - 1),
        (500 * FIVE, FIVE, 500, FIVE),
        (500 * FIVE + 1, FIVE, 501, 1),
        (MOST - 1, FIVE, MAX_PARTS, FIVE - 1),
        (MOST, FIVE, MAX_PARTS, FIVE),
        (MOST + 1, 6 * MIB, 8333, 3 * MIB + 1),
        (20 * GIB, FIVE, 4096, FIVE),
        (MOST_OF_ALL, MAX_PART_BYTES, MAX_PARTS, MAX_PART_BYTES),
    ],
)
def test_without_a_wish_parts_have_5_mib_or_as_much_as_9999_parts_need(
    size: int, part_size: int, num_parts: int, last: int
) -> None:
    plan = plan_parts(size)
    assert plan == PartPlan(size, part_size, num_parts)
    assert plan.size_of(num_parts) == last


@pytest.mark.parametrize(
    ("size", "part_size", "num_parts", "planned"),
    [
        (12 * MIB, FIVE, None, (FIVE, 3)),
        (12 * MIB, 6 * MIB, None, (6 * MIB, 2)),
        (12 * MIB, 6 * MIB, 2, (6 * MIB, 2)),
        (12 * MIB, None, 2, (6 * MIB, 2)),
        (12 * MIB, None, 3, (FIVE, 3)),
        (12 * MIB, 12 * MIB, 1, (12 * MIB, 1)),
        (12 * MIB, MAX_PART_BYTES, None, (MAX_PART_BYTES, 1)),
        (12 * MIB, None, 1, (12 * MIB, 1)),
        (12 * MIB + 1, 6 * MIB, 3, (6 * MIB, 3)),
        (MOST, FIVE, MAX_PARTS, (FIVE, MAX_PARTS)),
        (MOST, None, MAX_PARTS, (FIVE, MAX_PARTS)),
    ],
)
def test_a_clients_plan_is_taken_when_it_adds_up_and_the_other_number_is_derived(
    size: int, part_size: int | None, num_parts: int | None, planned: tuple[int, int]
) -> None:
    plan = plan_parts(size, part_size_bytes=part_size, num_parts=num_parts)
    assert (plan.part_size_bytes, plan.num_parts) == planned


@pytest.mark.parametrize(
    ("size", "part_size", "num_parts", "field"),
    [
        (12 * MIB, MIN_PART_BYTES - 1, None, "client_part_size"),
        (12 * MIB, MAX_PART_BYTES + 1, None, "client_part_size"),
        (12 * MIB, 0, None, "client_part_size"),
        (12 * MIB, -FIVE, None, "client_part_size"),
        (12 * MIB, 2**70, None, "client_part_size"),
        (12 * MIB, None, 0, "client_num_parts"),
        (12 * MIB, None, -1, "client_num_parts"),
        (12 * MIB, None, 4, "client_num_parts"),
        (12 * MIB, None, 2**70, "client_num_parts"),
        (12 * MIB, 6 * MIB, 1, "client_num_parts"),
        (12 * MIB, 6 * MIB, 3, "client_num_parts"),
        (12 * MIB, FIVE, 2, "client_num_parts"),
        (MOST + 1, FIVE, None, "client_part_size"),
        (MOST + 1, FIVE, 10_000, "client_part_size"),
        (10_000 * FIVE, None, 10_000, "client_num_parts"),
        (MOST_OF_ALL + 1, None, 1, "client_part_size"),
    ],
)
def test_a_plan_that_does_not_add_up_is_refused_by_its_field(
    size: int, part_size: int | None, num_parts: int | None, field: str
) -> None:
    with pytest.raises(Malformed) as refused:
        plan_parts(size, part_size_bytes=part_size, num_parts=num_parts)
    assert refused.value.code == "part_plan_invalid"
    assert [error.field for error in refused.value.errors] == [field]


@pytest.mark.parametrize(
    ("start", "count", "page"),
    [
        (1, 500, range(1, 501)),
        (1, 1, range(1, 2)),
        (501, 500, range(501, 522)),
        (521, 500, range(521, 522)),
        (521, 1, range(521, 522)),
        (22, 500, range(22, 522)),
        (23, 500, range(23, 522)),
    ],
)
def test_a_page_begins_where_asked_and_is_cut_at_the_last_part(start: int, count: int, page: range) -> None:
    assert page_of(plan_parts(521 * FIVE), start=start, count=count) == page


@pytest.mark.parametrize(
    ("start", "count", "field"),
    [
        (0, 500, "start_part"),
        (-1, 500, "start_part"),
        (522, 500, "start_part"),
        (2**70, 500, "start_part"),
        (1, 0, "batch_count"),
        (1, -1, "batch_count"),
        (1, 501, "batch_count"),
        (1, 2**70, "batch_count"),
    ],
)
def test_a_page_out_of_range_is_refused_by_its_field(start: int, count: int, field: str) -> None:
    with pytest.raises(Malformed) as refused:
        page_of(plan_parts(521 * FIVE), start=start, count=count)
    assert [error.field for error in refused.value.errors] == [field]


@given(st.integers(1, MOST_OF_ALL))
def test_every_proposed_plan_covers_the_file_and_keeps_the_stores_limits(size: int) -> None:
    plan = plan_parts(size)
    before_last = plan.part_size_bytes * (plan.num_parts - 1)
    assert before_last + plan.size_of(plan.num_parts) == size
    assert 1 <= plan.size_of(plan.num_parts) <= plan.part_size_bytes
    assert MIN_PART_BYTES <= plan.part_size_bytes <= MAX_PART_BYTES
    assert plan.num_parts <= MAX_PARTS


@given(st.integers(10 * MIB + 1, 20 * GIB), st.integers(-5, 5000), st.integers(-1, 64 * MIB))
def test_a_plan_of_a_client_covers_the_file_or_is_refused(size: int, num_parts: int, part_size: int) -> None:
    for wish in ({"num_parts": num_parts}, {"part_size_bytes": part_size}):
        try:
            plan = plan_parts(size, **wish)
        except Malformed:
            continue
        assert sum(plan.size_of(number) for number in range(1, plan.num_parts + 1)) == size
        assert plan_parts(size, part_size_bytes=plan.part_size_bytes, num_parts=plan.num_parts) == plan


@given(st.integers(1, MOST), st.integers(1, MAX_BATCH_COUNT))
def test_pages_asked_one_after_another_hold_every_part_once(size: int, count: int) -> None:
    plan = plan_parts(size)
    seen: list[int] = []
    while len(seen) < plan.num_parts:
        seen += page_of(plan, start=len(seen) + 1, count=count)
    assert seen == list(range(1, plan.num_parts + 1))
