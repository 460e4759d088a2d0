"""Results as labelled xarray arrays, read by measure and by part, and quantiles of more runs than fit into memory.

    chosen = read(folder, policies=["none", "as_announced"])
    dataset(chosen, ["revenue"]).revenue.sel(policy="none", quarter="2030Q4").load()
    quantiles(chosen, "revenue", ["software", "all"])

Nothing is read before its values are asked for.  A run that failed or is missing is absent and counted, never filled in.  A ratio
whose denominator is 0 is undefined (NaN); quantiles leave it out.
"""

from __future__ import annotations

import math
import threading
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from wutong.experiments import defined
from wutong.experiments.errors import ResultsError
from wutong.experiments.extras import needs
from wutong.experiments.kept import BLOCK, Align, Group, Selection, kept_in, recorded, selected
from wutong.experiments.results import QUANTILES, RUN_COLUMNS, TRAJECTORY_COLUMNS
from wutong.experiments.store import Access, Store, opened
from wutong.experiments.wording import members, scope_label, shown_unit
from wutong.model.facts import Floats, Ints, Label
from wutong.model.history import Axis, History, MeasureFact
from wutong.model.levers import LEVERS
from wutong.model.measures import MEASURES
from wutong.model.scenario import Park

needs("data")
import xarray as xr  # noqa: E402 - what is missing is said in words first
from xarray.backends import BackendArray  # noqa: E402
from xarray.core import indexing  # noqa: E402

HELD_BYTES = 400_000_000  # of a measure's totals while quantiles are taken; more scopes are read in turns
RUN_DIMS = ("scenario", "policy", "replication", "quarter")
DIM_LABELS = {name: RUN_COLUMNS[name] for name in ("scenario", "policy", "replication")} | {
    "quarter": TRAJECTORY_COLUMNS["quarter"],
    "scope": TRAJECTORY_COLUMNS["scope"],
    "segment": Label("环节", "Segment"),
    "zone": Label("片区", "Zone"),
    "lever": Label("政策工具", "Lever"),
    "anchor": Label("龙头", "Anchor"),
    "lab": Label("实验室", "Lab"),
}
By = tuple[str, ...]


class RunsLeftOutWarning(UserWarning):
    """Finished runs have no partner in another scenario or policy, and were left out as asked for."""


def read(
    folder: Path | str,
    *,
    scenarios: Sequence[str] | None = None,
    policies: Sequence[str] | None = None,
    quarters: tuple[str, str] | None = None,
    align: Align = Align.EXACT,
) -> Selection:
    """Runs of a folder of results that line up; no measure is read.  See :func:`wutong.experiments.kept.selected`."""
    return selected(kept_in(Path(folder)), scenarios=scenarios, policies=policies, quarters=quarters, align=align)


def dataset(chosen: Selection, measures: Sequence[str] | None = None) -> xr.Dataset:
    """Measures by scenario, policy, replication, quarter and segment, zone or lever; the values are read when asked for.

    Parameters
    ----------
    measures : all that are stored, if None

    Raises
    ------
    ResultsError
        If a measure is unknown (it names the nearest), or is a ratio, which has no parts that could be added up.
    """
    names = [m for m in chosen.layout.measures if m in MEASURES] if measures is None else list(dict.fromkeys(measures))
    facts = {name: recorded(name, chosen.layout) for name in names}
    for name, fact in facts.items():
        if fact.ratio is not None:
            above, below = fact.ratio
            zh = f"“{name}”是比值，须先合计再相除：用 totals，或分别读取 {above} 和 {below}"
            raise ResultsError(Label(zh, f"{name} is a ratio, divided after summing: use totals, or read {above} and {below}"))
    variables, lock = {}, threading.Lock()
    for name, fact in facts.items():
        dims = RUN_DIMS if fact.axis is Axis.PARK else (*RUN_DIMS, fact.axis.value)
        array = indexing.LazilyIndexedArray(StoredArray(chosen, name, lock))
        variables[name] = xr.Variable(dims, array, attrs=_attributes(fact))
    axes = dict.fromkeys(fact.axis for fact in facts.values() if fact.axis is not Axis.PARK)
    coordinates = _run_coordinates(chosen)
    for axis in axes:
        coordinates |= _member_coordinates(chosen, axis)
    return xr.Dataset(variables, coordinates, _counts(chosen))


def totals(chosen: Selection, measure: str, scopes: Sequence[str] = ("all",)) -> xr.DataArray:
    """A measure summed over the members of each scope, by scenario, policy, replication, quarter and scope.

    A ratio is divided after both its parts are summed.

    Parameters
    ----------
    scopes : ``all``, an industry, a segment, a zone or a lever, or several joined by ``+``
    """
    fact = recorded(measure, chosen.layout)
    _check_scopes(chosen, measure, scopes)
    shape = (len(scopes), len(chosen.quarters), len(chosen.scenarios), len(chosen.policies), len(chosen.replications))
    with opened(chosen.path, Access.READ) as store:
        series = _series(store, chosen, _pools(chosen, ())[()], measure, scopes)
    out = series.reshape(shape).transpose(2, 3, 4, 1, 0)
    coordinates = _run_coordinates(chosen) | {"scope": ("scope", list(scopes), _labels("scope"))}
    return xr.DataArray(out, coordinates, (*RUN_DIMS, "scope"), measure, _attributes(fact) | _counts(chosen))


def quantiles(
    chosen: Selection,
    measure: str,
    scopes: Sequence[str] = ("all",),
    probs: Sequence[float] = QUANTILES,
    *,
    by: By = ("scenario", "policy"),
    block: int = BLOCK,
) -> xr.DataArray:
    """Exact quantiles of a measure over the runs that define it, whom the coordinate ``n`` counts, in blocks of runs.

    Parameters
    ----------
    by : what is kept apart, of ``scenario`` and ``policy``; runs of the others are pooled
    block : runs that are read at a time; it changes no result

    Returns
    -------
    quantiles : by, scope, quarter and prob
    """
    if set(by) - {"scenario", "policy"}:
        raise ResultsError(Label("by 只能取 scenario、policy", "by takes scenario and policy"))
    fact = recorded(measure, chosen.layout)
    _check_scopes(chosen, measure, scopes)
    pools = _pools(chosen, by)
    n_runs = len(chosen.replications) * len(chosen.groups) // len(pools)
    at_once = max(1, HELD_BYTES // (8 * n_runs * len(chosen.quarters)))
    shape = (len(scopes), len(chosen.quarters), len(probs))
    out, n_defined = np.empty((len(pools), *shape)), np.empty((len(pools), *shape[:2]), np.int64)
    with opened(chosen.path, Access.READ) as store:
        for n, groups in enumerate(pools.values()):
            for first in range(0, len(scopes), at_once):
                some = scopes[first : first + at_once]
                for k, series in enumerate(_series(store, chosen, groups, measure, some, block), start=first):
                    out[n, k], n_defined[n, k] = defined.quantiles(series, probs).T, defined.count(series)
    return _quantile_array(chosen, fact, by, scopes, probs, (out, n_defined))


def _quantile_array(
    chosen: Selection, fact: MeasureFact, by: By, scopes: Sequence[str], probs: Sequence[float], found: tuple[Floats, Ints]
) -> xr.DataArray:
    dims = tuple(name for name in ("scenario", "policy") if name in by)
    lengths = {"scenario": len(chosen.scenarios), "policy": len(chosen.policies)}
    coordinates = {k: v for k, v in _run_coordinates(chosen).items() if k.partition("_")[0] in (*dims, "quarter")}
    values, n_defined = (part.reshape(*(lengths[name] for name in dims), *part.shape[1:]) for part in found)
    coordinates |= {
        "scope": ("scope", list(scopes), _labels("scope")),
        "prob": ("prob", list(probs), {"zh": "分位", "en": "Probability", "units": "1"}),
        "n": ((*dims, "scope", "quarter"), n_defined, {"zh": "有数值的运行次数", "en": "Runs in which it is defined"}),
    }
    return xr.DataArray(values, coordinates, (*dims, "scope", "quarter", "prob"), fact.key, _attributes(fact) | _counts(chosen))


def _pools(chosen: Selection, by: By) -> dict[tuple[str, ...], list[Group]]:
    """Groups whose runs are pooled, in the order of scenarios, then policies."""
    pools: dict[tuple[str, ...], list[Group]] = {}
    for scenario in chosen.scenarios:
        for policy in chosen.policies:
            name = tuple(value for key, value in (("scenario", scenario), ("policy", policy)) if key in by)
            pools.setdefault(name, []).append(chosen.groups[scenario, policy])
    return pools


def _series(
    store: Store, chosen: Selection, groups: Sequence[Group], measure: str, scopes: Sequence[str], block: int = BLOCK
) -> Floats:
    """The measure's total of each scope in all runs of some groups, of shape (n_scopes, n_quarters, n_runs)."""
    n_runs = sum(len(group.ids) for group in groups)
    held = np.empty((len(scopes), len(chosen.quarters), n_runs))
    done = 0
    for group in groups:
        for history in group.blocks(store, block):
            to = slice(done, done + len(history.cases))
            for k, scope in enumerate(scopes):
                held[k, :, to] = history.total(measure, members(history, measure, scope))[chosen.rows(group)]
            done = to.stop
    return held


def _check_scopes(chosen: Selection, measure: str, scopes: Sequence[str]) -> None:
    """Refuse a scope that the measure has not, before anything is read."""
    group = next(iter(chosen.groups.values()))
    blank = History(group.cases, group.layout.start, group.layout.axes, MEASURES, {})
    for scope in scopes:
        try:
            members(blank, measure, scope)
        except KeyError as error:
            said = str(error.args[0])
            raise ResultsError(Label(f"指标没有这一范围：{said}", said)) from None


class StoredArray(BackendArray):
    """A measure of the chosen runs, read from the store as far as it is indexed.

    A connection belongs to one thread, so threads take turns.
    """

    def __init__(self, chosen: Selection, measure: str, lock: threading.Lock) -> None:
        self._chosen, self._measure, self._lock = chosen, measure, lock
        self._whole = MEASURES[measure].axis is not Axis.PARK
        layout = chosen.layout
        counts = (len(chosen.scenarios), len(chosen.policies), len(chosen.replications), len(chosen.quarters))
        self.shape = (*counts, layout.shape(measure)[0]) if self._whole else counts
        self.dtype = np.dtype(np.float64)

    def __getitem__(self, key: indexing.ExplicitIndexer) -> np.ndarray:
        return np.asarray(indexing.explicit_indexing_adapter(key, self.shape, indexing.IndexingSupport.OUTER, self._read))

    def _read(self, key: tuple[int | slice | np.ndarray, ...]) -> np.ndarray:
        """Values at the outer product of positions; a bare number takes its dimension away."""
        positions = [np.arange(length)[part] for length, part in zip(self.shape, key, strict=True)]
        shape = tuple(p.size for p in positions if p.ndim)
        own, under, runs, quarters, *of_members = (np.atleast_1d(p) for p in positions)
        out = np.empty((own.size, under.size, runs.size, quarters.size, *(p.size for p in of_members)))
        if math.prod(out.shape) == 0:
            return out.reshape(shape)
        with self._lock, opened(self._chosen.path, Access.READ) as store:
            for i, s in enumerate(own):
                for j, p in enumerate(under):
                    group = self._chosen.groups[self._chosen.scenarios[s], self._chosen.policies[p]]
                    for first in range(0, runs.size, BLOCK):
                        ids = [group.ids[r] for r in runs[first : first + BLOCK]]
                        values = store.measure(group.layout, store.places(ids), self._measure)[self._chosen.rows(group)][quarters]
                        part = values[:, :, of_members[0]] if of_members else values[:, :, 0]
                        out[i, j, first : first + len(ids)] = part.swapaxes(0, 1)
        return out.reshape(shape)


def _run_coordinates(chosen: Selection) -> dict[str, object]:
    firsts = [chosen.groups[s, chosen.policies[0]].cases[0].scenario for s in chosen.scenarios]
    policies = [chosen.groups[chosen.scenarios[0], p].cases[0].policy for p in chosen.policies]
    found: dict[str, object] = {
        "scenario": ("scenario", list(chosen.scenarios), _labels("scenario")),
        "policy": ("policy", list(chosen.policies), _labels("policy")),
        "replication": ("replication", list(chosen.replications), _labels("replication")),
        "quarter": ("quarter", list(chosen.quarters), _labels("quarter")),
    }
    return found | _titles("scenario", [s.title for s in firsts]) | _titles("policy", [p.title for p in policies])


def _member_coordinates(chosen: Selection, axis: Axis) -> dict[str, object]:
    names, park = chosen.layout.axes[axis], next(iter(chosen.groups.values())).cases[0].scenario.park
    found: dict[str, object] = {axis.value: (axis.value, list(names), _labels(axis.value))}
    if axis is Axis.SEGMENT:
        of = {segment.key: segment.industry for segment in park.segments}
        found["industry"] = ("segment", [of[name] for name in names], {"zh": "产业", "en": "Industry"})
    return found | _titles(axis.value, [member_label(park, axis, name) for name in names])


def member_label(park: Park, axis: Axis, name: str) -> Label:
    """What a segment, zone, lever, anchor or lab is called."""
    if axis is Axis.LEVER:
        return LEVERS[name].label
    return Label(scope_label(park, name, "zh"), scope_label(park, name, "en"))


def _titles(dim: str, labels: Sequence[Label]) -> dict[str, object]:
    return {f"{dim}_zh": (dim, [label.zh for label in labels]), f"{dim}_en": (dim, [label.en for label in labels])}


def _labels(dim: str) -> dict[str, str]:
    return {"long_name": DIM_LABELS[dim].en, "zh": DIM_LABELS[dim].zh, "en": DIM_LABELS[dim].en}


def _attributes(fact: MeasureFact) -> dict[str, str | int]:
    found: dict[str, str | int] = {
        "long_name": fact.label.en,
        "units": shown_unit(fact),
        "zh": fact.label.zh,
        "en": fact.label.en,
    }
    found |= {"definition_zh": fact.definition.zh, "definition_en": fact.definition.en, "kind": fact.kind.value}
    return found if fact.ratio is None else found | {"ratio": " / ".join(fact.ratio)}


def _counts(chosen: Selection) -> dict[str, str | int]:
    """How many runs are not in it, also as a warning where finished ones were left out."""
    if chosen.n_left_out:
        said = f"{chosen.n_left_out} finished runs have no partner in every scenario and policy and were left out"
        warnings.warn(said, RunsLeftOutWarning, stacklevel=3)
    return {"runs_left_out": chosen.n_left_out, "runs_failed_or_missing": chosen.n_unfinished}
