"""Labelled arrays of what is stored: the same bits, read as far as they are asked for, lined up or refused."""

from __future__ import annotations

import dataclasses
import importlib
import json
import sys
from collections.abc import Sequence

import numpy as np
import pytest

from tests import worlds
from wutong.experiments import kept as kept_module
from wutong.experiments.design import MARK
from wutong.experiments.errors import ResultsError
from wutong.experiments.identity import run_ids
from wutong.experiments.kept import Align, Selection, kept_in, kept_of, selected
from wutong.experiments.packing import packed
from wutong.experiments.store import FILE, Access, Failed, Store, opened
from wutong.model.facts import Label
from wutong.model.history import Axis
from wutong.model.measures import MEASURES
from wutong.model.scenario import Case, LeverSetting, Policy
from wutong.model.simulate import simulate

pytest.importorskip("xarray", reason="the extra wutong[data] is not installed")
datasets = importlib.import_module("wutong.experiments.datasets")

ALMOST = worlds.toy_scenario(quarters=6, name="toy")
OTHER = worlds.without(worlds.toy_scenario(quarters=6, name="no_spin_offs"), worlds.NO_SPIN_OFFS)
NAMES = ("none", "甲, “乙”")


def stored(folder, groups: Sequence[Sequence[Case]], failed: Sequence[Case] = ()):
    """A store of some cases, and their histories by scenario and policy."""
    histories = {}
    with opened(folder / FILE, Access.NEW) as store:
        for cases in groups:
            history = simulate(cases)
            store.add(run_ids(cases), packed(history), {})
            histories[cases[0].scenario.name, cases[0].policy.name] = history
        store.add([], None, {i: Failed("2023Q1", "ValueError: no", "") for i in run_ids(failed)})
    return histories


@pytest.fixture(scope="module")
def experiment(tmp_path_factory):
    folder = tmp_path_factory.mktemp("kept")
    groups = [worlds.cases(scenario, 5, named(name, level)) for scenario in (ALMOST, OTHER) for level, name in enumerate(NAMES)]
    histories = stored(folder, groups)
    return kept_of(folder / FILE, [case for cases in groups for case in cases]), histories


@pytest.fixture
def reads(monkeypatch):
    """What is read of the store from now on: measure and number of runs."""
    seen: list[tuple[str, int]] = []
    original = Store.measure

    def counted(self, layout, ids, measure):
        seen.append((measure, len(ids)))
        return original(self, layout, ids, measure)

    monkeypatch.setattr(Store, "measure", counted)
    return seen


def named(name: str, level: float = 0.0) -> Policy:
    """A policy that differs in its numbers too: runs of equal content are one run."""
    return worlds.policy(LeverSetting("tax_relief", level, worlds.FIRST), name=name)


def as_stored(array) -> np.ndarray:
    return np.asarray(array, np.float32).astype(np.float64)


def uneven(tmp_path) -> kept_module.Kept:
    """Eight planned runs: one of the second policy failed, and one was not run."""
    first = worlds.cases(ALMOST, 4, named("a"))
    second = worlds.cases(ALMOST, 4, named("b", 1.0))
    stored(tmp_path, [first, second[:2]], [second[2]])
    return kept_of(tmp_path / FILE, [*first, *second])


# ── The same bits ────────────────────────────────────────────────────────────────────────────────────────────────────
def test_every_measure_is_what_the_runs_gave(experiment):
    kept, histories = experiment
    whole = datasets.dataset(selected(kept))
    assert list(whole.data_vars) == list(next(iter(histories.values())).values)
    for (scenario, policy), history in histories.items():
        for measure, values in history.values.items():
            array = whole[measure].sel(scenario=scenario, policy=policy)
            assert array.dims[:2] == ("replication", "quarter")
            assert np.array_equal(
                array.values.swapaxes(0, 1), as_stored(values[:, :, 0] if MEASURES[measure].axis is Axis.PARK else values)
            )
            assert list(array.quarter.values) == list(history.quarters)


def test_totals_are_those_of_the_history_and_ratios_are_divided_after_summing(experiment):
    kept, _ = experiment
    chosen = selected(kept)
    for measure, scopes in {"revenue": ["all", "cars", worlds.BIO, "cars.parts+health.bio"], "revenue_per_head": ["cars"],
                            "occupancy": ["all", "works"], "largest_anchor_share": ["all"]}.items():  # fmt: skip
        array = datasets.totals(chosen, measure, scopes)
        with opened(chosen.path, Access.READ) as store:
            for (scenario, policy), group in chosen.groups.items():
                history = store.history(group.cases, group.ids)
                for scope in scopes:
                    total = history.total(measure, datasets.members(history, measure, scope))
                    assert np.array_equal(array.sel(scenario=scenario, policy=policy, scope=scope).values.T, total)
    heads = datasets.totals(chosen, "employees", ["cars"])
    assert np.array_equal(
        datasets.totals(chosen, "revenue_per_head", ["cars"]), datasets.totals(chosen, "revenue", ["cars"]) / heads
    )


def test_a_ratio_has_no_parts_to_be_added(experiment):
    with pytest.raises(ResultsError, match=r"divided after summing.*revenue and employees"):
        datasets.dataset(selected(experiment[0]), ["revenue_per_head"])


# ── Labels ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_units_and_labels_in_both_languages(experiment):
    whole = datasets.dataset(selected(experiment[0]))
    for name, array in whole.data_vars.items():
        fact = MEASURES[name]
        told = [array.attrs[key] for key in ("zh", "en", "definition_zh", "definition_en", "kind")]
        assert told == [fact.label.zh, fact.label.en, fact.definition.zh, fact.definition.en, fact.kind.value]
        own = () if fact.axis is Axis.PARK else (fact.axis.value,)
        assert array.dims == ("scenario", "policy", "replication", "quarter", *own)
    assert whole.exits.attrs["units"] == "firms/quarter"
    assert whole.revenue.attrs["units"] == "亿元/year"
    assert list(whole.policy.values) == list(NAMES)
    assert list(whole.industry.values) == ["cars", "cars", "services", "metal", "health"]
    assert all(whole[name].attrs["zh"] for name in ("scenario", "policy", "replication", "quarter", "segment", "zone", "lever"))
    assert "种子基金" in "".join(whole.lever_zh.values)
    assert whole.attrs == {"runs_left_out": 0, "runs_failed_or_missing": 0}


# ── Reading by part ──────────────────────────────────────────────────────────────────────────────────────────────────
def test_nothing_is_read_before_it_is_asked_for(experiment, reads):
    whole = datasets.dataset(selected(experiment[0]))
    assert reads == []
    part = whole.revenue.sel(policy="none", scenario="toy").isel(replication=[3, 1])
    assert reads == []
    values = part.values
    assert reads == [("revenue", 2)]
    assert np.array_equal(values, whole.revenue.values[0, 0, [3, 1]])
    datasets.totals(selected(experiment[0], policies=["none"], scenarios=["toy"]), "tax")
    assert reads[-1] == ("tax", 5) and {measure for measure, _ in reads} == {"revenue", "tax"}


@pytest.mark.parametrize(
    "part",
    [
        {"scenario": 1, "policy": 0, "replication": 2, "quarter": 3, "segment": 4},
        {"quarter": slice(2, 5), "segment": [4, 0]},
        {"replication": slice(None, None, -2), "quarter": -1},
        {"policy": [1, 0], "segment": slice(0, 0)},
        {"replication": np.array([True, False, True, False, True])},
    ],
)
def test_any_part_is_the_part_of_the_whole(experiment, part):
    lazy = datasets.dataset(selected(experiment[0]), ["employees"]).employees
    whole = datasets.dataset(selected(experiment[0]), ["employees"]).employees.load()
    assert lazy.isel(part).identical(whole.isel(part))


def test_a_range_of_quarters(experiment):
    whole = datasets.dataset(selected(experiment[0]), ["firms", "net_balance"])
    part = datasets.dataset(selected(experiment[0], quarters=("2023Q1", "2023Q3")), ["firms", "net_balance"])
    assert part.identical(whole.sel(quarter=slice("2023Q1", "2023Q3")))
    with pytest.raises(ResultsError, match="between 2022Q3 and 2024Q1"):
        selected(experiment[0], quarters=("2023Q1", "2031Q1"))
    with pytest.raises(ResultsError, match="not a quarter"):
        selected(experiment[0], quarters=("2023", "2024"))


# ── Alignment ────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_different_replications_are_refused_and_counted(tmp_path):
    kept = uneven(tmp_path)
    assert (kept.n_failed, kept.n_missing) == (1, 1)
    with pytest.raises(ResultsError, match=r"2 runs have no partner.*the 2 that all have"):
        selected(kept)
    chosen = selected(kept, align=Align.COMMON)
    with pytest.warns(datasets.RunsLeftOutWarning, match="2 finished runs"):
        common = datasets.dataset(chosen, ["firms"])
    assert list(common.replication.values) == [0, 1]
    assert common.attrs == {"runs_left_out": 2, "runs_failed_or_missing": 2}
    assert not np.isnan(common.firms.values).any()
    assert selected(kept, policies=["a"]).n_left_out == 0


def test_runs_are_paired_by_replication_and_not_by_position(tmp_path):
    first, second = worlds.cases(ALMOST, 4, named("a")), worlds.cases(ALMOST, 4, named("b", 0.2))
    of_first, of_second = simulate(first), simulate(second[::-1])
    with opened(tmp_path / FILE, Access.NEW) as store:
        store.add(run_ids(first), packed(of_first), {})
        store.add(run_ids(second[::-1]), packed(of_second), {})
        store.drop(run_ids(second[1:2]))
    chosen = selected(kept_of(tmp_path / FILE, [*first, *second]), align=Align.COMMON)
    with pytest.warns(datasets.RunsLeftOutWarning):
        firms = datasets.dataset(chosen, ["firms"]).firms
    assert list(firms.replication.values) == [0, 2, 3]
    for replication in (0, 2, 3):
        pair = firms.sel(replication=replication, scenario=ALMOST.name)
        assert np.array_equal(pair.sel(policy="a"), as_stored(of_first.values["firms"][:, replication]))
        assert np.array_equal(pair.sel(policy="b"), as_stored(of_second.values["firms"][:, 3 - replication]))


def test_policies_of_equal_content_share_their_runs(tmp_path):
    groups = [worlds.cases(ALMOST, 2, named(name)) for name in ("a", "b")]
    stored(tmp_path, groups)
    kept = kept_of(tmp_path / FILE, [case for cases in groups for case in cases])
    firms = datasets.dataset(selected(kept), ["firms"]).firms
    assert (kept.n_failed, kept.n_missing) == (0, 0)
    assert np.array_equal(firms.sel(policy="a"), firms.sel(policy="b"))


def test_a_policy_that_one_scenario_lacks(tmp_path):
    groups = [worlds.cases(ALMOST, 2, named("a")), worlds.cases(ALMOST, 2, named("b", 1.0))]
    groups.append(worlds.cases(OTHER, 2, named("a")))
    stored(tmp_path, groups)
    kept = kept_of(tmp_path / FILE, [case for cases in groups for case in cases])
    with pytest.raises(ResultsError, match="no finished runs of no_spin_offs, b"):
        selected(kept)
    common = selected(kept, align=Align.COMMON)
    assert (common.policies, common.n_left_out) == (("a",), 2)


def test_points_of_a_design_stand_with_the_scenarios(tmp_path):
    at = [dataclasses.replace(ALMOST, name=f"toy{MARK}{point}") for point in ("p1", "p2")]
    names = [f"{name}{MARK}{point}" for name in ("a", "b") for point in ("p1", "p2")]
    groups = [worlds.cases(at[n % 2], 2, named(name, n / 4)) for n, name in enumerate(names)]
    stored(tmp_path, groups)
    kept = kept_of(tmp_path / FILE, [case for cases in groups for case in cases])
    firms = datasets.dataset(selected(kept), ["firms"]).firms
    assert list(firms.scenario.values) == [scenario.name for scenario in at]
    assert list(firms.policy.values) == ["a", "b"]


def test_scenarios_that_differ_in_quarters_or_members(tmp_path):
    longer = worlds.toy_scenario(quarters=8, name="longer")
    groups = [worlds.cases(ALMOST, 2), worlds.cases(longer, 2)]
    stored(tmp_path, groups)
    kept = kept_of(tmp_path / FILE, [case for cases in groups for case in cases])
    with pytest.raises(ResultsError, match="all have 2022Q3–2024Q1"):
        selected(kept)
    both = datasets.dataset(selected(kept, quarters=("2023Q4", "2024Q1")), ["firms"]).firms
    alone = datasets.dataset(selected(kept, scenarios=["longer"]), ["firms"]).firms
    assert both.sel(scenario="longer").identical(alone.sel(scenario="longer", quarter=slice("2023Q4", "2024Q1")))


def test_names_that_are_nearly_right(experiment):
    kept, _ = experiment
    for call in (lambda c: datasets.dataset(c, ["revenu"]), lambda c: datasets.totals(c, "revenu"),
                 lambda c: datasets.quantiles(c, "revenu")):  # fmt: skip
        with pytest.raises(ResultsError, match="no measure 'revenu'; did you mean 'revenue'"):
            call(selected(kept))
    with pytest.raises(ResultsError, match=r"no policy 'nome'.*'none'"):
        selected(kept, policies=["nome"])
    with pytest.raises(ResultsError, match="no scope 'car'"):
        datasets.totals(selected(kept), "revenue", ["car"])


def test_runs_that_the_inputs_do_not_describe(tmp_path):
    cases = worlds.cases(ALMOST, 2)
    stored(tmp_path, [cases])
    with pytest.raises(ResultsError, match="1 runs that its inputs do not describe"):
        kept_of(tmp_path / FILE, cases[:1])
    with pytest.raises(ResultsError, match="holds no experiment"):
        kept_in(tmp_path)


# ── Quantiles ────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("block", [1, 3, 1000])
@pytest.mark.parametrize("by", [("scenario", "policy"), ("policy",), ()])
def test_quantiles_in_blocks_are_those_of_the_whole(experiment, block, by, monkeypatch):
    chosen: Selection = selected(experiment[0])
    monkeypatch.setattr(datasets, "HELD_BYTES", 1)  # one scope at a time
    for measure in ("revenue", "revenue_per_head"):
        streamed = datasets.quantiles(chosen, measure, ["all", "cars"], (0.05, 0.5, 0.9), by=by, block=block)
        whole = datasets.totals(chosen, measure, ["all", "cars"])
        pooled = [dim for dim in ("scenario", "policy", "replication") if dim not in by]
        axes = tuple(whole.dims.index(dim) for dim in pooled)
        expected = np.moveaxis(np.quantile(whole.values, (0.05, 0.5, 0.9), axis=axes), 0, -1).swapaxes(-3, -2)
        assert streamed.dims == (*by, "scope", "quarter", "prob")
        assert np.array_equal(streamed.values, expected)
        assert (streamed.n == 20 // max(1, int(np.prod(streamed.shape[: len(by)])))).all()


@pytest.mark.parametrize("block", [1, 1000])
def test_quantiles_leave_out_what_is_undefined_and_count_the_rest(experiment, block):
    chosen: Selection = selected(experiment[0])
    whole = datasets.totals(chosen, "hiring_share", ["all", "health.bio"]).values  # nobody hires in the first quarter
    found = datasets.quantiles(chosen, "hiring_share", ["all", "health.bio"], (0.5,), by=(), block=block)
    assert np.isnan(found.values[:, 0]).all() and (found.n.values[:, 0] == 0).all()
    known = ~np.isnan(whole)
    assert np.array_equal(found.n.values, known.sum(axis=(0, 1, 2)).T)
    for quarter, scope in np.ndindex(whole.shape[3:]):
        if known[..., quarter, scope].any():
            expected = np.median(whole[..., quarter, scope][known[..., quarter, scope]])
            assert found.values[scope, quarter, 0] == expected


def test_quantiles_hold_a_block_at_a_time(experiment, reads):
    datasets.quantiles(selected(experiment[0]), "revenue", ["all", "cars"], block=2)
    assert reads == [("revenue", n) for _ in range(4) for n in (2, 2, 1)]


# ── Without the library ──────────────────────────────────────────────────────────────────────────────────────────────
def test_a_missing_library_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "xarray", None)
    monkeypatch.delitem(sys.modules, "wutong.experiments.datasets")
    with pytest.raises(ImportError, match=r"pip install 'wutong\[data\]'"):
        importlib.import_module("wutong.experiments.datasets")


def test_attributes_can_be_written_down(experiment):
    whole = datasets.dataset(selected(experiment[0]))
    assert Label(**{key: json.loads(json.dumps(whole.firms.attrs))[key] for key in ("zh", "en")}) == MEASURES["firms"].label
