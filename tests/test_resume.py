"""Nothing is lost: whatever kills an experiment, what it had finished stays, and resuming ends in the same tables."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from wutong.experiments import reopening
from wutong.experiments.commands import app
from wutong.experiments.questions import goals

ROOT = Path(__file__).resolve().parents[1]
TABLES = ("runs.csv", "trajectories.csv", "summary.csv", "columns.json", "answer.txt")
RUN = (
    "run",
    "sophia_antipolis",
    "--policy",
    "none",
    "--policy",
    "balanced",
    "-n",
    "64",
    "--until",
    "2007Q4",
    "--lang",
    "en",
    "-q",
)


def start(folder: Path, *words: str) -> subprocess.Popen[str]:
    """The command line in a process of its own, to be killed."""
    command = [sys.executable, str(ROOT / "run.py"), *words]
    environment = {**os.environ, "MPLCONFIGDIR": str(folder / "mpl")}
    return subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )  # fmt: skip


def finish(*words: str) -> None:
    """The command line in this process, without pictures: they are not compared."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(goals, "figures", lambda *_: iter(()))
        code, said = invoke(*words)
    assert code == 0, said


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The results of an experiment that nothing interrupted."""
    folder = tmp_path_factory.mktemp("whole") / "whole"
    finish(*RUN, "--jobs", "2", "--out", str(folder))
    return folder


def same_tables(one: Path, other: Path) -> bool:
    return all((one / name).read_bytes() == (other / name).read_bytes() for name in TABLES)


def stored(folder: Path) -> bool:
    return (folder / "store.sqlite-wal").exists() or (folder / "store.sqlite").exists()


@pytest.mark.parametrize("attempt", range(2))
def test_kill_and_resume_end_in_the_same_tables(whole: Path, tmp_path: Path, attempt: int) -> None:
    process = start(tmp_path, *RUN, "--jobs", "2", "--out", "here")
    deadline = time.monotonic() + 60
    while not (tmp_path / "here" / "manifest.json").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep((0.2, 0.8, 1.6)[attempt])
    assert process.poll() is None, "it ended before it could be killed"
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=30)
    assert stored(tmp_path / "here")
    finish("resume", str(tmp_path / "here"), "--lang", "en", "-q", "--jobs", "1")
    assert same_tables(whole, tmp_path / "here")
    assert json.loads((tmp_path / "here" / "manifest.json").read_text(encoding="utf-8"))["status"] == "complete"


def test_one_thread_and_three_give_the_same_tables(whole: Path, tmp_path: Path) -> None:
    for jobs in ("1", "3"):
        finish(*RUN, "--jobs", jobs, "--out", str(tmp_path / jobs))
        assert same_tables(whole, tmp_path / jobs)


# ── Taken up again ───────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The results of four short runs."""
    folder = tmp_path_factory.mktemp("short") / "here"
    words = ("run", "sophia_antipolis", "-n", "4", "--until", "2005Q4", "--jobs", "1", "--lang", "en", "-q")
    assert invoke(*words, "--out", str(folder))[0] == 0
    return folder


@pytest.fixture
def folder(short: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the results of four short runs, in the current directory."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLCONFIGDIR", str(tmp_path / "mpl"))
    return Path(shutil.copytree(short, "here")).resolve()


def invoke(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, list(words), catch_exceptions=False)
    return done.exit_code, done.output


def test_what_is_complete_is_only_told_again(folder: Path) -> None:
    before = (folder / "runs.csv").read_bytes()
    code, said = invoke("resume", "here", "--lang", "en")
    assert code == 0 and "run 4 times" in said
    assert (folder / "runs.csv").read_bytes() == before


def test_a_run_can_be_run_again(folder: Path) -> None:
    run_id = (folder / "runs.csv").read_text(encoding="utf-8-sig").splitlines()[1].split(",")[0]
    assert invoke("rerun", "here", run_id, "--lang", "en") == (0, "The same as what is kept.\n")
    code, said = invoke("rerun", "here", "0" * 16, "--lang", "zh")
    assert code == 2 and "没有运行" in said


def test_changed_inputs_are_refused_by_name(folder: Path) -> None:
    with (folder / "inputs" / "sophia_antipolis.yaml").open("a", encoding="utf-8") as file:
        file.write("# a remark\n")
    code, said = invoke("resume", "here", "--lang", "en")
    assert code == 2 and "inputs/sophia_antipolis.yaml" in said and "changed" in said


def test_changed_code_is_refused_with_both_versions(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reopening, "code_of_model", lambda *_: "another")
    code, said = invoke("resume", "here", "--lang", "en")
    assert code == 2 and "code of the model has changed" in said


def test_a_folder_without_an_experiment_is_refused(folder: Path) -> None:
    for place in (".", "nowhere", "here/inputs"):
        code, said = invoke("resume", place, "--lang", "zh")
        assert code == 2 and "不是结果文件夹" in said


def test_a_damaged_store_says_what_to_do_and_repair_runs_the_rest(folder: Path) -> None:
    before = (folder / "runs.csv").read_bytes()
    store = folder / "store.sqlite"
    store.write_bytes(b"\0" * 100 + store.read_bytes()[100:])
    code, said = invoke("resume", "here", "--lang", "en")
    assert code == 2 and "resume --repair" in said
    code, said = invoke("resume", "here", "--repair", "--lang", "en", "-q", "--jobs", "1")
    assert code == 0 and "were saved" in said
    assert (folder / "runs.csv").read_bytes() == before


def test_a_dry_run_tells_and_writes_nothing(folder: Path) -> None:
    there = sorted(folder.parent.rglob("*"))
    words = ("run", "sophia_antipolis", "--policy", "none", "--policy", "balanced", "-n", "500", "--jobs", "2", "--dry-run")
    code, said = invoke(*words, "--lang", "zh")
    assert code == 0 and "共 1000 次运行" in said and "MB" in said
    assert sorted(folder.parent.rglob("*")) == there
