"""One SHA-256 over all values and all exported tables, whatever runs them, in whatever pieces, order and company."""

from __future__ import annotations

import os
import random
import subprocess
import sys

import pytest

from tests.reliability.small import cases_of, digest, digest_of, run_into
from tests.test_cluster import loopback  # noqa: F401 - a fixture
from tests.test_cluster import pytestmark as with_distributed
from tests.worlds import ROOT
from wutong.experiments import runner
from wutong.experiments.runner import Workers

ALONE = Workers()


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> str:
    return digest_of(cases_of(), ALONE, tmp_path_factory.mktemp("expected"))


@pytest.mark.parametrize("size", [1, 2, 7, 16, 32])
def test_pieces_of_any_size(expected, tmp_path, monkeypatch, size):
    monkeypatch.setattr(runner, "BATCH_WORLDS", size)
    assert digest_of(cases_of(), ALONE, tmp_path) == expected


@pytest.mark.parametrize(("jobs", "size"), [(2, 7), (3, 2)])
def test_any_number_of_threads(expected, tmp_path, monkeypatch, jobs, size):
    monkeypatch.setattr(runner, "BATCH_WORLDS", size)
    assert digest_of(cases_of(), Workers(jobs), tmp_path) == expected


@pytest.mark.parametrize("seed", ["1", "2"])
def test_a_script_from_standard_input_without_a_guard_and_any_hash_seed(expected, tmp_path, seed):
    code = f"""
from pathlib import Path
from wutong.experiments.runner import Workers
from tests.reliability.small import cases_of, digest_of
print(digest_of(cases_of(), Workers(2), Path({str(tmp_path)!r})))
"""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": seed}
    command = [sys.executable, "-B", "-"]
    done = subprocess.run(
        command, input=code, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.stdout.strip() == expected, done.stderr


def test_another_order_of_cases(expected, tmp_path, monkeypatch):
    monkeypatch.setattr(runner, "BATCH_WORLDS", 7)
    shuffled = cases_of()
    random.Random(3).shuffle(shuffled)
    assert digest_of(shuffled, ALONE, tmp_path) == expected


def test_a_scenario_a_policy_and_replications_more_change_no_run(tmp_path):
    few, more = (run_into(tmp_path / f"{more}", cases_of(4, more=more), ALONE) for more in (False, True))
    assert len(few) == 4 * 4 and len(more) == 9 * 7
    assert digest(few[run_id] for run_id in sorted(few)) == digest(more[run_id] for run_id in sorted(few))


@with_distributed
@pytest.mark.parametrize("loopback", [1, 4], indirect=True, ids=["one thread", "four threads"])
def test_a_cluster(expected, loopback, tmp_path, monkeypatch):  # noqa: F811 - the fixture
    monkeypatch.setattr(runner, "BATCH_WORLDS", 7)
    address, _ = loopback
    (tmp_path / "here").mkdir()
    assert digest_of(cases_of(), Workers(2, cluster=address), tmp_path / "here") == expected


def test_the_digest_sees_one_bit(tmp_path):
    values = run_into(tmp_path / "one", cases_of(2), ALONE)
    *others, last = values.values()
    changed = [*others, bytes([last[0] ^ 1, *last[1:]])]
    assert digest(values.values()) != digest(changed)
