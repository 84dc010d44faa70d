"""Part sizes, ranges, fingerprints: what is decided without a server."""

from __future__ import annotations

import pytest

from mediadock.client.fingerprints import SAMPLE_BYTES, SAMPLES, FingerprintStore, fingerprint, sample_offsets
from mediadock.client.local_file import LocalFile
from mediadock.client.parts import page_from, parts_to_send, preferred_part_size
from mediadock.core.parts import MAX_PARTS, MIB, plan_parts

GIB = 1024 * MIB


@pytest.mark.parametrize(
    ("size", "part_mib"),
    [
        (10 * MIB + 1, 5),
        (80 * MIB, 5),
        (80 * MIB + 1, 6),
        (512 * MIB, 32),
        (512 * MIB + 1, 32),
        (16_000 * MIB, 32),
        (16_000 * MIB + 1, 33),
        (20 * GIB, 41),
    ],
)
def test_parts_are_spread_over_the_connections_and_their_urls_fit_one_page(size, part_mib):
    assert preferred_part_size(size) == part_mib * MIB
    assert plan_parts(size, part_size_bytes=part_mib * MIB).num_parts <= 500


def test_a_file_of_five_tebibytes_fits_into_the_parts_there_are():
    assert 5 * 1024 * GIB / preferred_part_size(5 * 1024 * GIB) <= MAX_PARTS


def test_the_parts_to_send_cover_the_file_without_those_that_are_stored():
    plan = plan_parts(23 * MIB, part_size_bytes=5 * MIB)
    parts = parts_to_send(plan, stored={2, 4})
    assert [(part.number, part.offset // MIB, part.size_bytes // MIB) for part in parts] == [
        (1, 0, 5),
        (3, 10, 5),
        (5, 20, 3),
    ]


@pytest.mark.parametrize(("number", "count"), [(1, 500), (501, 500), (502, 499), (1000, 1)])
def test_a_page_of_urls_ends_with_the_last_part(number, count):
    assert page_from(number, num_parts=1000) == (number, count)


@pytest.mark.parametrize("size", [0, 1, SAMPLE_BYTES, SAMPLES * SAMPLE_BYTES, SAMPLES * SAMPLE_BYTES + 1, 5 * GIB])
def test_samples_lie_within_the_file_and_hold_its_first_and_last_bytes(size):
    offsets = sample_offsets(size)
    assert len(offsets) <= SAMPLES
    assert size == 0 or (offsets[0] == 0 and offsets[-1] + SAMPLE_BYTES >= size and offsets[-1] < size)


@pytest.mark.parametrize("changed", [0, 5 * MIB // 2, 5 * MIB - 1])
def test_a_changed_sample_changes_the_fingerprint(tmp_path, changed):
    file = tmp_path / "a"
    file.write_bytes(bytes(5 * MIB))
    before = fingerprint(LocalFile.look(file))
    content = bytearray(5 * MIB)
    content[sample_offsets(5 * MIB)[8] if changed == 5 * MIB // 2 else changed] = 1
    file.write_bytes(content)
    assert fingerprint(LocalFile.look(file)) != before


def test_fingerprints_are_kept_apart_for_each_server_and_can_be_forgotten(tmp_path):
    here, there = FingerprintStore("http://a:1", tmp_path), FingerprintStore("http://b:1", tmp_path)
    here.keep(5, "abc")
    assert (here.find(5), there.find(5), here.find(6)) == ("abc", None, None)
    here.forget(5)
    here.forget(5)
    assert here.find(5) is None


def test_a_state_folder_that_cannot_be_written_stops_nothing(tmp_path):
    (tmp_path / "file").write_text("")
    store = FingerprintStore("http://a:1", tmp_path / "file")
    store.keep(5, "abc")
    assert store.find(5) is None
