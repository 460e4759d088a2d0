"""Tables of end states: readings are right where the answer is known, and what is implausible is named."""

from __future__ import annotations

import csv
import dataclasses

import numpy as np
import pytest

from tests import worlds
from wutong.experiments.documents import beginnings, end_states, pattern, plausibility, readings
from wutong.experiments.documents.odd import shipped_scenario
from wutong.experiments.documents.plausibility import Check
from wutong.experiments.documents.readings import Reading
from wutong.experiments.reading import read_policy
from wutong.experiments.runner import Runs
from wutong.model.scenario import Case
from wutong.model.simulate import simulate
from wutong.model.tables import in_use
from wutong.model.units import NEVER, quarter

N = 3


@pytest.fixture(scope="module")
def shipped():
    scenario = dataclasses.replace(shipped_scenario(), end=quarter("2025Q4"))
    policy = read_policy("none", scenario.park)
    cases = [Case(scenario, policy, n) for n in range(N)]
    return cases, simulate(cases)


@pytest.fixture(scope="module")
def toy():
    return worlds.run(worlds.toy_scenario(quarters=8), N)


def with_values(history, **values):
    return dataclasses.replace(history, values={**history.values, **values})


def reading(*values):
    return Reading("Thing", "all", "share", np.array(values, float))


def test_growth_a_year_of_a_series_that_doubles_a_year(toy):
    years = np.arange(9)[:, None, None] / 4.0
    doubling = with_values(toy, revenue=np.broadcast_to(2.0**years, toy.values["revenue"].shape))
    assert readings.yearly_growth(doubling, "revenue", "all") == pytest.approx(1.0)
    assert readings.ratio_to_start(doubling, "revenue", "cars") == pytest.approx(4.0)
    assert readings.first_jump(doubling, "revenue", "metal") == pytest.approx(2.0**0.25 - 1.0)


def test_a_scope_that_starts_empty_has_no_growth_and_one_that_ends_empty_has_lost_all(toy):
    revenue = np.ones(toy.values["revenue"].shape)
    empty_first, empty_last = revenue.copy(), revenue.copy()
    empty_first[0], empty_last[-1] = 0.0, 0.0
    assert readings.yearly_growth(with_values(toy, revenue=empty_first), "revenue", "all") == pytest.approx(np.nan, nan_ok=True)
    assert readings.yearly_growth(with_values(toy, revenue=empty_last), "revenue", "all") == pytest.approx(-1.0)


def test_rates_and_shares_of_known_flows(toy):
    flat = np.ones(toy.values["exits"].shape)
    flat[0] = 0.0
    n_segments = flat.shape[2]
    known = dict.fromkeys(readings.ENTRANTS, flat) | {"exits": flat, "turned_away": 2.0 * flat}
    history = with_values(toy, firms=np.full(flat.shape, 20.0), **known)
    assert readings.exit_rate(history) == pytest.approx(4.0 / 20.0)
    assert readings.spin_off_share(history) == pytest.approx(2.0 / 6.0)
    assert readings.turned_away_share(history) == pytest.approx(2.0 / 8.0)
    assert readings.summed(history, ("exits",), 1, 4) == pytest.approx(4.0 * n_segments)
    assert readings.summed(history, ("exits",), 7) == pytest.approx(2.0 * n_segments)


@pytest.mark.parametrize(
    ("values", "verdict"),
    [
        ([0.5] * 20, "well"),
        ([0.5] * 19 + [2.0], "well"),
        ([0.5] * 18 + [2.0] * 2, "sometimes outside"),
        ([0.5] * 12 + [2.0] * 8, "often outside"),
        ([0.5] * 8 + [2.0] * 12, "median outside"),
        ([0.5] * 19 + [float("nan")], "well"),
        ([2.0] + [float("nan")] * 19, "median outside"),
        ([float("nan")] * 20, "undefined"),
    ],
)
def test_verdicts(values, verdict):
    assert Check(reading(*values), 0.0, 1.0, "because").verdict == verdict


def test_findings_name_the_worst_first_and_leave_out_what_is_well():
    checks = [
        Check(reading(0.5, 0.5), 0.0, 1.0, "fine"),
        Check(Reading("Mild thing", "ic", "share", np.array([0.5] * 9 + [3.0])), 0.0, 1.0, "mild"),
        Check(Reading("Bad thing", "laptops", "share", np.array([7.0, 8.0])), 0.0, 1.0, "bad"),
    ]
    lines = end_states.findings(checks).splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("- **Implausible**: bad thing (laptops): median 7.5 share, above 0 to 1")
    assert "mild thing (ic)" in lines[1] and "10% of the worlds" in lines[1]
    assert end_states.findings(checks[:1]) == "Nothing stands out."


def test_an_explosion_and_a_death_are_found(shipped):
    history = shipped[1]
    software = [history.axes["segment"].index(s) for s in readings.scopes(history)["software"]]
    green = [history.axes["segment"].index(s) for s in readings.scopes(history)["green"]]
    firms = history.values["firms"].copy()
    firms[-1][:, software] *= 50.0
    firms[-1][:, green] *= 0.01
    found = plausibility.industry_checks(with_values(history, firms=firms))
    verdicts = {c.reading.scope: c.verdict for c in found if c.reading.name.startswith("Firms")}
    assert verdicts["software"] == verdicts["green"] == "median outside"
    assert verdicts["laptops"] == "well"


def test_the_document_holds_every_industry_and_is_not_cut(shipped):
    cases, history = shipped
    begun = beginnings.beginning_readings(cases)
    text = end_states.end_states_text(history, begun, "command", Runs((history,), ()))
    for industry in cases[0].scenario.park.industries:
        assert f"| Revenue | {industry.key} |" in text
    assert "{{" not in text and "nan" not in text.lower().split()
    assert f"{N} worlds, 0 failed" in text


def test_the_table_holds_the_quantiles_of_the_worlds(shipped, tmp_path):
    history = shipped[1]
    path = tmp_path / "end_states.csv"
    end_states.write_csv(path, history)
    with path.open(encoding="utf-8-sig", newline="") as file:
        found = list(csv.DictReader(file))
    row = next(r for r in found if (r["quarter"], r["reading"], r["scope"]) == ("2025Q4", "Employees", "software"))
    values = history.total("employees", readings.scopes(history)["software"])[-1]
    assert float(row["q50"]) == pytest.approx(np.median(values), rel=1e-5)
    assert float(row["minimum"]) == pytest.approx(values.min(), rel=1e-5)
    assert all(np.isfinite(float(r[name])) for r in found for name in end_states.CSV_HEADS)


def test_newcomers_are_measured_against_the_firms_that_are_there():
    begun = worlds.started(worlds.toy_scenario(), 20)
    before = {r.scope: r.median for r in beginnings.newcomer_sizes(begun, worlds.SEGMENTS)}
    for world in begun:
        in_use(world.park.projects).capacity *= 2.0
    after = {r.scope: r.median for r in beginnings.newcomer_sizes(begun, worlds.SEGMENTS)}
    assert before
    assert all(after[name] == pytest.approx(2.0 * value) for name, value in before.items())


def test_the_twins_of_the_pattern_differ_in_one_anchor_alone():
    with_it, without_it = pattern.twins(shipped_scenario())
    a, b = with_it.park.anchors, without_it.park.anchors
    assert a[:-1] == b[:-1] and len(a) == len(shipped_scenario().park.anchors) + 1
    assert dataclasses.replace(a[-1], signed=NEVER, opens=None) == b[-1]
    assert dataclasses.replace(with_it.park, anchors=()) == dataclasses.replace(without_it.park, anchors=())
