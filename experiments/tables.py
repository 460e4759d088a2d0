"""Every run in long tables: one row a run, quarter and scope, made block by block, and what each column means.

A table for each axis: industries (or segments), zones, levers, the park.  Ratios are divided after summing; where there is
nothing to divide by, the cell is empty.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from wutong.experiments.errors import ResultsError
from wutong.experiments.forms import Detail
from wutong.experiments.kept import Group, Kept, no_such, recorded
from wutong.experiments.reading.understanding import WHOLE_PARK, Labels, meant
from wutong.experiments.results import RUN_COLUMNS, TRAJECTORY_COLUMNS, Cell
from wutong.experiments.store import Store
from wutong.experiments.wording import members, shown_unit
from wutong.model.facts import Label
from wutong.model.history import Axis, History
from wutong.model.levers import LEVERS
from wutong.model.measures import MEASURES
from wutong.model.units import quarter_name

MEASURES_BY_DEFAULT = (
    "firms", "employees", "revenue", "value_added", "local_tax", "brought_firms", "local_sourcing_share",
)  # fmt: skip
KEYS = {name: RUN_COLUMNS[name] for name in ("run", "scenario", "policy", "replication", "seed")} | {
    name: TRAJECTORY_COLUMNS[name] for name in ("quarter", "scope")
}
Columns = Sequence[Sequence[Cell]]

NUMBERED = {"replication", "seed"}
DICTIONARY = {
    "table": Label("表", "Table"),
    "column": Label("列", "Column"),
    "zh": Label("中文名称", "Name in Chinese"),
    "en": Label("英文名称", "Name in English"),
    "unit": TRAJECTORY_COLUMNS["unit"],
    "kind": Label("种类：stock 存量，rate 年化率，flow 流量，ratio 比值", "Kind: stock, rate, flow or ratio"),
    "definition_zh": Label("口径（中文）", "Definition in Chinese"),
    "definition_en": Label("口径（英文）", "Definition in English"),
}


@dataclass(frozen=True)
class Wanted:
    """What is exported; everything where nothing is named."""

    measures: tuple[str, ...] = MEASURES_BY_DEFAULT
    detail: Detail = Detail.INDUSTRY
    scenarios: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()
    quarters: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Part:
    """Runs of one scenario and policy in a table; ``rows`` of their measures that are exported."""

    group: Group
    scopes: tuple[str, ...]
    rows: tuple[int, ...]

    @property
    def n_rows(self) -> int:
        return len(self.group.ids) * len(self.rows) * len(self.scopes)


@dataclass(frozen=True)
class Table:
    name: str
    measures: tuple[str, ...]
    parts: tuple[Part, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        return (*KEYS, *self.measures)

    @property
    def n_rows(self) -> int:
        return sum(part.n_rows for part in self.parts)

    def dictionary(self) -> list[tuple[str, ...]]:
        """What every column means, in the order of ``DICTIONARY``."""
        keys: list[tuple[str, ...]] = [(self.name, name, label.zh, label.en, "", "", "", "") for name, label in KEYS.items()]
        facts = [MEASURES[measure] for measure in self.measures]
        return keys + [
            (self.name, f.key, f.label.zh, f.label.en, shown_unit(f), f.kind.value, f.definition.zh, f.definition.en)
            for f in facts
        ]


def tables(kept: Kept, wanted: Wanted) -> tuple[Table, ...]:
    """The tables that are asked for, one for each axis of the measures; nothing is read yet.

    Raises
    ------
    ResultsError
        If a name is unknown (it names the nearest), or nothing is left.
    """
    wanted = _by_key(wanted, kept)
    for kind, kind_zh, names, known in (
        ("scenario", "情景", wanted.scenarios, kept.scenarios),
        ("policy", "政策方案", wanted.policies, kept.policies),
    ):
        _refuse_unknown(kind, kind_zh, names, known)
    groups = [
        group
        for (scenario, policy), group in kept.groups.items()
        if scenario in (wanted.scenarios or kept.scenarios) and policy in (wanted.policies or kept.policies)
    ]
    by_axis: dict[Axis, list[str]] = {}
    for measure in dict.fromkeys(wanted.measures):
        facts = [recorded(measure, group.layout) for group in groups]
        if facts:
            by_axis.setdefault(facts[0].axis, []).append(measure)
    quarters = {quarter_name(q) for g in groups for q in range(g.layout.start, g.layout.start + g.layout.n_quarters + 1)}
    scopes = {scope for axis in by_axis for group in groups for scope in _scopes(group, axis, wanted.detail)}
    _refuse_unknown("quarter", "季度", wanted.quarters, sorted(quarters))
    _refuse_unknown("scope", "范围", wanted.scopes, sorted(scopes))
    made = tuple(_table(axis, own, groups, wanted) for axis, own in by_axis.items())
    found = tuple(table for table in made if table.n_rows)
    if not found:
        raise ResultsError(Label("没有可导出的运行", "there are no finished runs to export"))
    return found


def _by_key(wanted: Wanted, kept: Kept) -> Wanted:
    """What is asked for, with keys where titles were given; a name that several things have stays, and is refused."""
    cases = [group.cases[0] for group in kept.groups.values()]
    called: dict[str, Label] = {"all": WHOLE_PARK}
    for park in (case.scenario.park for case in cases):
        links = park.industries if wanted.detail is Detail.INDUSTRY else park.segments
        called |= {thing.key: thing.label for thing in (*links, *park.zones, *park.anchors, *park.labs, *LEVERS.values())}
    return dataclasses.replace(
        wanted,
        scenarios=_keys(wanted.scenarios, {case.scenario.name: case.scenario.title for case in cases}),
        policies=_keys(wanted.policies, {case.policy.name: case.policy.title for case in cases}),
        scopes=_keys(wanted.scopes, called),
    )


def _keys(names: Sequence[str], labels: Labels) -> tuple[str, ...]:
    found = {name: meant(name, labels) for name in names}
    return tuple(keys[0] if len(keys) == 1 else name for name, keys in found.items())


def _refuse_unknown(kind: str, kind_zh: str, names: Sequence[str], known: Sequence[str]) -> None:
    if unknown := [name for name in names if name not in known]:
        raise ResultsError(no_such(kind, kind_zh, unknown[0], known))


def _table(axis: Axis, measures: Sequence[str], groups: Sequence[Group], wanted: Wanted) -> Table:
    parts = []
    for group in groups:
        layout = group.layout
        names = [quarter_name(layout.start + row) for row in range(layout.n_quarters + 1)]
        rows = tuple(row for row, name in enumerate(names) if name in (wanted.quarters or names))
        scopes = _scopes(group, axis, wanted.detail)
        parts.append(Part(group, tuple(s for s in scopes if s in (wanted.scopes or scopes)), rows))
    name = {Axis.SEGMENT: {"industry": "industries", "segment": "segments"}[wanted.detail], Axis.PARK: "park"}.get(axis)
    return Table(name or f"{axis}s", tuple(measures), tuple(parts))


def _scopes(group: Group, axis: Axis, detail: Detail) -> tuple[str, ...]:
    park = group.cases[0].scenario.park
    if axis is Axis.PARK:
        return ("all",)
    if axis is Axis.SEGMENT and detail is Detail.INDUSTRY:
        return ("all", *(industry.key for industry in park.industries if park.segments_of(industry.key)))
    return ("all", *group.layout.axes[axis])


def blocks(store: Store, table: Table) -> Iterator[Columns]:
    """The columns of a table, some hundred runs at a time; rows by run, quarter and scope."""
    for part in table.parts:
        if part.n_rows:
            ids = iter(part.group.ids)
            for history in part.group.blocks(store):
                yield _block(history, [next(ids) for _ in history.cases], part, table.measures)


def _block(history: History, ids: Sequence[str], part: Part, measures: Sequence[str]) -> Columns:
    each, n_scopes, cases = len(part.rows) * len(part.scopes), len(part.scopes), history.cases
    own = (ids, [c.scenario.name for c in cases], [c.policy.name for c in cases], [c.replication for c in cases])
    columns: list[Sequence[Cell]] = [[v for v in values for _ in range(each)] for values in (*own, [c.seed for c in cases])]
    columns.append([quarter_name(history.start + row) for row in part.rows for _ in range(n_scopes)] * len(cases))
    columns.append([*part.scopes] * (len(part.rows) * len(cases)))
    for measure in measures:
        of_scopes = [history.total(measure, members(history, measure, scope))[list(part.rows)] for scope in part.scopes]
        values = np.stack(of_scopes, axis=2).swapaxes(0, 1).ravel()
        columns.append([None if unknown else v for v, unknown in zip(values.tolist(), np.isnan(values).tolist(), strict=True)])
    return columns
