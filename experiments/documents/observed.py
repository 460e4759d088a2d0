"""What every rule reads, observed: the rules run as plain Python on tables that note which of their columns somebody looks at."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from wutong.experiments.documents.declared import owners
from wutong.experiments.documents.markdown import codes, table
from wutong.model.facts import Label
from wutong.model.given import levers_at, record_at
from wutong.model.lever_effects import Effects
from wutong.model.levers import LEVERS
from wutong.model.scenario import Case, LeverSetting, Policy
from wutong.model.schedule import SCHEDULE, arguments, begin_quarter
from wutong.model.settlement import settle
from wutong.model.tables import TABLES, Table
from wutong.model.world import World, prepare

WAITING = ("arrivals", "births")
SETTLEMENT = "settlement"
LEVER_EFFECTS = {f.name for f in dataclasses.fields(Effects)}


@dataclass(frozen=True)
class Reads:
    """What one rule was seen to read, by name and in alphabetical order."""

    this_quarter: tuple[str, ...]  # columns that a rule before it has written in the same quarter
    last_quarter: tuple[str, ...]  # columns as the last quarter left them, or that never change
    levers: tuple[str, ...]  # effects of levers
    drawn: tuple[str, ...]  # drawn once a world, or given by the park
    waiting: tuple[str, ...]  # what other rules left for the settlement


class Watched:
    """Something whose attributes and rows are noted under ``name`` when they are looked at; what is written is not."""

    def __init__(self, value: Any, name: str, seen: set[str]) -> None:  # noqa: ANN401
        object.__setattr__(self, "_told", (value, name, seen))

    def __getattr__(self, attribute: str) -> Any:  # noqa: ANN401 - it stands for anything
        value, name, seen = self._told
        found = getattr(value, attribute)
        if isinstance(found, Table):
            return Table(Watched(found.row, attribute, seen), found.n)
        if isinstance(found, np.ndarray) and found.dtype.names:
            return Watched(found, attribute if attribute in TABLES else name, seen)
        seen.add(f"{name}.{attribute}")
        return found

    def __setattr__(self, attribute: str, new: object) -> None:
        setattr(self._told[0], attribute, new)

    def __getitem__(self, place: Any) -> Watched:  # noqa: ANN401 - a row, a slice or a field
        value, name, seen = self._told
        return Watched(value[place], name, seen)

    def __setitem__(self, place: Any, new: Any) -> None:  # noqa: ANN401
        self._told[0][place] = new._told[0] if isinstance(new, Watched) else new

    def __len__(self) -> int:
        return len(self._told[0])


def observe(world: World, n_quarters: int) -> dict[str, set[str]]:
    """Names that each rule, and the settlement, reads in so many quarters."""
    steps = {**{rule.name: rule.apply for rule in SCHEDULE}, SETTLEMENT: settle}
    seen: dict[str, set[str]] = {name: set() for name in steps}
    given, park = world.given, world.park
    for step in range(1, n_quarters + 1):
        levers, record = levers_at(world.levers, step), record_at(world.record, step)
        t = given.start + step
        begin_quarter(t, step, given.segment, park)
        for name, function in steps.items():
            own = arguments(function, t, given, world.parameters, levers, park, record)
            seen[name] |= {f"levers.{key}" for key in own if key in LEVER_EFFECTS}  # handed over by itself
            watched = {"given": given, "levers": levers, "park": park}
            own |= {key: Watched(value, key, seen[name]) for key, value in watched.items() if key in own}
            with np.errstate(over="ignore"):
                function(**own)
    return seen


def every_lever(start: int) -> Policy:
    """A policy that pulls every lever half way, so that no reader of a lever stays asleep."""
    settings = tuple(LeverSetting(key, 0.5 * lever.high, start + 1) for key, lever in LEVERS.items())
    return Policy("every_lever", Label("全部政策", "Every lever"), settings)


def sorted_reads(seen: Mapping[str, set[str]]) -> dict[str, Reads]:
    """What was seen, told apart by when it was written."""
    order = [rule.name for rule in SCHEDULE]
    by = owners()
    found = {}
    for n, name in enumerate([*order, SETTLEMENT]):
        columns = sorted(path for path in seen[name] if path.partition(".")[0] in set(TABLES) - set(WAITING))
        fresh = [path for path in columns if _writer(path, by, order) < n]
        waiting = {path.partition(".")[0] for path in seen[name]} & set(WAITING)
        found[name] = Reads(
            tuple(fresh),
            tuple(path for path in columns if path not in fresh),
            _named(seen[name], "levers"),
            _named(seen[name], "given"),
            tuple(sorted(waiting)),
        )
    return found


def _writer(path: str, by: Mapping[str, str], order: Sequence[str]) -> int:
    """Place in the schedule of the rule that writes a column; past the end where none does."""
    writer = by.get(path, by.get(path.partition(".")[0]))
    return len(order) if writer is None else order.index(writer)


def _named(seen: set[str], owner: str) -> tuple[str, ...]:
    return tuple(sorted(path.partition(".")[2] for path in seen if path.startswith(f"{owner}.")))


def observed_reads(case: Case, n_quarters: int = 2) -> dict[str, Reads]:
    """Reads of every rule in the first quarters of a case."""
    return sorted_reads(observe(World(prepare((case,)), 0, plain=True), n_quarters))


def schedule_table(reads: Mapping[str, Reads]) -> str:
    """The order of the rules, with what each writes and was seen to read."""
    rows = []
    writes = {rule.name: rule.writes for rule in SCHEDULE} | {SETTLEMENT: frozenset({"which rows exist; links; see 3.3"})}
    for n, (name, found) in enumerate(reads.items(), start=1):
        own = sorted(writes[name])
        told = ", ".join(own) if name == SETTLEMENT else codes(own)
        rows.append((str(n), f"**{name}**", told, codes(found.this_quarter), codes(found.last_quarter), codes(found.waiting)))
    head = ("Step", "Rule", "Writes", "Reads, written this quarter", "Reads, as last quarter left it", "Reads, waiting")
    return table(head, rows)


def inputs_table(reads: Mapping[str, Reads]) -> str:
    """Lever effects and drawn values that each rule was seen to read."""
    rows = ((f"**{name}**", codes(found.levers), codes(found.drawn)) for name, found in reads.items())
    return table(("Rule", "Lever effects", "Given by the park or drawn once a world"), rows)
