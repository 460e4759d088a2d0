"""What a folder of results holds, and a choice from it that lines up exactly: no run is invented, none is dropped in silence."""

from __future__ import annotations

import dataclasses
import enum
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from wutong.experiments.design import MARK
from wutong.experiments.errors import FolderError, ResultsError
from wutong.experiments.identity import run_ids
from wutong.experiments.packing import Layout
from wutong.experiments.reading.messages import choices
from wutong.experiments.reading.renames import new_name
from wutong.experiments.reopening import reopened
from wutong.experiments.store import FILE, Access, Store, opened
from wutong.model.facts import Label
from wutong.model.history import History, MeasureFact
from wutong.model.measures import MEASURES
from wutong.model.scenario import Case
from wutong.model.units import quarter as quarter_of
from wutong.model.units import quarter_name

BLOCK = 256  # runs read at a time: some megabytes a measure


class Align(enum.StrEnum):
    """What happens where scenarios or policies do not have the same replications."""

    EXACT = "exact"  # refused
    COMMON = "common"  # those that all have are taken, the others counted


@dataclass(frozen=True)
class Group:
    """The finished runs of one scenario and policy; the layout is what all of them are stored in."""

    cases: tuple[Case, ...]
    ids: tuple[str, ...]
    layout: Layout

    def only(self, replications: Sequence[int]) -> Group:
        place = {case.replication: n for n, case in enumerate(self.cases)}
        rows = [place[r] for r in replications]
        return dataclasses.replace(self, cases=tuple(self.cases[n] for n in rows), ids=tuple(self.ids[n] for n in rows))

    def blocks(self, store: Store, size: int = BLOCK) -> Iterator[History]:
        """The runs in pieces, in their order; a measure is read when it is asked for."""
        for first in range(0, len(self.ids), size):
            yield store.history(self.cases[first : first + size], self.ids[first : first + size])


@dataclass(frozen=True)
class Kept:
    """The finished runs of an experiment by scenario and policy, and how many there are not."""

    path: Path  # of the store
    groups: Mapping[tuple[str, str], Group]
    n_failed: int
    n_missing: int

    @property
    def scenarios(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(scenario for scenario, _ in self.groups))

    @property
    def policies(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(policy for _, policy in self.groups))


@dataclass(frozen=True)
class Selection:
    """Runs that line up: every scenario under every policy with the same replications, over the same quarters.

    Attributes
    ----------
    first, last : quarters, numbered as the model does
    n_left_out : finished runs of these scenarios and policies that have no partner, and are not in it
    n_unfinished : runs of the experiment that failed or were not run
    """

    path: Path
    scenarios: tuple[str, ...]
    policies: tuple[str, ...]
    replications: tuple[int, ...]
    groups: Mapping[tuple[str, str], Group]
    first: int
    last: int
    n_left_out: int
    n_unfinished: int

    @property
    def layout(self) -> Layout:
        return next(iter(self.groups.values())).layout

    @property
    def quarters(self) -> tuple[str, ...]:
        return tuple(quarter_name(q) for q in range(self.first, self.last + 1))

    def rows(self, group: Group) -> slice:
        """Rows of a group's measures that are these quarters."""
        return slice(self.first - group.layout.start, self.last - group.layout.start + 1)


def kept_in(folder: Path) -> Kept:
    """What a folder of results holds.

    Raises
    ------
    ResultsError
        If it holds no experiment, or runs that its inputs do not describe.
    BadInputError, ReadingError, StoreError
        If its inputs or its store cannot be read, or are not what was written.
    """
    try:
        experiment = reopened(folder, to_run=False)
    except FolderError as error:
        raise ResultsError(error.message) from None
    return kept_of(folder / FILE, experiment.plan.cases, experiment.ids)


def kept_of(path: Path, cases: Sequence[Case], ids: Sequence[str] | None = None) -> Kept:
    """What a store holds of some cases.

    Parameters
    ----------
    ids : of the cases; from their content if None

    Raises
    ------
    ResultsError
        If it holds runs of other cases, or a replication of one scenario and policy stands twice.
    StoreError
        If it cannot be read.
    """
    ids = run_ids(cases) if ids is None else ids
    with opened(path, Access.READ) as store:
        complete, failed = store.only(ids), store.failures()
        found: dict[tuple[str, str], list[tuple[Case, str]]] = {}
        for case, run_id in zip(cases, ids, strict=True):
            if run_id in complete:
                found.setdefault(_name(case), []).append((case, run_id))
        groups = {name: _group(store, runs) for name, runs in found.items()}
    n_failed = sum(run_id in failed and run_id not in complete for run_id in ids)
    return Kept(path, groups, n_failed, len(ids) - n_failed - sum(len(g.ids) for g in groups.values()))


def _name(case: Case) -> tuple[str, str]:
    """Scenario and policy of a case; of a design that varies both, the point stands with the scenario alone."""
    scenario, policy = case.scenario.name, case.policy.name
    _, mark, point = scenario.rpartition(MARK)
    return scenario, policy.removesuffix(mark + point) if mark else policy


def _group(store: Store, runs: Sequence[tuple[Case, str]]) -> Group:
    cases, ids = tuple(case for case, _ in runs), tuple(run_id for _, run_id in runs)
    if len({case.replication for case in cases}) < len(cases):
        name = f"{cases[0].scenario.name}, {cases[0].policy.name}"
        raise ResultsError(Label(f"{name}：同一重复编号出现两次", f"{name}: a replication stands twice"))
    history = store.history(cases, ids)  # reads no measure, and refuses runs that are arranged differently
    n_quarters = cases[0].scenario.end - history.start
    return Group(cases, ids, Layout(history.start, n_quarters, history.axes, tuple(history.values)))


def selected(
    kept: Kept,
    *,
    scenarios: Sequence[str] | None = None,
    policies: Sequence[str] | None = None,
    quarters: tuple[str, str] | None = None,
    align: Align = Align.EXACT,
) -> Selection:
    """Runs of some scenarios and policies (all if None) that line up.

    Parameters
    ----------
    quarters : the first and the last, such as ``("2023Q1", "2025Q4")``; all if None

    Raises
    ------
    ResultsError
        If a name is unknown, a scenario lacks a policy, or replications, quarters or members differ, and how many runs do.
    """
    own = _known("scenario", "情景", scenarios, kept.scenarios)
    under = _known("policy", "政策方案", policies, kept.policies)
    there = {(s, p): group for (s, p), group in kept.groups.items() if s in own and p in under}
    if align is Align.COMMON:
        under = tuple(p for p in under if all((s, p) in there for s in own))
    lacking = [f"{s}, {p}" for s in own for p in under if (s, p) not in there]
    if lacking or not (own and under):
        none = "; ".join(lacking) or "–"
        zh = f"这些情景与政策方案没有完成的运行：{none}；请缩小选择"
        raise ResultsError(Label(zh, f"no finished runs of {none}; choose scenarios and policies that have them"))
    chosen = {(s, p): there[s, p] for s in own for p in under}
    replications, n_left_out = _common(there, chosen, align)
    first, last = _span([group.layout for group in chosen.values()], quarters)
    aligned = {name: group.only(replications) for name, group in chosen.items()}
    n_unfinished = kept.n_failed + kept.n_missing
    return Selection(kept.path, own, under, replications, aligned, first, last, n_left_out, n_unfinished)


def _common(
    there: Mapping[tuple[str, str], Group], chosen: Mapping[tuple[str, str], Group], align: Align
) -> tuple[tuple[int, ...], int]:
    """The replications that all have, and how many finished runs are not among them."""
    common = set.intersection(*({case.replication for case in group.cases} for group in chosen.values()))
    n_left_out = sum(len(group.ids) for group in there.values()) - len(common) * len(chosen)
    if (n_left_out and align is Align.EXACT) or not common:
        zh = f"各情景、政策方案的重复编号不一致：有 {n_left_out} 次运行没有对应；用 align=common 只取共有的 {len(common)} 个编号"
        en = f"replications differ: {n_left_out} runs have no partner; align=common takes the {len(common)} that all have"
        raise ResultsError(Label(zh, en))
    return tuple(sorted(common)), n_left_out


def _known(what: str, what_zh: str, names: Sequence[str] | None, known: Sequence[str]) -> tuple[str, ...]:
    if unknown := [name for name in names or () if name not in known]:
        raise ResultsError(no_such(what, what_zh, unknown[0], known))
    return tuple(known if names is None else dict.fromkeys(names))


def no_such(what: str, what_zh: str, name: str, known: Sequence[str], labels: Mapping[str, str] | None = None) -> Label:
    """That there is no such name, and what it is called now, or which is nearest."""
    if (new := new_name(name, known)) is not None:
        return Label(f"“{name}”已改名为“{new}”", f"{name!r} is now called {new!r}")
    near = choices(name, known, labels)
    return Label(f"结果中没有{what_zh}“{name}”。{near.zh}", f"the results have no {what} {name!r}; {near.en}")


def _span(layouts: Sequence[Layout], quarters: tuple[str, str] | None) -> tuple[int, int]:
    spans = {(layout.start, layout.start + layout.n_quarters) for layout in layouts}
    if len({(layout.measures, json.dumps(layout.axes)) for layout in layouts}) > 1:
        zh, en = (
            "所选情景的环节、片区或指标不同，请分开读取",
            "these scenarios differ in segments, zones or measures; read them apart",
        )
        raise ResultsError(Label(zh, en))
    low, high = max(start for start, _ in spans), min(end for _, end in spans)
    if quarters is None:
        if len(spans) > 1:
            both = f"{quarter_name(low)}–{quarter_name(high)}" if low <= high else "–"
            raise ResultsError(
                Label(f"所选情景的时段不同，共有 {both}", f"these scenarios cover different quarters; all have {both}")
            )
        return low, high
    try:
        first, last = (quarter_of(name) for name in quarters)
    except ValueError as error:
        raise ResultsError(Label(f"季度应写作 2022Q3：{quarters}", str(error))) from None
    if not low <= first <= last <= high:
        zh = f"季度应在 {quarter_name(low)} 至 {quarter_name(high)} 之间，并由先到后"
        raise ResultsError(Label(zh, f"quarters must lie between {quarter_name(low)} and {quarter_name(high)}, first to last"))
    return first, last


def recorded(measure: str, layout: Layout) -> MeasureFact:
    """What is declared of a measure that the store holds, or can divide from what it holds.

    Raises
    ------
    ResultsError
        If there is none; it names the nearest.
    """
    known = [m for m, fact in MEASURES.items() if all(part in layout.measures for part in fact.ratio or (m,))]
    if measure not in known:
        labels = {name: MEASURES[name].label.zh for name in known}
        raise ResultsError(no_such("measure", "指标", measure, known, labels))
    return MEASURES[measure]
