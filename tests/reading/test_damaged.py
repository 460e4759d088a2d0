"""Damaged files are refused with words or read as what they say; ``python -m tests.reading.damage`` tries many more."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.reading.damage import Shipped, copied, otherwise_read, same, several, shipped, verdict
from wutong.experiments.reading import text

SEED = 20221231
COPIES = 200


@pytest.mark.parametrize("part", range(4))
def test_damaged_copies(part: int) -> None:
    outcomes = several(SEED, range(part * COPIES // 4, (part + 1) * COPIES // 4))
    assert [outcome for outcome in outcomes if outcome.end == "failed"] == []
    ends = {outcome.end for outcome in outcomes}
    assert {"refused", "changed"} <= ends  # damage that nothing notices, or that is all refused, would test nothing


@pytest.mark.parametrize("file", shipped(), ids=lambda file: f"{file.kind} {file.path.name}")
def test_the_other_reader_agrees_on_what_is_shipped(file: Shipped, tmp_path: Path) -> None:
    copy = copied(file, tmp_path)
    assert same(copy.tree(), otherwise_read(copy))


def test_a_careless_reader_is_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The judge itself: a reader that takes NO for false changes the meaning of a file without a word."""
    policy = next(file for file in shipped() if file.path.name == "as_announced.yaml")
    copy = copied(policy, tmp_path)
    copy.file.write_bytes(policy.path.read_bytes() + b"note: NO\n")
    assert verdict(policy, copy)[0] != "failed"
    monkeypatch.setitem(text.SPECIAL, "NO", "false")
    text.parse.cache_clear()
    assert verdict(policy, copy)[0] == "failed"
    text.parse.cache_clear()
