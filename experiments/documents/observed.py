"""What every rule reads, observed: the rules run on a park whose tables note which of their columns somebody looks at.

Rules are pure, so each runs twice a quarter: watched, to note what it reads, and plain, to move the park on.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from wutong.experiments.documents.declared import TABLES, owners
from wutong.experiments.documents.markdown import codes, table
from wutong.model.codes import replaced
from wutong.model.draws import Draws
from wutong.model.facts import Label
from wutong.model.levers import LEVERS
from wutong.model.scenario import Case, LeverSetting, Policy
from wutong.model.schedule import SCHEDULE
from wutong.model.settlement import settle
from wutong.model.simulate import next_quarter
from wutong.model.start.build import Batch, begin
from wutong.model.state import ParkState, after

WATCHED = (*TABLES, "levers", "base")
WAITING = ("arrivals", "openings", "deaths", "flows", "levels", "floor_added")


@dataclass(frozen=True)
class Reads:
    """What one rule was seen to read, by name and in alphabetical order."""

    this_quarter: tuple[str, ...]  # columns that a rule before it has written in the same quarter
    last_quarter: tuple[str, ...]  # columns as the last quarter left them, or that never change
    levers: tuple[str, ...]  # effects of levers
    drawn: tuple[str, ...]  # drawn once a world, or given by the park
    waiting: tuple[str, ...]  # what other rules left for the settlement or the measures


def watched(record: object, name: str, seen: set[str]) -> object:
    """A copy of a frozen record that adds ``name.column`` to ``seen`` whenever a column is read.

    Copies made of it watch too; a column that such a copy has replaced is the reader's own and is not noted.
    """
    kind = type(record)
    fields = {f.name for f in dataclasses.fields(kind)}  # type: ignore[arg-type]
    original = dict(record.__dict__)

    def look(self: object, attribute: str) -> object:
        value = object.__getattribute__(self, attribute)
        if attribute in fields and not _own(value, original[attribute]):
            seen.add(f"{name}.{attribute}")
        return value

    copy: object = object.__new__(type(f"Watched{kind.__name__}", (kind,), {"__getattribute__": look}))
    object.__getattribute__(copy, "__dict__").update(original)
    return copy


def _own(value: object, original: object) -> bool:
    """Whether a column of a copy was replaced: another array of as many rows as the table has."""
    return value is not original and getattr(value, "shape", None) == getattr(original, "shape", ())


def watched_state(state: ParkState, seen: set[str]) -> ParkState:
    """The state with its tables, lever effects and base watched, and its waiting lists too."""
    tables = {name: watched(state.__dict__[name], name, seen) for name in WATCHED}
    copy = watched(replaced(state, tables), "state", seen)
    assert isinstance(copy, ParkState)
    return copy


def observe(batch: Batch, state: ParkState, n_quarters: int) -> dict[str, set[str]]:
    """Names that each rule, and the settlement, reads in so many quarters."""
    seen: dict[str, set[str]] = {name: set() for name in (*(rule.name for rule in SCHEDULE), "settlement")}
    for _ in range(n_quarters):
        running = next_quarter(batch, state)
        draws = Draws(running.quarter)
        for rule in SCHEDULE:
            given = batch.parameters[rule.name]
            rule.apply(watched_state(running, seen[rule.name]), given, draws)
            running = after(running, rule, rule.apply(running, given, draws))
        settle(watched_state(running, seen["settlement"]), draws)
        state = settle(running, draws)[0]
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
    for n, name in enumerate([*order, "settlement"]):
        columns = sorted(path for path in seen[name] if path.partition(".")[0] in TABLES)
        fresh = [path for path in columns if _writer(path, by, order) < n]
        found[name] = Reads(
            tuple(fresh),
            tuple(path for path in columns if path not in fresh),
            _named(seen[name], "levers"),
            _named(seen[name], "base"),
            tuple(part for part in _named(seen[name], "state") if part in WAITING),
        )
    return found


def _writer(path: str, by: Mapping[str, str], order: Sequence[str]) -> int:
    """Place in the schedule of the rule that writes a column; past the end where none does."""
    writer = by.get(path, by.get(path.partition(".")[0]))
    return len(order) if writer is None else order.index(writer)


def _named(seen: set[str], owner: str) -> tuple[str, ...]:
    return tuple(sorted(path.partition(".")[2] for path in seen if path.startswith(f"{owner}.")))


def observed_reads(cases: Sequence[Case], n_quarters: int = 6) -> dict[str, Reads]:
    """Reads of every rule in the first quarters of the given cases."""
    batch, state = begin(cases)
    return sorted_reads(observe(batch, state, n_quarters))


def schedule_table(reads: Mapping[str, Reads]) -> str:
    """The order of the rules, with what each writes and was seen to read."""
    rows = []
    writes = {rule.name: rule.writes for rule in SCHEDULE} | {"settlement": frozenset({"which rows exist; links; see 3.3"})}
    for n, (name, found) in enumerate(reads.items(), start=1):
        own = sorted(writes[name])
        told = ", ".join(own) if name == "settlement" else codes(own)
        rows.append((str(n), f"**{name}**", told, codes(found.this_quarter), codes(found.last_quarter), codes(found.waiting)))
    head = ("Step", "Rule", "Writes", "Reads, written this quarter", "Reads, as last quarter left it", "Reads, waiting")
    return table(head, rows)


def inputs_table(reads: Mapping[str, Reads]) -> str:
    """Lever effects and drawn values that each rule was seen to read."""
    rows = ((f"**{name}**", codes(found.levers), codes(found.drawn)) for name, found in reads.items())
    return table(("Rule", "Lever effects", "Given by the park or drawn once a world"), rows)
