"""A store that is read while another process writes it, one that was left behind, and one where nothing can be written."""

from __future__ import annotations

import errno
import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from tests import worlds
from wutong.experiments import api, experiment, manifest, outputs
from wutong.experiments.errors import FolderError, StoreError
from wutong.experiments.exports import export
from wutong.experiments.forms import Form
from wutong.experiments.identity import run_ids
from wutong.experiments.kept import kept_in, selected
from wutong.experiments.packing import packed
from wutong.experiments.runner import Workers
from wutong.experiments.store import FILE, Access, opened
from wutong.experiments.tables import Wanted

REQUEST = api.Request(("sophia_antipolis",), ("none", "balanced"), tuple(range(12)), until="2004Q2")
WRITER = """
import os, signal, sys, time
from wutong.experiments.api import read
from wutong.experiments.identity import run_ids
from wutong.experiments.packing import packed
from wutong.experiments.store import FILE, Access, opened
from wutong.model.simulate import simulate
from pathlib import Path
folder, how = Path(sys.argv[1]), sys.argv[2]
cases = read(folder).experiment.plan.cases
history = simulate(cases)
with opened(folder / FILE, Access.WRITE) as store:
    print("writing", flush=True)
    for first in range(len(cases)):
        store.add(run_ids(cases[first : first + 1]), packed(simulate(cases[first : first + 1])), {})
        if how == "left" and first == 11:
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(0.08)
print("written", flush=True)
"""


def begun(folder: Path) -> None:
    """An experiment without runs."""
    experiment.begun(api.plan_of(REQUEST), folder, 1)


def writer(folder: Path, how: str = "whole") -> subprocess.Popen[str]:
    command = [sys.executable, "-B", "-c", WRITER, str(folder), how]
    process = subprocess.Popen(command, cwd=worlds.ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdout.readline() == "writing\n"
    return process


def assert_whole(folder: Path, scratch: Path, expected: dict[str, bytes]) -> int:
    """Read in every way; every run that is seen is whole and right.  The number of runs that an export found."""
    kept = kept_in(folder)
    with opened(kept.path, Access.READ) as store:
        for group in kept.groups.values():
            history = store.history(group.cases, group.ids)
            for world, run_id in enumerate(group.ids):
                assert np.ascontiguousarray(history.values["revenue"][:, world]).tobytes() == expected[run_id]
    for history in api.read(folder).histories(["firms"]):
        assert (history.values["firms"].sum(axis=(0, 2)) > 0).all()
    n_runs = sum(len(group.ids) for group in kept.groups.values())
    if n_runs:
        from wutong.experiments import datasets

        common = selected(kept, policies=kept.policies[:1])
        assert not np.isnan(datasets.dataset(common, ["firms"]).firms.values).any()
        path, _ = export(kept, Form.CSV, Wanted(("firms",)), scratch / f"{time.monotonic_ns()}.csv")
        assert len({line.partition(",")[0] for line in path.read_text(encoding="utf-8-sig").splitlines()}) == n_runs + 1
    return n_runs


@pytest.fixture(scope="module")
def expected() -> dict[str, bytes]:
    """Revenue of every run, as it is stored."""
    cases = api.plan_of(REQUEST).cases
    values = worlds.simulate(cases).values["revenue"].astype(np.float32).astype(np.float64)
    return {run: np.ascontiguousarray(values[:, n]).tobytes() for n, run in enumerate(run_ids(cases))}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    begun(tmp_path / "here")
    return tmp_path / "here"


def test_what_is_read_while_another_writes_is_whole(folder, tmp_path, expected):
    pytest.importorskip("xarray", reason="the extra wutong[data] is not installed")
    process = writer(folder)
    seen = []
    while process.poll() is None:
        seen.append(assert_whole(folder, tmp_path, expected))
        time.sleep(0.3)
    out, said = process.communicate(timeout=30)
    assert (process.returncode, out) == (0, "written\n"), said
    assert seen == sorted(seen) and len(seen) >= 3
    assert any(0 < n < 24 for n in seen), "it was read before it was whole"
    assert assert_whole(folder, tmp_path, expected) == 24
    assert sorted(path.name for path in folder.iterdir()) == ["inputs", "manifest.json", FILE], "one plain file"


def test_a_second_writer_is_refused_and_a_reader_is_not(folder):
    process = writer(folder)
    began = time.monotonic()
    with pytest.raises(StoreError, match="in use by another program") as refused:
        api.resume(folder, Workers(1))
    assert "正被另一个程序使用" in refused.value.message.zh and time.monotonic() - began < 10
    assert kept_in(folder).n_failed == 0
    process.kill()
    process.communicate(timeout=30)
    assert (folder / f".{FILE}.lock").exists(), "what the killed writer left"
    with opened(folder / FILE, Access.WRITE) as store:
        assert store.complete()
    assert not (folder / f".{FILE}.lock").exists()


def test_a_store_whose_writer_was_killed_is_read_and_resumed(folder, tmp_path, expected):
    pytest.importorskip("xarray", reason="the extra wutong[data] is not installed")
    process = writer(folder, "left")
    process.communicate(timeout=30)
    assert process.returncode == -signal.SIGKILL and (folder / f"{FILE}-wal").exists()
    assert assert_whole(folder, tmp_path, expected) == 12
    ended = api.resume(folder, Workers(1)).ended
    assert ended is not None and (ended.n_complete, ended.n_skipped) == (24, 0)
    assert assert_whole(folder, tmp_path, expected) == 24
    assert not [path.name for path in folder.iterdir() if path.name.startswith((f"{FILE}-", "."))]


@pytest.fixture
def store() -> Iterator[Path]:
    """A store of three runs, in a folder of its own that others may enter: pytest closes its own to them whenever it starts."""
    cases = worlds.cases(worlds.toy_scenario(quarters=2), 3)
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        with opened(Path(name) / FILE, Access.NEW) as new:
            new.add(run_ids(cases), packed(worlds.simulate(cases)), {})
        yield Path(name) / FILE


@pytest.fixture
def in_transaction(store: Path) -> Iterator[sqlite3.Connection]:
    """Another reader that can be in the middle of something."""
    connection = sqlite3.connect(store, isolation_level=None, check_same_thread=False)
    yield connection
    connection.close()


def begin(connection: sqlite3.Connection) -> None:
    connection.execute("BEGIN")
    connection.execute("SELECT * FROM about").fetchall()


def test_a_writer_waits_for_a_reader_before_it_begins(store, in_transaction):
    begin(in_transaction)
    ending = threading.Timer(0.4, in_transaction.rollback)
    ending.start()
    with opened(store, Access.WRITE) as writing:
        assert len(writing.complete()) == 3
    ending.join()


READS = """
import os, sys
import urllib.parse  # what pathlib loads later: another user may not be able to read this Python
from pathlib import Path
from wutong.experiments.store import Access, opened
from wutong.experiments import store, kept, packing
from wutong.model import simulate
if os.geteuid() == 0:
    os.setuid(65534)
with opened(Path(sys.argv[1]), Access.READ) as there:
    print(len(there.complete()), len(there.damaged()))
try:
    with opened(Path(sys.argv[1]), Access.WRITE):
        print("written?")
except Exception as error:
    print(error.message.en)
"""


@pytest.mark.skipif(os.name == "nt", reason="rights differ")
@pytest.mark.parametrize("read_at_the_end", [False, True])
def test_a_finished_store_is_read_where_nothing_can_be_written(store, in_transaction, read_at_the_end):
    """Also if somebody read it when its writer ended, who then could not fold its log away."""
    with opened(store, Access.WRITE) as writing:
        if read_at_the_end:
            begin(in_transaction)
        writing.forget_failures()
    in_transaction.close()
    assert (store.read_bytes()[18] == 2) == read_at_the_end and [path.name for path in store.parent.iterdir()] == [FILE]
    place = store.parent
    store.chmod(0o444)
    place.chmod(0o555)
    try:
        command = [sys.executable, "-B", "-c", READS, str(store)]
        done = subprocess.run(command, cwd=worlds.ROOT, capture_output=True, text=True, check=False, timeout=60)
    finally:
        place.chmod(0o755)
    lines = done.stdout.splitlines()
    assert lines[:1] == ["3 0"] and "cannot be written" in lines[1], done.stderr


# ── Disks and clocks ─────────────────────────────────────────────────────────────────────────────────────────────────
def full(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("what", ["write_tables", "write_manifest"])
def test_a_disk_that_is_full_after_the_runs_loses_none(folder, monkeypatch, what):
    with monkeypatch.context() as patch:
        patch.setattr(outputs.results if what == "write_tables" else manifest, what, full)
        with pytest.raises(FolderError, match="No space left on device"):
            api.resume(folder, Workers(1))
    ended = api.resume(folder, Workers(1)).ended
    assert (
        ended is not None
        and ended.n_complete == 24
        and json.loads((folder / "manifest.json").read_text())["counts"]["complete"] == 24
    )


def test_a_disk_that_is_full_before_the_runs_is_said_in_words(tmp_path, monkeypatch):
    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(FolderError, match="No space left on device"):
        begun(tmp_path / "here")


def test_ctrl_c_while_tables_are_written_is_an_interruption(folder, monkeypatch):
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(experiment, "written", interrupted)
        ended = api.resume(folder, Workers(1)).ended
    assert ended is not None and ended.interrupted and ended.n_complete == 24
    assert json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["status"] == "interrupted"
    again = api.resume(folder, Workers(1)).ended
    assert again is not None and not again.interrupted and (folder / "runs.csv").exists()


def test_a_clock_that_is_set_back_overwrites_nothing_and_resumes(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folders = []
    for year in (2031, 2001):

        class Clock(datetime):
            @classmethod
            def now(cls, tz=None):
                return datetime(year, 5, 1, tzinfo=UTC)  # noqa: B023

        monkeypatch.setattr(experiment, "datetime", Clock)
        folders += [experiment.begun(api.plan_of(REQUEST), None, 1).folder for _ in range(2)]
    assert len(set(folders)) == 4
    with opened(folders[0] / FILE, Access.WRITE) as store:
        cases = api.plan_of(REQUEST).cases[:5]
        store.add(run_ids(cases), packed(worlds.simulate(cases)), {})
    ended = api.resume(folders[0], Workers(1)).ended  # thirty years before it began
    assert ended is not None and ended.n_complete == 24
    record = json.loads((folders[0] / "manifest.json").read_text(encoding="utf-8"))
    assert record["ended"] < record["started"] and all(seconds >= 0 for seconds in record["seconds"].values())
