"""The scorecard: tails of known exponent, verdicts by hand, every row kept, only emergent rows called validation."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import worlds

from wutong.experiments.evidence.facts import FACTS, PARKS
from wutong.experiments.evidence.mature import Mature, hill, joined, mature
from wutong.experiments.evidence.scorecard import Fact, Kind, Seen, Verdict, rows_of, scorecard
from wutong.experiments.evidence.seen import episode
from wutong.model.facts import Label
from wutong.model.history import History
from wutong.model.scenario import Case, Policy, Scenario
from wutong.model.units import quarter


def made(*values: float) -> Mature:
    return Mature(*(np.array(values) for _ in dataclasses.fields(Mature)))


def seen_of(*values: float, laptops: History | None = None) -> Seen:
    one = made(*values)
    numbers = np.array(values)
    return Seen(laptops, numbers, one, one, dict.fromkeys(PARKS, one), numbers, numbers)


@pytest.mark.parametrize("exponent", [1.0, 1.5])
def test_hill_finds_the_exponent_of_a_pareto_tail(exponent):
    sizes = np.random.default_rng(1).pareto(exponent, 20_000) + 1.0
    assert hill(sizes) == pytest.approx(exponent, rel=0.08)
    assert np.isnan(hill(sizes[:50]))


@pytest.mark.parametrize(
    ("values", "verdict"),
    [([0.5, 0.5, 0.5], Verdict.INSIDE), ([0.3, 0.41, 0.46], Verdict.TOUCHES), ([0.9, 1.0, 1.1], Verdict.MISSES)],
)
def test_verdicts_by_hand(values, verdict):
    fact = Fact("young", Kind.EMERGENT, Label("年轻", "young"), 0.45, 0.53, "made up", lambda s: s.mature.young_share)
    assert rows_of(seen_of(*values), [fact])[0].verdict is verdict


def test_a_fact_without_a_value_misses_and_stays():
    fact = Fact("young", Kind.EMERGENT, Label("年轻", "young"), 0.45, 0.53, "made up", lambda s: s.mature.young_share)
    row = rows_of(seen_of(float("nan")), [fact])[0]
    assert (row.verdict, row.n) == (Verdict.MISSES, 0)


def test_the_card_has_a_row_for_every_fact():
    laptops, landing = episode(2, 3)
    assert ((landing > 0.1) & (landing < 0.4)).all(), "as calibrated, though all land in the city"
    answer = scorecard(seen_of(1.2, 1.2, laptops=laptops), FACTS)
    assert [row[0] for row in answer.rows] == [fact.key for fact in FACTS]
    assert "nan" not in answer.words.en
    assert {row[1] for row in answer.rows} == {"emergent", "calibrated", "imposed"}
    assert "Only emergent facts may be called validation" in answer.words.en
    assert "只有涌现的事实可以称为验证" in answer.words.zh


def test_facts_of_a_mature_park_are_shares_of_its_own_worlds():
    scenario = Scenario("toy", worlds.NAME, worlds.toy_park(), quarter("2030Q4"), {}, ())
    policy = Policy("none", worlds.NAME, ())
    both = mature([Case(scenario, policy, r) for r in range(2)])
    alone = joined([mature([Case(scenario, policy, r)]) for r in range(2)])
    for field in ("young_share", "spin_off_share", "survival", "exit_rate"):
        values = getattr(both, field)
        assert ((values >= 0.0) & (values <= 1.0)).all()
        assert np.array_equal(values, getattr(alone, field))
