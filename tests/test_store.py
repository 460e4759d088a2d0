"""The store: what was put in comes out, once; what is damaged, full or in use is said in words."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import numpy as np
import pytest

from tests import worlds
from wutong.experiments.errors import StoreError
from wutong.experiments.identity import content_of, run_ids
from wutong.experiments.packing import pack, packed, unpack
from wutong.experiments.store import FILE, Access, Failed, opened, salvaged
from wutong.model.facts import Assumption, Label, fixed
from wutong.model.history import History
from wutong.model.scenario import Case

BAD = Failed("2024Q1", "ArithmeticError: 第三个", "Traceback …")


@pytest.fixture(scope="module")
def run() -> tuple[tuple[Case, ...], list[str], History]:
    cases = worlds.cases(worlds.toy_scenario(quarters=6), 5)
    return cases, run_ids(cases), worlds.simulate(cases)


@pytest.fixture
def path(tmp_path: Path, run) -> Path:
    """A store that holds the runs."""
    _, ids, history = run
    with opened(tmp_path / FILE, Access.NEW) as store:
        store.add(ids, packed(history), {})
    return tmp_path / FILE


def test_packing_is_exact_in_float32_and_of_any_shape():
    for shape in ((1, 1), (16, 57), (3, 2)):
        values = np.random.default_rng(1).normal(size=shape) * 10.0 ** np.random.default_rng(2).integers(-20, 20, shape)
        assert (unpack(pack(values), shape) == values.astype(np.float32)).all()


def test_what_was_put_in_comes_out(path, run):
    cases, ids, history = run
    with opened(path, Access.WRITE) as store:
        assert store.complete() == set(ids) and not store.failures() and not store.damaged()
        back = store.history(cases, ids)
        assert back.cases == cases and back.start == history.start and back.axes == history.axes
        for name, values in history.values.items():
            assert (back.values[name] == values.astype(np.float32)).all(), name
        assert back.total("revenue_per_head").shape == history.total("revenue_per_head").shape
        assert store.same(ids[2], worlds.simulate(cases[2:3])) and not store.same(ids[1], worlds.simulate(cases[2:3]))


def test_what_is_read_cannot_be_changed(path, run):
    """It may be held for whoever asks next."""
    cases, ids, _ = run
    with opened(path, Access.READ) as store:
        firms = store.history(cases, ids).values["firms"]
        with pytest.raises(ValueError, match="read-only"):
            firms[0, 0, 0] = 1.0


def test_some_runs_in_any_order(path, run):
    cases, ids, history = run
    with opened(path, Access.WRITE) as store:
        back = store.history([cases[3], cases[0]], [ids[3], ids[0]])
        assert (back.values["firms"] == history.values["firms"][:, [3, 0]]).all()


def test_a_run_is_kept_once_and_a_success_wipes_out_its_failure(path, run):
    _, ids, history = run
    with opened(path, Access.WRITE) as store:
        store.add([], None, {"f" * 16: BAD, ids[0]: BAD})
        assert store.failures()["f" * 16] == BAD
        store.add(ids, packed(history), {})
        assert len(store.complete()) == 5 and set(store.failures()) == {"f" * 16}
        store.forget_failures()
        assert not store.failures()


def test_a_store_in_use_is_left_alone(path):
    with opened(path, Access.WRITE), pytest.raises(StoreError, match="in use by another program"), opened(path, Access.WRITE):
        pass


@pytest.mark.parametrize(("new", "said"), [(True, "exists already"), (False, "does not exist")])
def test_a_store_is_neither_overwritten_nor_made_by_accident(tmp_path, path, new, said):
    where = path if new else tmp_path / "none.sqlite"
    with pytest.raises(StoreError, match=said), opened(where, Access.NEW if new else Access.WRITE):
        pass


def test_a_file_that_is_no_store_is_refused(tmp_path):
    (tmp_path / FILE).write_bytes(b"not a store" * 100)
    with pytest.raises(StoreError, match="damaged"), opened(tmp_path / FILE, Access.WRITE):
        pass


def test_runs_of_a_damaged_chunk_are_found_and_dropped(path, run):
    _, ids, history = run
    with opened(path, Access.WRITE) as store:
        store.add(list("abcde"), packed(history), {})
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE parts SET content = zeroblob(length(content)) WHERE chunk = 2 AND measure = 3")
    connection.close()
    with opened(path, Access.WRITE) as store:
        assert set(store.damaged()) == {"a", "b", "c", "d", "e"}
        store.drop(store.damaged())
        assert store.complete() == set(ids)


def test_a_run_that_is_dropped_leaves_the_others_of_its_chunk(path, run):
    cases, ids, history = run
    with opened(path, Access.WRITE) as store:
        store.drop(ids[1:3])
        assert store.complete() == {ids[0], *ids[3:]} and not store.damaged()
        store.add(ids[1:2], packed(worlds.simulate(cases[1:2])), {})
    assert salvaged(path) == 4
    with opened(path, Access.WRITE) as store:
        back = store.history([cases[1], cases[4]], [ids[1], ids[4]])
        assert (back.values["firms"] == history.values["firms"][:, [1, 4]]).all()
        store.drop(ids)
        assert not store.complete() and not store._connection.execute("SELECT count(*) FROM parts").fetchone()[0]


def test_what_can_be_read_of_a_truncated_store_is_saved(path, run):
    _, _, history = run
    with opened(path, Access.WRITE) as store:
        store.add(["0" * 15 + str(n) for n in range(5)], packed(history), {})
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) * 3 // 5])
    try:
        n_kept = salvaged(path)
    except StoreError:
        pytest.fail("what is beyond repair leaves an empty store")
    with opened(path, Access.WRITE) as store:
        assert len(store.complete()) == n_kept and not store.damaged()
    assert path.with_name(FILE + ".damaged").exists()


def test_a_full_disk_keeps_what_was_stored(path, run):
    _, ids, history = run
    with opened(path, Access.WRITE) as store:
        pages = store._connection.execute("PRAGMA page_count").fetchone()[0]
        store._connection.execute(f"PRAGMA max_page_count = {pages + 1}")
        fifty = [[f"{n:015x}{i}" for i in range(5)] for n in range(50)]
        with pytest.raises(StoreError, match="disk is full"):
            [store.add(new, packed(history), {}) for new in fifty]
    with opened(path, Access.WRITE) as store:
        assert set(ids) <= store.complete() and len(store.complete()) % 5 == 0, "a batch is kept whole or not at all"


# ── Ids ──────────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_ids_come_from_what_moves_the_numbers():
    scenario = worlds.toy_scenario()
    same = worlds.toy_scenario(name="another name")
    other = worlds.without(scenario, {"growth.adjustment": 0.2})
    spelt = worlds.dataclasses.replace(
        scenario, assumptions={"growth.adjustment": Assumption(0.3, 0.15, 0.6, source="said again")}
    )
    assert content_of(scenario) == content_of(same) == content_of(spelt) != content_of(other)
    renamed = worlds.dataclasses.replace(scenario.park, label=Label("新", "New"))
    assert content_of(worlds.toy_scenario(renamed)) == content_of(scenario)
    grown = worlds.with_segments(scenario.park, growth=fixed(0.05))
    assert content_of(worlds.toy_scenario(grown)) != content_of(scenario)


def test_every_case_has_an_id_of_its_own_and_company_does_not_matter():
    scenario = worlds.toy_scenario()
    cases = [Case(scenario, worlds.NO_POLICY, r, seed) for r in range(20) for seed in (0, 1)]
    ids = run_ids(cases)
    assert len(set(ids)) == 40 and run_ids(cases[7:9]) == ids[7:9]
