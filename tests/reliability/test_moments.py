"""Killed, or the disk full, at any moment of everything that writes: done again it ends as if nothing had been.

Every moment is tried where ``EVERY_MOMENT=1`` is set, else a few of each kind: they are many, and each has a process of its own.
"""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.reliability.acts import ACTS, Written, contents, emptied, exported, finished, made_quick
from tests.reliability.moments import full_from, killed, killed_at, limited_to
from wutong.experiments import unfinished
from wutong.experiments.errors import FolderError, ResultsError, WordedError
from wutong.experiments.evidence import outputs as evidence
from wutong.experiments.evidence.outputs import kept_answers
from wutong.experiments.exports import export
from wutong.experiments.forms import Form
from wutong.experiments.kept import kept_in
from wutong.experiments.store import FILE, Access, opened
from wutong.experiments.store.opening import alone
from wutong.experiments.tables import Wanted

STEP = 1 if os.environ.get("EVERY_MOMENT") else 17  # from one moment to the next that is tried
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


# what was whole when the disk was full, beside the folder of an experiment that had begun
KEPT_OF = {
    "resume": {
        *(f"here/{name}" for name in ("runs.csv", "summary.csv", "columns.json", "trajectories.csv", "answer.txt")),
        *("here/store.sqlite-wal", "here/store.sqlite-shm"),  # SQLite's own, which the next command folds away
    },
    "evidence": {"here", "here/manifest.json"},
}
LIMITED = {
    "beginning": (ACTS["beginning"], (0, 2_000, 20_000)),
    "repair": (ACTS["repair"], (0, 5_000, 20_000)),
    "resume": (ACTS["resume"], (0, 2_000, 20_000)),
    "evidence": (ACTS["evidence"], (0, 100)),
    **{form.value: (Written(finished, partial(exported, form=form)), (0, 1_000)) for form in Form},
}


@pytest.mark.parametrize("name", LIMITED)
def test_a_file_that_can_be_written_in_part_only_is_told_in_words_and_leaves_nothing(name, tmp_path):
    """The system cuts writes short in the middle, those of SQLite and of libraries too."""
    written, sizes = LIMITED[name]
    if name in {"xlsx", "parquet"}:
        pytest.importorskip({"xlsx": "openpyxl", "parquet": "pyarrow"}[name])
    start, folder = tmp_path / "start", tmp_path / "in"
    start.mkdir()
    written.before(start)
    for size in sizes:
        shutil.copytree(start, folder)
        before = names(folder)
        said = limited_to(size, written.act, folder)
        assert said.startswith("words: ") and "\n" not in said, f"{size}: {said}"
        assert names(folder) - before <= KEPT_OF.get(name, set()), size
        written.act(folder)
        shutil.rmtree(folder)


def test_an_export_that_was_killed_as_it_was_moved_is_finished_and_told_to_be_complete(tmp_path):
    finished(tmp_path)

    def cut_short() -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(unfinished, "_move_up", lambda _: os.kill(os.getpid(), signal.SIGKILL))
            exported(tmp_path)

    assert killed(cut_short) and not list((tmp_path / "out").glob("*.csv"))
    with pytest.raises(ResultsError, match="is complete now, with "):
        export(kept_in(tmp_path / "here"), Form.CSV, Wanted(("firms", "floor")), tmp_path / "out")
    assert {path.suffix for path in (tmp_path / "out").iterdir()} == {".csv"}


def test_evidence_is_made_by_one_process_at_a_time(tmp_path):
    ACTS["evidence"].act(tmp_path)
    here = tmp_path / "here"
    with alone(here / "steps"), pytest.raises(FolderError, match="in use by another program"):
        evidence.carried_out(here, 1, "en")
    evidence.carried_out(here, 1, "en")


def test_a_store_is_made_whole_or_not_at_all(tmp_path):
    def made(folder: Path) -> None:
        with opened(folder / FILE, Access.NEW) as store:
            assert not store.complete()

    for size in (0, 1_000, 8_000):
        said = limited_to(size, made, tmp_path)
        assert said.startswith("words: ") and not names(tmp_path), f"{size}: {said}"
    made(tmp_path)
    assert names(tmp_path) == {FILE}


def names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


@pytest.mark.parametrize("name", ["steps/one.json", "posteriors/one.csv", "figures/en/one.png"])
def test_a_step_of_the_evidence_that_is_not_what_was_written_is_refused_and_done_again(name, tmp_path):
    ACTS["evidence"].act(tmp_path)
    whole, path = contents(tmp_path), tmp_path / "here" / name
    content = path.read_bytes()
    for bit in range(0, 8 * len(content), max(len(content) // 2, 1)):
        path.write_bytes(bytes(byte ^ ((1 << bit % 8) if n == bit // 8 else 0) for n, byte in enumerate(content)))
        with pytest.raises(FolderError, match="resume does this step again"):
            kept_answers(tmp_path / "here")
        ACTS["evidence"].act(tmp_path)
        assert contents(tmp_path) == whole
