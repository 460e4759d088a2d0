"""The same bits, whatever the company: alone or in a batch, in any order, under any hash seed, through Mesa or not."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import subprocess
import sys
from collections.abc import Sequence

import numpy as np
import pytest

from tests import worlds
from tests.worlds import FIRST, NO_POLICY, START, policy
from wutong.experiments.reading import read_policy, read_scenario
from wutong.model.assumptions import parameter_facts, sample, world_keys
from wutong.model.facts import fixed
from wutong.model.history import History
from wutong.model.levers import LEVERS
from wutong.model.park import IndustrialPark
from wutong.model.scenario import Case, LeverSetting, Scenario
from wutong.model.simulate import simulate

QUARTERS = 8
EVERYTHING = policy(*(LeverSetting(key, 0.4 * lever.high, FIRST + 1) for key, lever in LEVERS.items()), name="everything")


def assert_same(one: History, n: int, other: History, m: int) -> None:
    """World n of one history is world m of the other, bit for bit, in every measure."""
    assert one.values.keys() == other.values.keys()
    for name, value in one.values.items():
        mine, theirs = np.ascontiguousarray(value[:, n]), np.ascontiguousarray(other.values[name][:, m])
        assert mine.tobytes() == theirs.tobytes(), f"{name} differs first in row {int(np.argwhere(mine != theirs)[0][0])}"


def differs(one: History, n: int, other: History, m: int) -> bool:
    return any((value[:, n] != other.values[name][:, m]).any() for name, value in one.values.items())


def mixed_cases(n: int) -> tuple[Case, ...]:
    """Worlds of two policies and two scenarios of one park, side by side."""
    usual = worlds.toy_scenario(quarters=QUARTERS)
    busy = dataclasses.replace(usual, name="busy", assumptions={"growth.people": fixed(2000.0), "exit.park_factor": fixed(2.0)})
    kinds = [(usual, NO_POLICY), (usual, EVERYTHING), (busy, NO_POLICY), (busy, EVERYTHING)]
    return tuple(Case(*kinds[i % 4], i // 4, 1) for i in range(n))


@pytest.fixture(scope="module")
def mixed() -> tuple[tuple[Case, ...], History]:
    cases = mixed_cases(32)
    return cases, simulate(cases)


@pytest.mark.parametrize("n", [1, 2, 7])
def test_worlds_of_a_small_batch_are_those_of_a_large_one(mixed, n):
    cases, whole = mixed
    for first in range(0, 28 if n > 1 else 12, n):
        part = simulate(cases[first : first + n])
        for i in range(n):
            assert_same(part, i, whole, first + i)


def test_the_order_of_worlds_does_not_matter(mixed):
    cases, whole = mixed
    backwards = simulate(cases[::-1])
    for i in range(32):
        assert_same(backwards, 31 - i, whole, i)
    shuffled = np.random.default_rng(5).permutation(32)
    again = simulate([cases[i] for i in shuffled])
    for place, i in enumerate(shuffled):
        assert_same(again, place, whole, int(i))


def test_a_world_may_stand_twice(mixed):
    cases, whole = mixed
    twice = simulate([cases[3], cases[3], cases[0]])
    for place, i in enumerate((3, 3, 0)):
        assert_same(twice, place, whole, i)


def test_more_replications_change_no_earlier_world():
    scenario = worlds.toy_scenario(quarters=QUARTERS)
    few, many = worlds.run(scenario, 3), worlds.run(scenario, 12)
    for i in range(3):
        assert_same(few, i, many, i)


def test_the_shipped_park_is_the_same_alone_and_in_company():
    scenario = dataclasses.replace(read_scenario("baseline"), end=START + QUARTERS)
    cases = [*worlds.cases(scenario, 3), *worlds.cases(scenario, 3, read_policy("as_announced", scenario.park))]
    whole, backwards = simulate(cases), simulate(cases[::-1])
    for i, case in enumerate(cases):
        assert_same(simulate([case]), 0, whole, i)
        assert_same(backwards, 5 - i, whole, i)


# ── Other scenarios beside it ────────────────────────────────────────────────────────────────────────────────────────
def other_parks() -> dict[str, Scenario]:
    """Scenarios whose parks differ in what a scenario file may change."""
    park = worlds.toy_park()
    old, new = park.anchors
    lab = park.labs[0]
    recruiting = tuple(dataclasses.replace(s, recruit_weight=float(s.key != worlds.ASSEMBLY)) for s in park.segments)
    more_signed = dataclasses.replace(park.pipeline, signed=((START - 6, 60),))
    changed = {
        "an anchor signs later": {"anchors": (old, worlds.new_anchor(worlds.SIGNS + 3))},
        "an anchor closes": {"anchors": (dataclasses.replace(old, closes=START + 3), new)},
        "an anchor more": {"anchors": (old, new, dataclasses.replace(new, key="third", signed=START + 1))},
        "no anchor": {"anchors": ()},
        "another anchor": {"anchors": (old, dataclasses.replace(new, key="other"))},
        "an anchor in another stage": {"anchors": (dataclasses.replace(old, status=new.status, signed=START + 2), new)},
        "an anchor in another segment": {"anchors": (old, dataclasses.replace(new, segment=worlds.PARTS))},
        "another lab budget": {"labs": (dataclasses.replace(lab, budget=fixed(9.0)),)},
        "another field of the lab": {"labs": (dataclasses.replace(lab, fields={worlds.FLEET: 1.0}),)},
        "another growth": {"segments": tuple(dataclasses.replace(s, growth=fixed(0.1)) for s in park.segments)},
        "other recruits": {"segments": recruiting},
        "other buyers": {"segments": tuple(dataclasses.replace(s, buyer_segment=None) for s in park.segments)},
        "other sizes": {"segments": tuple(dataclasses.replace(s, size_spread=0.3) for s in park.segments)},
        "other spin-offs": {"segments": tuple(dataclasses.replace(s, spin_off_segment=worlds.BIO) for s in park.segments)},
        "another occupancy": {"zones": worlds.toy_park(occupancy=0.9).zones},
        "another pipeline": {"pipeline": more_signed},
        "other partners": {"partner_kinds": (dataclasses.replace(park.partner_kinds[0], partners=fixed(9.0)),)},
        "a harder start": {"constraints": (worlds.constraint("staff", (worlds.BIO,), 0.0, 118.0),)},
    }
    return {name: _scenario(name, dataclasses.replace(park, **fields)) for name, fields in changed.items()}


def _scenario(name: str, park) -> Scenario:
    return worlds.toy_scenario(park, QUARTERS, name)


OTHERS = other_parks()


@pytest.mark.parametrize("name", OTHERS)
def test_another_scenario_in_the_batch_changes_nothing_or_is_refused(name):
    cases = [Case(worlds.toy_scenario(quarters=QUARTERS), NO_POLICY, 0), Case(OTHERS[name], NO_POLICY, 0)]
    apart = [simulate([case]) for case in cases]
    assert differs(apart[0], 0, apart[1], 0), "the scenarios do differ"
    for order in ((0, 1), (1, 0)):
        together = simulated_unless_refused([cases[i] for i in order])
        for place, i in enumerate(order if together else ()):
            assert_same(together, place, apart[i], 0)


def simulated_unless_refused(cases: Sequence[Case]) -> History | None:
    try:
        return simulate(cases)
    except ValueError as error:
        if "cannot share a batch" in str(error):
            return None
        raise


@pytest.mark.parametrize("change", ["end", "start", "zones"])
def test_what_cannot_share_a_batch_is_refused(change):
    usual = worlds.toy_scenario(quarters=QUARTERS)
    park = usual.park
    zone = dataclasses.replace(park.zones[0], key="elsewhere")
    others = {
        "end": dataclasses.replace(usual, end=usual.end + 1),
        "start": dataclasses.replace(usual, park=dataclasses.replace(park, start=START - 1)),
        "zones": dataclasses.replace(usual, park=dataclasses.replace(park, zones=(zone, park.zones[1]))),
    }
    with pytest.raises(ValueError, match="cannot share a batch"):
        simulate([Case(usual, NO_POLICY, 0), Case(others[change], NO_POLICY, 0)])
    with pytest.raises(ValueError, match="ends before its first quarter"):
        worlds.run(dataclasses.replace(usual, end=START))
    with pytest.raises(ValueError, match="at least one case"):
        simulate([])


# ── Seeds and assumptions ────────────────────────────────────────────────────────────────────────────────────────────
def test_every_seed_is_a_seed():
    scenario = worlds.toy_scenario(quarters=4)
    runs = [worlds.run(scenario, 2, seed=seed) for seed in (0, 1, 2, 2**40)]
    assert_same(worlds.run(scenario, 2, seed=0), 0, runs[0], 0)
    for i, one in enumerate(runs):
        assert differs(one, 0, one, 1), "replications of one seed differ"
        for other in runs[:i]:
            assert differs(one, 0, other, 0) and differs(one, 1, other, 0)


def test_one_more_assumption_moves_no_other_draw():
    usual = worlds.toy_scenario()
    facts = parameter_facts()
    name = "growth.adjustment"
    changed = dataclasses.replace(usual, assumptions={name: worlds.between(0.2, 0.5)})
    draws = [sample(cases, world_keys(cases)) for cases in (worlds.cases(usual, 5), worlds.cases(changed, 5))]
    for full in facts:
        owner, field = full.split(".")
        before, after = (getattr(drawn[owner], field) for drawn in draws)
        assert before.shape == (5, 1)
        assert (before == after).all() == (full != name), full
    with pytest.raises(ValueError, match="unknown assumptions growth\\.adjustmint"):
        worlds.run(dataclasses.replace(usual, assumptions={"growth.adjustmint": fixed(0.3)}))


def test_draws_of_a_batch_are_those_of_its_worlds():
    usual = worlds.toy_scenario()
    other = dataclasses.replace(
        usual, name="other", assumptions={"growth.people": fixed(5.0), "site.office_area": worlds.between(9, 20)}
    )
    cases = [*worlds.cases(usual, 4), *worlds.cases(other, 4)]
    together = sample(cases, world_keys(cases))
    for i, case in enumerate(cases):
        alone = sample([case], world_keys([case]))
        for full in parameter_facts():
            owner, field = full.split(".")
            assert getattr(together[owner], field)[i].tobytes() == getattr(alone[owner], field)[0].tobytes(), full


# ── Mesa, and another interpreter ────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.filterwarnings("default")
def test_mesa_steps_through_the_same_numbers(mixed):
    cases, whole = mixed
    park = IndustrialPark(cases[1])
    for _ in range(QUARTERS):
        park.step()
    assert_same(park.history(), 0, whole, 1)
    assert not park.running
    with pytest.raises(RuntimeError, match="ends with"):
        park.step()


def digest(history: History) -> str:
    total = hashlib.sha256()
    for name in sorted(history.values):
        total.update(name.encode())
        total.update(np.ascontiguousarray(history.values[name]).tobytes())
    return total.hexdigest()


def mixed_digest(cases: Sequence[Case]) -> str:
    return digest(simulate(cases))


@pytest.mark.parametrize("hash_seed", ["1", "4242"])
def test_the_hash_seed_of_python_does_not_matter(hash_seed):
    code = "from tests.properties.test_sameness import mixed_cases, mixed_digest; print(mixed_digest(mixed_cases(4)))"
    surroundings = {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(worlds.ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=worlds.ROOT,
        env={**os.environ, **surroundings},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout.strip() == mixed_digest(mixed_cases(4))
