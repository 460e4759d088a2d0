"""Compiled code is kept where only its user can write, found again by what it was made of, and never half of it."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import stat
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest

from tests.model import toy_engine as toy
from wutong.model.compiled import HOOKS, engines, keeping
from wutong.model.compiled.engines import Engine

ROOT = Path(__file__).resolve().parents[2]
POSIX = pytest.mark.skipif(os.name == "nt", reason="no owners and modes")
RESULT = toy.employees(engines.Plain(toy.run, {}))
REPORT = "from tests.model import toy_engine as toy; toy.report()"


@pytest.fixture(autouse=True)
def desk(tmp_path, monkeypatch):
    """A user with an empty cache and an empty folder of temporary files."""
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    monkeypatch.setenv("WUTONG_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(engines, "_TOLD", set())
    return tmp_path


@pytest.fixture
def told(monkeypatch):
    errors = []
    monkeypatch.setattr(HOOKS, "not_kept", errors.append)
    return errors


@pytest.fixture
def shown(monkeypatch):
    times = []

    @contextlib.contextmanager
    def preparing():
        times.append(time.monotonic())
        yield

    monkeypatch.setattr(HOOKS, "preparing", preparing)
    return times


def new_engine():
    """As a new process makes it."""
    engine = Engine(toy.run, {})
    assert toy.employees(engine) == RESULT
    return engine


def start():
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen([sys.executable, "-c", REPORT], env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def ended(process):
    said, _ = process.communicate()
    assert not process.returncode
    report = json.loads(said)
    assert report["employees"] == RESULT and report["numba"]
    return report


def test_what_was_prepared_once_is_found_again(desk, shown, told):
    first, second = new_engine(), new_engine()
    assert len(shown) == 1 and not told
    assert first.folder == second.folder and desk / "cache" in first.folder.parents
    assert toy.loaded(second) and not toy.loaded(first)
    report = ended(start())
    assert report["prepared"] == 0 and report["loaded"] and report["folders"] == [str(first.folder)]


@POSIX
def test_the_folder_is_for_its_user_alone(desk):
    before = os.umask(0)
    try:
        new_engine()
    finally:
        os.umask(before)
    for path in (desk / "cache").rglob("*"):
        assert not path.stat().st_mode & (stat.S_IWGRP | stat.S_IWOTH), path
    assert stat.S_IMODE((desk / "cache").stat().st_mode) == 0o700


def test_of_eight_that_start_at_once_one_compiles(desk):
    reports = [ended(process) for process in [start() for _ in range(8)]]
    assert sum(not report["loaded"] for report in reports) == 1
    assert not any(report["told"] for report in reports)
    assert len({tuple(report["folders"]) for report in reports}) == 1
    assert not list(desk.rglob("building-*"))


def test_who_waits_too_long_compiles_for_itself(desk, monkeypatch, told):
    folder = new_engine().folder
    shutil.rmtree(folder)
    monkeypatch.setattr(keeping, "PATIENCE", 0.1)
    with keeping.locked(folder.parent):
        engine = new_engine()
    assert [type(error) for error in told] == [keeping.BusyError]
    assert desk / "temporary" in engine.folder.parents


def test_a_lock_ends_with_its_holder(desk):
    folder, order = keeping.made(desk / "cache"), []

    def second():
        with keeping.locked(folder):
            order.append("second")

    with keeping.locked(folder):
        waiting = threading.Thread(target=second)
        waiting.start()
        time.sleep(0.2)
        order.append("first")
    waiting.join()
    assert order == ["first", "second"]


@POSIX
def test_what_others_could_have_written_is_not_read(desk, told, shown):
    folder = new_engine().folder
    file = next(folder.rglob("*.nbc"))
    for path in (folder.parent, desk / "cache"):
        path.chmod(0o720)
        with pytest.raises(keeping.NotPrivateError):
            keeping.made(path)
        path.chmod(0o700)
    for path in (folder, file.parent, file):
        mode = stat.S_IMODE(path.stat().st_mode)
        path.chmod(mode | stat.S_IWOTH)
        with pytest.raises(keeping.NotPrivateError):
            keeping.is_whole(folder)
        path.chmod(mode)
    assert keeping.is_whole(folder)
    file.chmod(0o666)
    engine = new_engine()
    assert len(shown) == 2 and not toy.loaded(engine)
    assert desk / "temporary" in engine.folder.parents
    new_engine()
    assert [(type(error), error.filename) for error in told] == [(keeping.NotPrivateError, str(file))], "said once"


@POSIX
def test_the_folder_of_somebody_else_is_refused(desk, monkeypatch, told):
    """Also among temporary files, where anybody can make a folder before its user does: then nothing is kept."""
    keeping.made(desk / "cache")
    keeping.made(keeping.roots()[1])
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    assert new_engine().folder is None
    assert [type(error) for error in told] == [keeping.NotPrivateError] * 2


@POSIX
def test_a_link_is_refused_and_so_is_a_place_where_anybody_can_swap_folders(desk):
    keeping.made(desk / "real")
    (desk / "cache").symlink_to(desk / "real")
    with pytest.raises(keeping.NotPrivateError):
        keeping.made(desk / "cache")
    (desk / "open").mkdir()
    (desk / "open").chmod(0o777)
    with pytest.raises(keeping.NotPrivateError):
        keeping.made(desk / "open" / "cache")
    (desk / "open").chmod(0o1777)  # sticky, as the folder of temporary files is
    keeping.made(desk / "open" / "cache")


def test_two_users_of_one_machine_keep_their_own(monkeypatch):
    monkeypatch.delenv("WUTONG_CACHE")
    mine = keeping.roots()
    monkeypatch.setenv("HOME", "another")
    monkeypatch.setenv("LOCALAPPDATA", "another")
    monkeypatch.setenv("XDG_CACHE_HOME", "")
    monkeypatch.setattr(os, "getuid", lambda: 12345, raising=False)
    assert not set(mine) & set(keeping.roots())


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="other folders")
def test_the_folder_is_where_the_system_has_caches(monkeypatch):
    monkeypatch.delenv("WUTONG_CACHE")
    monkeypatch.setenv("HOME", "/users/me")
    monkeypatch.setenv("XDG_CACHE_HOME", "/caches")
    assert keeping.roots()[0] == Path("/caches/wutong")
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert keeping.roots()[0] == Path("/users/me/.cache/wutong")
    monkeypatch.setattr(Path, "home", classmethod(lambda _: (_ for _ in ()).throw(RuntimeError("no home"))))
    assert len(keeping.roots()) == 1, "without a home there are temporary files"


def test_where_nothing_can_be_written_it_runs_all_the_same(desk, monkeypatch, told):
    (desk / "file").touch()
    monkeypatch.setenv("WUTONG_CACHE", str(desk / "file" / "cache"))
    assert desk / "temporary" in new_engine().folder.parents
    monkeypatch.setattr(tempfile, "tempdir", str(desk / "file"))
    assert new_engine().folder is None
    assert told and all(isinstance(error, OSError) for error in told)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_is_read_only_is_left(desk, told):
    (desk / "cache").mkdir(mode=0o500)
    assert desk / "temporary" in new_engine().folder.parents
    assert [type(error) for error in told] == [PermissionError]


@pytest.mark.skipif(os.name == "nt", reason="no limits")
def test_a_full_disk_leaves_nothing_behind(desk, told):
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
    try:
        engine = new_engine()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert engine.folder is None and len(told) == 1, "the same reason is said once"
    assert not [path for path in desk.rglob("*") if path.is_file() and path.name != "lock"]
    assert new_engine().folder is not None


def test_the_compiler_never_keeps_code_of_its_own_accord(desk):
    """Where it cannot write, it would turn to the folder of the source, which nobody checks."""
    (desk / "file").touch()
    with pytest.raises(OSError, match="file"):
        engines._kept_in(desk / "file" / "folder", toy.bonus, engines.INNER)


def test_damaged_code_is_made_anew(shown, told):
    folder = new_engine().folder
    file = next(folder.rglob("*.nbc"))
    file.write_bytes(file.read_bytes()[:100])
    new_engine()
    new_engine()
    assert len(shown) == 2 and not told
    for damage in (file.unlink, (folder / keeping.PROOF).unlink, lambda: shutil.rmtree(folder)):
        damage()
        assert not keeping.is_whole(folder)


def test_what_a_killed_process_left_is_removed(desk):
    folder = new_engine().folder
    shutil.rmtree(folder)
    (folder.parent / "building-killed" / "half").mkdir(parents=True)
    new_engine()
    assert not list(desk.rglob("building-*")) and keeping.is_whole(folder)


def test_the_longest_unused_versions_go_and_nothing_else(desk):
    for age in range(keeping.KEPT + 3):
        old = keeping.made(desk / "cache") / f"{keeping.PREFIX}{age}"
        old.mkdir()
        os.utime(old, (1e9 - age, 1e9 - age))
    (desk / "cache" / "papers").mkdir()
    os.utime(desk / "cache" / "papers", (0, 0))
    version = new_engine().folder.parent
    left = {path.name for path in (desk / "cache").iterdir()}
    assert left == {version.name, "papers", *(f"{keeping.PREFIX}{age}" for age in range(keeping.KEPT))}


def test_a_changed_source_has_a_folder_of_its_own(desk):
    """A comment is enough, and so is another version of a library, processor or setting."""
    source = desk / "rule.py"
    source.write_text("first = 1\n", encoding="utf-8")
    os.utime(source, (1e9, 1e9))
    before = keeping.content([source])
    assert before == keeping.content([source])
    source.write_text("first = 1  # changed\n", encoding="utf-8")
    os.utime(source, (1e9, 1e9))
    changed = keeping.content([source])

    def version(*facts, **settings):
        code = f"from wutong.model.compiled import keeping; print(keeping.version(*{facts}))"
        surroundings = {**os.environ, **settings}
        command = [sys.executable, "-c", code]
        return subprocess.run(command, cwd=ROOT, env=surroundings, capture_output=True, text=True, check=True).stdout

    usual = version("run", changed, "numba 1")
    others = {version("run", before, "numba 1"), version("run", changed, "numba 2"), version("begin", changed, "numba 1")}
    assert len({usual, *others, version("run", changed, "numba 1", NUMBA_OPT="0")}) == 5
    assert version("run", changed, "numba 1", NUMBA_NUM_THREADS="2") == usual


def test_what_is_kept_is_kept_for_these_sources(desk, monkeypatch):
    before = new_engine().folder
    monkeypatch.setattr(keeping, "content", lambda sources: f"others than {len(list(sources))} files")
    assert new_engine().folder != before


def test_a_source_that_changes_while_the_program_runs_keeps_nothing(monkeypatch, told):
    monkeypatch.setattr(keeping, "STARTED", 0.0)
    assert new_engine().folder is None
    assert {type(error) for error in told} == {keeping.ChangedError}
