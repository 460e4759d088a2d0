"""A cluster of real processes on this machine: the same tables, also when one of its workers is killed."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests import worlds
from tests.test_resume import RUN, finish, same_tables, start
from wutong.experiments import cluster
from wutong.experiments.cluster import in_cluster
from wutong.experiments.commands import app
from wutong.experiments.crew import Task
from wutong.experiments.errors import ClusterError
from wutong.experiments.runner import run_cases

pytestmark = pytest.mark.skipif(importlib.util.find_spec("distributed") is None, reason="the extra [cluster] is not installed")
ROOT = Path(__file__).resolve().parents[1]


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def process(folder: Path, *words: str) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "DASK_DISTRIBUTED__WORKER__DAEMON": "False"}
    command = [sys.executable, "-m", "distributed.cli." + words[0], *words[1:]]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.Popen(command, cwd=folder, env=environment, start_new_session=True, **quiet)


def end(running: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(running.pid, signal.SIGKILL)
    running.wait(10)


@pytest.fixture
def loopback(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler and two workers, as processes of their own; a number of threads for each can be given as a parameter."""
    port = free_port()
    address = f"tcp://127.0.0.1:{port}"
    words = ("--host", "127.0.0.1", "--port", str(port), "--no-dashboard")
    crew = [process(tmp_path, "dask_scheduler", *words)]
    for _ in range(2):
        own = (
            "--nthreads",
            str(getattr(request, "param", 1)),
            "--no-nanny",
            "--no-dashboard",
            "--local-directory",
            str(tmp_path),
        )
        crew.append(process(tmp_path, "dask_worker", address, *own))
    yield address, crew
    for running in crew:
        end(running)


def test_a_cluster_ends_in_the_same_tables_also_when_a_worker_is_killed(loopback, tmp_path):
    address, crew = loopback
    finish(*RUN, "--jobs", "1", "--out", str(tmp_path / "alone"))
    running = start(tmp_path, *RUN, "--cluster", address, "--out", "together")
    deadline = time.monotonic() + 60
    while not (tmp_path / "together" / "store.sqlite").exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    time.sleep(1.0)
    assert running.poll() is None, "it ended before its worker could be killed"
    end(crew[2])
    _, said = running.communicate(timeout=180)
    assert running.returncode == 0, said
    assert same_tables(tmp_path / "alone", tmp_path / "together")


@pytest.mark.parametrize(("lang", "said"), [("zh", "连接不到调度器"), ("en", "there is no scheduler at")])
def test_where_there_is_no_cluster_it_says_so(tmp_path, monkeypatch, lang, said):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(cluster, "PATIENCE_SECONDS", 0.5)
    words = (
        "run",
        "sophia_antipolis",
        "-n",
        "2",
        "--until",
        "2004Q2",
        "--cluster",
        f"tcp://127.0.0.1:{free_port()}",
        "--lang",
        lang,
    )
    done = CliRunner().invoke(app, list(words), catch_exceptions=False)
    assert done.exit_code == 2 and said in done.stderr


class Gone:
    """A client whose scheduler goes away at one of the things that it is asked."""

    def __init__(self, when: str, how: BaseException) -> None:
        self.when, self.how = when, how

    def _asked(self, what: str) -> None:
        if what == self.when:
            raise self.how

    def __call__(self, address: str, timeout: float) -> Gone:
        self._asked("connect")
        return self

    def wait_for_workers(self, n_workers: int, timeout: float) -> None:
        self._asked("wait")

    def run(self, function: object, *, on_error: str) -> dict[str, str]:
        self._asked("run")
        return {"worker": cluster.code_of_model()}

    def nthreads(self) -> dict[str, int]:
        self._asked("nthreads")
        return {"worker": 1}

    def submit(self, *_: object, **__: object) -> None:
        self._asked("submit")
        raise AssertionError("all is asked before")

    def close(self, timeout: float) -> None:
        raise self.how


@pytest.mark.parametrize("when", ["connect", "wait", "run", "nthreads", "submit"])
@pytest.mark.parametrize("how", [OSError("closed"), TimeoutError("late"), RuntimeError("no loop"), asyncio.CancelledError()])
def test_a_scheduler_that_goes_at_any_moment_is_told_in_words(monkeypatch, when, how):
    monkeypatch.setattr("distributed.Client", Gone(when, how))
    cases = worlds.cases(worlds.toy_scenario(quarters=2), 2)
    with pytest.raises(ClusterError, match="scheduler"):
        list(in_cluster(Task(worlds.simulate), [cases], "tcp://127.0.0.1:1"))


def test_workers_with_other_code_are_refused(loopback, monkeypatch):
    address, _ = loopback
    monkeypatch.setattr(cluster, "code_of_model", os.getpid)  # here and on a worker
    cases = worlds.cases(worlds.toy_scenario(quarters=2), 2)
    monkeypatch.setattr(cluster, "PATIENCE_SECONDS", 30.0)
    with pytest.raises(ClusterError, match="another version of the model"):
        list(in_cluster(Task(worlds.simulate), [cases], address))
    assert run_cases(cases).n_skipped == 0
