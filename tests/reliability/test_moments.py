"""Killed, or the disk full, at any moment of everything that writes: done again it ends as if nothing had been.

Every moment is tried where ``EVERY_MOMENT=1`` is set, else a few of each kind: they are many, and each has a process of its own.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.reliability.acts import ACTS, contents, emptied, made_quick
from tests.reliability.moments import full_from, killed_at
from wutong.experiments.errors import WordedError

STEP = 1 if os.environ.get("EVERY_MOMENT") else 7  # from one moment to the next that is tried
pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="a child is forked for every moment")


@pytest.fixture(scope="module", autouse=True)
def quick() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        made_quick(patch)
        yield


@pytest.fixture(scope="module", params=ACTS)
def kind(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path, dict[str, object]]:
    """What writes by its name, what it starts from, and what stands there in the end if nothing happens."""
    written = ACTS[request.param]
    start = tmp_path_factory.mktemp("start")
    written.before(start)
    whole = tmp_path_factory.mktemp("whole") / "in"
    shutil.copytree(start, whole)
    written.act(whole)
    return request.param, start, contents(whole)


def test_killed_at_any_moment_it_is_done_again_and_leaves_nothing(kind, tmp_path):
    name, start, whole = kind
    act, folder, moment = ACTS[name].act, tmp_path / "in", 1
    while True:
        emptied(folder)
        shutil.copytree(start, folder, dirs_exist_ok=True)
        if not killed_at(moment, folder, act):
            break
        act(folder)
        assert contents(folder) == whole, f"moment {moment}"
        moment += STEP
    assert moment > 2, "it was killed at some"
    print(f"{name}: killed at {len(range(1, moment, STEP))} moments")


def test_a_disk_that_is_full_from_any_moment_on_is_told_in_words_and_nothing_is_half_written(kind, tmp_path):
    name, start, whole = kind
    act, folder, moment = ACTS[name].act, tmp_path / "in", 1
    while True:
        emptied(folder)
        shutil.copytree(start, folder, dirs_exist_ok=True)
        error = full_from(moment, folder, act)
        if error is None:
            break
        assert isinstance(error, WordedError), repr(error)
        assert (
            "No space left on device" in error.message.en
            and "\n" not in error.message.en
            and "-unfinished" not in error.message.en
        )
        act(folder)
        assert contents(folder) == whole, f"moment {moment}"
        moment += STEP
    assert moment > 2, "it was full at some"
    print(f"{name}: full from {len(range(1, moment, STEP))} moments on")
