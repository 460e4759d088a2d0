"""Parks for the benchmarks: the shipped one, thinned to about 3,000 firms after 60 quarters, or multiplied."""

from __future__ import annotations

import dataclasses

from wutong.experiments.reading import read_policy, read_scenario
from wutong.model.facts import Assumption
from wutong.model.scenario import Case, Policy, Scenario, Segment

QUARTERS = 60
THINNED = 0.55  # of the shipped park's generic entry: about 3,000 firms at the end


def times(assumption: Assumption, factor: float) -> Assumption:
    """The assumption with its default and bounds multiplied."""
    return dataclasses.replace(
        assumption, default=assumption.default * factor, low=assumption.low * factor, high=assumption.high * factor
    )


def scenario(entry: float = THINNED, quarters: int = QUARTERS) -> Scenario:
    """The shipped scenario over so many quarters, with its generic entry multiplied."""
    shipped = read_scenario("baseline")

    def thinned(segment: Segment) -> Segment:
        return dataclasses.replace(segment, entry=times(segment.entry, entry))

    park = dataclasses.replace(shipped.park, segments=tuple(thinned(s) for s in shipped.park.segments))
    return dataclasses.replace(shipped, name="benchmark", park=park, end=park.start + quarters)


def shipped_firms() -> float:
    """Firms of the shipped park at its start, by default."""
    return sum(segment.firms.default for segment in read_scenario("baseline").park.segments)


def multiplied(factor: float, quarters: int) -> Scenario:
    """A park of so many times the shipped one's firms, staff, entry and people; anchors and constraints left out."""
    shipped = read_scenario("baseline")

    def grown(segment: Segment) -> Segment:
        entry = segment.entry if segment.entry_per_firm else times(segment.entry, factor)
        return dataclasses.replace(
            segment, firms=times(segment.firms, factor), staff=times(segment.staff, factor), entry=entry, recruit_weight=0.0
        )

    pipeline = dataclasses.replace(shipped.park.pipeline, signed=())
    segments = tuple(grown(s) for s in shipped.park.segments)
    park = dataclasses.replace(shipped.park, segments=segments, anchors=(), constraints=(), pipeline=pipeline)
    people = Assumption(20_000.0 * factor, 20_000.0 * factor, 20_000.0 * factor)
    return dataclasses.replace(
        shipped, name=f"times {factor:g}", park=park, end=park.start + quarters, assumptions={"growth.people": people}
    )


def cases(scenario: Scenario, n_worlds: int, policy: Policy | None = None) -> list[Case]:
    """So many replications of a scenario."""
    chosen = policy or read_policy("none")
    return [Case(scenario, chosen, replication) for replication in range(n_worlds)]
