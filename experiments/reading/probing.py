"""Whether a number of a park can vary by itself: fixed in the finished scenario it must mean what --set makes of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from wutong.experiments.factors import Factor, Value
from wutong.experiments.reading.checking import Findings
from wutong.experiments.reading.files import resolve_scenario
from wutong.experiments.reading.messages import Problem, ReadingError, hint
from wutong.experiments.reading.nodes import Path, locate
from wutong.experiments.varying import ASSUMPTION, is_lever, with_values
from wutong.model.facts import Assumption
from wutong.model.scenario import Scenario


@dataclass(frozen=True)
class Given:
    """A scenario, and how to read it again: its name or file, and what was set."""

    scenario: Scenario
    name: str
    sets: tuple[str, ...] = ()


def refuse_followed(factors: Sequence[Factor], paths: Mapping[str, Path], given: Sequence[Given], findings: Findings) -> None:
    """Refuse numbers of a park whose ends its file does not allow, or from which other numbers follow.

    Every scenario is read again with all factors at their low and at their high; one by one where that does not agree.
    """
    of_park = [f for f in factors if not (f.name.startswith(ASSUMPTION) or is_lever(f.name))]
    if not of_park:
        return
    for one in given:
        if all(_agrees(one, {f.name: f.ends()[end] for f in of_park}) for end in (0, 1)):
            continue
        before = len(findings.problems)
        for factor in of_park:
            _blame(one, factor, paths[factor.name], findings)
        if len(findings.problems) == before:
            names = ", ".join(f.name for f in of_park)
            findings.add("factor_follows", paths[of_park[0].name][:1], {"name": names}, hint("scenario_instead"))


def _blame(one: Given, factor: Factor, path: Path, findings: Findings) -> None:
    for value in factor.ends():
        try:
            again = _read_again(one, {factor.name: value})
        except ReadingError as error:
            mark, shown = locate(findings.tree, path), ".".join(map(str, path))
            moved = (Problem(p.code, mark.file, mark.line, mark.column, shown, p.message, p.hint) for p in error.problems)
            findings.problems += [p for p in dict.fromkeys(moved) if p not in findings.problems]
            return
        if not _same(again, with_values(one.scenario, {factor.name: value})):
            findings.add("factor_follows", path, {"name": factor.name}, hint("scenario_instead"))
            return


def _agrees(one: Given, values: Mapping[str, Value]) -> bool:
    try:
        return _same(_read_again(one, values), with_values(one.scenario, values))
    except ReadingError:
        return False


def _read_again(one: Given, values: Mapping[str, Value]) -> Scenario:
    sets = [f"{name}={str(value).lower() if isinstance(value, bool) else repr(value)}" for name, value in values.items()]
    return resolve_scenario(one.name, (*one.sets, *sets)).scenario


def _same(a: Scenario, b: Scenario) -> bool:
    return _unsourced((a.park, a.shocks)) == _unsourced((b.park, b.shocks))


def _unsourced(value: object) -> object:
    """A declaration without the sources of its assumptions."""
    if isinstance(value, Assumption):
        return dataclasses.replace(value, source="")
    if isinstance(value, tuple):
        return tuple(_unsourced(item) for item in value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.replace(value, **{f.name: _unsourced(getattr(value, f.name)) for f in dataclasses.fields(value)})
    return value
