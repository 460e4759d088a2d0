"""What is registered stays plain Python, what is compiled gives the same bits, and a user's own function takes its place."""

from __future__ import annotations

import contextlib
import pickle
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from tests.model import toy_engine as toy
from tests.model.toy_engine import bonus
from wutong.model.compiled import HOOKS, EngineMissingError, compiled, engine, engines
from wutong.model.compiled.registry import reached, those_that_reach

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cache") / "own"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WUTONG_CACHE", str(folder))
        yield folder


@pytest.fixture(autouse=True)
def as_in_a_new_process(monkeypatch):
    monkeypatch.setattr(engines, "_ENGINES", {})


@compiled
def divided(x, y):
    return x / y


def twice_the_bonus(employees):
    return 2.0 * toy.bonus(employees)


@compiled
def one_more(amount):
    return amount + 1.0


def raised(employees):
    return one_more(bonus(employees))


def test_what_is_registered_stays_what_it_is():
    assert type(bonus) is type(raised) and bonus(4.0) == 1.0


def test_looking_around_loads_neither_compiler_nor_mesa():
    code = """
import contextlib, io, sys
from wutong.experiments.commands import app
for words in (["--help"], ["prepare", "--help"], ["list"], ["check", "baseline"]):
    with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
        app(words)
    print(sorted({"numba", "llvmlite", "mesa"} & set(sys.modules)))
"""
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=True)
    assert said.stdout.split() == ["[]"] * 4, said.stderr


def test_compiled_and_plain_give_the_same_bits():
    assert toy.employees(engine(toy.run, plain=False)) == toy.employees(engine(toy.run, plain=True))


def test_an_entry_point_is_made_once_for_all_threads(monkeypatch, tmp_path):
    monkeypatch.setenv("WUTONG_CACHE", str(tmp_path))
    shown, found = [], []

    @contextlib.contextmanager
    def preparing():
        shown.append(1)
        yield

    monkeypatch.setattr(HOOKS, "preparing", preparing)
    threads = [threading.Thread(target=lambda: found.append(toy.employees(engine(toy.run)))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(shown) == 1 and len(found) == 8 and found == [found[0]] * 8
    assert engine(toy.run) is engine(toy.run)


def test_entry_points_are_many():
    before = toy.arguments()[2].row["employees"].tolist()
    assert toy.employees(engine(toy.shrink)) != toy.employees(engine(toy.run)) != before
    assert engine(toy.shrink).folder != engine(toy.run).folder


def test_other_types_are_refused_rather_than_compiled():
    engine(divided)(1.0, 2.0)
    with pytest.raises(TypeError, match="argument type"):
        engine(divided)("1", 2.0)
    assert engine(divided)(3, 2.0) == 1.5, "a whole number is taken for a real one, as Python does"


def test_what_is_prepared_has_not_run():
    given = toy.arguments()
    engine(toy.run).prepare(*given)
    assert given[2].row["employees"].tolist() == [10.0, 20.0, 30.0, 40.0]
    assert engine(toy.run).folder is not None


def test_plain_python_says_what_compiled_code_passes_over():
    assert engine(divided)(1.0, 0.0) == np.inf
    with pytest.raises(ZeroDivisionError):
        engine(divided, plain=True)(1.0, 0.0)
    with pytest.raises(FloatingPointError):
        engine(divided, plain=True)(np.float64(0.0), np.float64(0.0))


@pytest.mark.parametrize("name", ["WUTONG_UNCOMPILED", "NUMBA_DISABLE_JIT"])
def test_the_environment_asks_for_plain_python(name, monkeypatch):
    monkeypatch.setenv(name, "0")
    assert isinstance(engine(toy.run), engines.Engine)
    monkeypatch.setenv(name, "1")
    assert isinstance(engine(toy.run), engines.Plain)


@pytest.mark.parametrize("plain", [False, True], ids=["compiled", "plain"])
def test_a_users_own_function_takes_the_place_of_a_shipped_one(plain):
    """Also where it calls the shipped one; the ordinary entry point stays as it is."""
    ordinary = toy.employees(engine(toy.run, plain=plain))
    own = toy.employees(engine(toy.run, {toy.bonus: raised}, plain=plain))
    assert own[:3] != ordinary[:3] and own[3] == ordinary[3]
    twice = toy.employees(engine(toy.run, {toy.bonus: twice_the_bonus}, plain=plain))
    assert twice[0] > own[0] > ordinary[0]
    assert toy.employees(engine(toy.run, plain=plain)) == ordinary
    only_one = toy.arguments()
    only_one[2].row["employees"][0] = 0.0
    engine(toy.run, {toy.bonus: raised}, plain=plain)(1, *only_one[1:])
    assert only_one[2].row["employees"][0] == 1.0


def test_only_what_calls_a_users_own_function_is_compiled_anew():
    calls = reached(toy.run, {bonus: raised})
    names = {function.__name__ for function in those_that_reach(calls, {raised})}
    assert names == {"run", "grow", "raised"}
    assert {"mix", "uniform", "one_more", "bonus"} <= {function.__name__ for function in calls}


def test_own_functions_leave_the_kept_code_alone(cache):
    engine(toy.run).prepare(*toy.arguments())
    before = {path: path.stat().st_mtime_ns for path in cache.rglob("*") if path.is_file() and path.name != "lock"}
    toy.employees(engine(toy.run, {toy.bonus: raised}))
    assert {path: path.stat().st_mtime_ns for path in cache.rglob("*") if path.is_file() and path.name != "lock"} == before
    assert engine(toy.run, {toy.bonus: raised}).folder is None


def test_without_a_compiler_there_is_a_sentence_and_the_plain_way():
    code = """
import sys
sys.modules["numba"] = None
from tests.model import toy_engine as toy
from wutong.experiments.commands.exits import exits
from wutong.experiments.commands.language import Language
from wutong.model.compiled import engine
assert len(toy.employees(engine(toy.run, plain=True))) == 4
for language in Language:
    try:
        with exits(language):
            toy.employees(engine(toy.run))
    except BaseException as end:
        print(end.exit_code)
"""
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=True)
    chinese, english = said.stderr.splitlines()
    assert said.stdout.split() == ["2", "2"]
    assert chinese.startswith("错误：这里无法导入") and english.startswith("Error: numba")
    assert all("WUTONG_UNCOMPILED=1" in line for line in (chinese, english))


def test_a_missing_compiler_is_told_across_processes():
    error = pickle.loads(pickle.dumps(EngineMissingError("no wheel")))
    assert isinstance(error, ImportError) and "no wheel" in error.message.zh and "no wheel" in str(error)
