"""History: sums over members, calendar years, ratios and the merging of batches."""

from __future__ import annotations

import numpy as np
import pytest

from tests import worlds
from wutong.model.derived import BOOKS, recent
from wutong.model.facts import Label
from wutong.model.history import Axis, History, Kind, MeasureFact, merge
from wutong.model.measures import MEASURES
from wutong.model.units import quarter

NAME = Label("量", "Quantity")


def fact(key: str, kind: Kind, ratio: tuple[str, str] | None = None) -> MeasureFact:
    return MeasureFact(key, NAME, "1", kind, Axis.SEGMENT, NAME, ratio)


def small() -> History:
    """Nine quarters from the end of 2022Q3, one world, two segments; every value is its row number, the second ten times."""
    rows = np.arange(10.0)
    values = np.stack([rows, 10.0 * rows], axis=1)[:, None, :]
    facts = {k: fact(k, Kind(k)) for k in ("stock", "rate", "flow")} | {"share": fact("share", Kind.RATIO, ("stock", "flow"))}
    axes = {Axis.SEGMENT: ("a", "b")}
    return History((), quarter("2022Q3"), axes, facts, dict.fromkeys(("stock", "rate", "flow"), values))


def test_totals_sum_the_members_asked_for():
    history = small()
    assert history.total("stock")[3, 0] == 33.0
    assert history.total("stock", ["a"])[3, 0] == 3.0
    assert (history.quarters[0], history.quarters[-1], history.n_quarters) == ("2022Q3", "2024Q4", 9)
    with pytest.raises(KeyError):
        history.total("unknown")
    with pytest.raises(KeyError, match="stock has no segment named c; known are a, b"):
        history.total("stock", ["c"])


def test_a_calendar_year_is_its_four_quarters():
    history = small()  # 2023Q1 to 2023Q4 are rows 2 to 5, 2024 rows 6 to 9; 2022 is not covered
    for measure, values in (("stock", (5.0, 9.0)), ("rate", (3.5, 7.5)), ("flow", (14.0, 30.0))):
        years, by_year = history.yearly(measure, ["a"])
        assert years == (2023, 2024)
        assert by_year[:, 0].tolist() == list(values)


def test_ratios_are_divided_after_summing():
    history = small()
    assert history.total("share")[4, 0] == 1.0
    assert np.isnan(history.total("share", ["a"])[0, 0]), "a share of nothing is not 0: it is undefined"


def test_the_year_of_a_ratio_is_a_sum_over_a_sum():
    above, below = (
        np.array([0.0, 0.0, 5.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]),
        np.array([0.0, 0.0, 9.0, 1.0, 0.0, 2.0, 0.0, 0.0, 0.0, 0.0]),
    )
    facts = {"above": fact("above", Kind.FLOW), "below": fact("below", Kind.FLOW)}
    facts["share"] = fact("share", Kind.RATIO, ("above", "below"))
    values = {"above": above[:, None, None], "below": below[:, None, None]}
    history = History((), quarter("2022Q3"), {Axis.SEGMENT: ("a",)}, facts, values)
    years, found = history.yearly("share")
    assert years == (2023, 2024)
    assert found[0, 0] == pytest.approx(5.0 / 12.0), "not the mean of 5/9, 0, nothing and 0"
    assert np.isnan(found[1, 0]), "a year without a denominator"


def test_merged_batches_are_the_whole():
    scenario = worlds.toy_scenario(quarters=3)
    cases = worlds.cases(scenario, 5)
    whole = worlds.simulate(cases)
    parts = merge([worlds.simulate(cases[:2]), worlds.simulate(cases[2:])])
    assert parts.cases == whole.cases
    assert all(np.array_equal(parts.values[m], whole.values[m]) for m in whole.values)


def test_closed_firms_stay_registered_for_two_years():
    exits = np.zeros((BOOKS + 4, 1, 1))
    exits[2] = 3.0
    registered = (10.0 + recent(exits))[:, 0, 0]
    assert registered.tolist() == [10.0, 10.0, *[13.0] * BOOKS, 10.0, 10.0]


def test_every_measure_is_recorded_finite_and_has_both_names():
    history = worlds.run(worlds.toy_scenario(quarters=6), 2)
    for key, declared in MEASURES.items():
        assert declared.label.zh and declared.label.en and declared.definition.zh and declared.definition.en, key
        total = history.total(key)
        nothing = history.total(declared.ratio[1]) == 0.0 if declared.ratio else np.zeros((7, 2), np.bool_)
        assert total.shape == (7, 2) and np.array_equal(np.isfinite(total), ~nothing), key
        assert (key in history.values) == (declared.kind is not Kind.RATIO)
