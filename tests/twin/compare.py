"""The long comparison: ``python -m tests.twin.compare [-n WORLDS] [--quarters N] [scenario[:policy] ...]``."""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tests.twin.deriving import Told, derived
from tests.twin.random_parks import random_case, random_policy
from tests.twin.running import run_twin
from wutong.experiments.reading import list_policies, read_policy, read_scenario
from wutong.model.given import Record
from wutong.model.measures import MEASURES
from wutong.model.scenario import NO_NEW_POLICY, Case
from wutong.model.simulate import history_of
from wutong.model.units import quarter_name
from wutong.model.world import Batch, World, prepare

AMOUNTS = 1e-9  # relative, of amounts; counts must be the same
NEGLIGIBLE = 1e-3  # below it an amount need not be met as closely: unmet demand is a small difference of large sums
COUNTED = ("firms", "projects", "anchors")
SHARED_OUT = ("signed_projects_total", "transferred_projects", "rivals_entrants")  # numbers of things, and no whole numbers


@dataclass(frozen=True)
class Difference:
    """A number in which the two records differ."""

    quarter: int
    measure: str
    row: int
    model: float
    twin: float

    def __str__(self) -> str:
        return f"{quarter_name(self.quarter)} {self.measure}[{self.row}]: model {self.model!r}, twin {self.twin!r}"


@dataclass(frozen=True)
class Verdict:
    """How many numbers were compared, where they differ, and which measures were not zero throughout."""

    compared: int
    differences: tuple[Difference, ...]
    moved: frozenset[str]


def is_count(measure: str) -> bool:
    return measure in MEASURES and MEASURES[measure].unit in COUNTED and measure not in SHARED_OUT


def recorded(record: Record) -> dict[str, Any]:
    """Every recorded measure of a world, of shape (n_quarters + 1, n)."""
    return {measure: table[measure] for table in record for measure in table.dtype.names}


def differences(model: Mapping[str, Any], twin: Mapping[str, Any], start: int, last: int) -> Iterator[Difference]:
    """Where two worlds differ, the first quarter first."""
    for step in range(last - start + 1):
        for measure in twin:
            a, b = model[measure][step], twin[measure][step]
            bound = 0.0 if is_count(measure) else AMOUNTS * np.maximum(np.abs(a), NEGLIGIBLE)
            for row in np.flatnonzero(~(np.abs(a - b) <= bound)):
                yield Difference(start + step, measure, int(row), float(a[row]), float(b[row]))


def verdict_on(model: Mapping[str, Any], twin: Mapping[str, Any], start: int, last: int) -> Verdict:
    numbers = (last - start + 1) * sum(values.shape[1] for values in twin.values())
    moved = frozenset(measure for measure, values in twin.items() if values[1:].any())
    return Verdict(numbers, tuple(differences(model, twin, start, last)), moved)


def compare(batch: Batch, quarters: int | None = None) -> list[Verdict]:
    """Run every world of a batch and its twin side by side."""
    start = batch.base.start
    last = start + (batch.n_quarters if quarters is None else min(quarters, batch.n_quarters))
    worlds = [World(batch, position) for position in range(len(batch.cases))]
    twins = [run_twin(world, last)[1] for world in worlds]
    for world in worlds:
        world.advance(last)
    history = history_of(batch, [world.record for world in worlds])
    verdicts = []
    for position, (world, record) in enumerate(zip(worlds, twins, strict=True)):
        told = derived(Told(batch, position, world, record))
        model = {**recorded(world.record), **{measure: history.values[measure][:, position] for measure in told}}
        twin = {**recorded(record), **told}
        verdicts.append(verdict_on(model, twin, start, last))
    return verdicts


def cases_of(name: str, worlds: int) -> list[tuple[str, list[Case]]]:
    """Cases of ``scenario``, ``scenario:policy``, ``scenario:*`` (all shipped ones), ``scenario:random`` or ``random:first``."""
    scenario_name, _, policy_name = name.partition(":")
    if scenario_name == "random":
        first = int(policy_name or 0)
        return [(f"random {number}", [random_case(number)]) for number in range(first, first + worlds)]
    scenario = read_scenario(scenario_name)
    if policy_name == "random":
        policies = [random_policy(random.Random(number), scenario.park) for number in range(worlds)]
        return [(name, [Case(scenario, policy, number) for number, policy in enumerate(policies)])]
    names = list_policies() if policy_name == "*" else (policy_name,) if policy_name else ("",)
    policies = [read_policy(each, scenario.park) if each else scenario.policy or NO_NEW_POLICY for each in names]
    return [
        (f"{scenario_name}:{policy.name}", [Case(scenario, policy, replication) for replication in range(worlds)])
        for policy in policies
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", default=["baseline:*"])
    parser.add_argument("-n", type=int, default=3, help="worlds of each")
    parser.add_argument("--quarters", type=int)
    options = parser.parse_args(arguments)
    failed = 0
    for name in options.names:
        for title, cases in cases_of(name, options.n):
            for position, verdict in enumerate(compare(prepare(cases), options.quarters)):
                failed += bool(verdict.differences)
                print(f"{title} {position}: {verdict.compared} numbers, {len(verdict.differences)} differ", flush=True)
                for difference in verdict.differences[:12]:
                    print("   ", difference)
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
