"""A run that takes its process with it: the next attempt finds it, tries it alone, and loses no other."""

from __future__ import annotations

import functools
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests import worlds
from wutong.experiments import alone, api, experiment
from wutong.experiments.alone import DIED, suspects, tried_alone, written_down
from wutong.experiments.crew import Task, to_be_stored
from wutong.experiments.identity import run_ids
from wutong.experiments.runner import Workers, stream_cases
from wutong.experiments.store import FILE, Access, opened
from wutong.model.scenario import Case
from wutong.model.simulate import Attempt, attempted

REQUEST = api.Request(("sophia_antipolis",), ("none", "balanced"), tuple(range(8)), until="2004Q2")
KILLED = """
import functools
from pathlib import Path
from tests.reliability.test_alone import REQUEST, kill_own_process
from wutong.experiments import api, experiment, runner
runner.BATCH_WORLDS = 2
experiment.stream_cases = functools.partial(runner.stream_cases, simulate=kill_own_process)
api.perform(REQUEST, "here", api.Workers(2))
"""


def kill_own_process(cases: Sequence[Case]) -> Attempt:
    """The model; replication 5 ends its process, as the out-of-memory killer does."""
    if any(case.replication == 5 for case in cases):
        os.kill(os.getpid(), signal.SIGKILL)
    return attempted(cases)


DEADLY = Task(kill_own_process, to_be_stored)


@pytest.fixture
def killed(tmp_path: Path) -> Path:
    """The folder of an experiment whose sixth replication killed its process."""
    environment = {**os.environ, "PYTHONPATH": str(worlds.ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([sys.executable, "-"], input=KILLED, cwd=tmp_path, env=environment, text=True, check=False, timeout=120)
    assert done.returncode < 0
    return tmp_path / "here"


def test_resuming_tries_what_was_under_way_alone_and_writes_its_failure(killed, monkeypatch):
    cases = api.plan_of(REQUEST).cases
    deadly = {run_id for run_id, case in zip(run_ids(cases), cases, strict=True) if case.replication == 5}
    assert deadly <= set(suspects(killed)) and len(suspects(killed)) <= 4, "two threads, two policies each"
    monkeypatch.setattr(experiment, "STORED", DEADLY)
    monkeypatch.setattr(experiment, "stream_cases", functools.partial(stream_cases, simulate=kill_own_process))
    ended = api.resume(killed, Workers(2)).ended
    assert ended is not None and (ended.n_complete, ended.n_skipped) == (14, 0)
    with opened(killed / FILE, Access.READ) as store:
        assert store.failures().keys() == deadly
        assert {failed.error for failed in store.failures().values()} == {DIED}
    assert not suspects(killed) and not list(killed.glob("running-*"))


def test_what_a_killed_process_was_at_is_found_and_an_orderly_end_leaves_nothing(tmp_path):
    cases = worlds.cases(worlds.toy_scenario(quarters=2), 3)
    ids = dict(zip(map(id, cases), run_ids(cases), strict=True))
    with written_down(tmp_path, ids) as begins:
        begins(0, cases[:2])
        begins(1, cases[1:])
        begins(0, cases[:1])
        assert suspects(tmp_path) == [ids[id(cases[0])], ids[id(cases[1])], ids[id(cases[2])]]
    assert not list(tmp_path.iterdir())
    with pytest.raises(KeyboardInterrupt):
        interrupted(tmp_path, ids, cases)
    assert not suspects(tmp_path)


def interrupted(folder, ids, cases):
    with written_down(folder, ids) as begins:
        begins(0, cases)
        raise KeyboardInterrupt


def test_a_disk_that_is_full_stops_no_run(tmp_path):
    with written_down(tmp_path / "nowhere", {}) as begins:
        begins(0, [])


def test_what_can_run_alone_is_the_run_that_it_is_here():
    cases = worlds.cases(worlds.toy_scenario(quarters=2), 2)
    for case, outcome in tried_alone(Task(finish=to_be_stored), cases):
        assert outcome == Task(finish=to_be_stored)([case])


def test_where_no_process_can_be_started_nothing_is_accused(monkeypatch):
    cases = worlds.cases(worlds.toy_scenario(quarters=2), 2)
    for broken in ("/nowhere/python", "/bin/false"):
        monkeypatch.setattr(alone.sys, "executable", broken)
        assert list(tried_alone(Task(), cases)) == []
