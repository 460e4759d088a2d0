"""What a hindcast is asked of: a scenario, or a park by itself, with the texts that it was read from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from wutong.experiments.errors import BadInputError
from wutong.experiments.hindcast.points import read_observed
from wutong.experiments.reading import ReadingError, resolve_scenario
from wutong.experiments.reading.catalogue import declared
from wutong.experiments.reading.checking import Findings
from wutong.experiments.reading.checks import Kind, kind_of, park_of, park_source
from wutong.experiments.reading.inputs import scenario_inputs
from wutong.experiments.reading.schema import ObservedEntry, ParkFile
from wutong.experiments.reading.writing import written
from wutong.model.facts import Label
from wutong.model.scenario import Observed, Scenario

NO_RUN = 4  # quarters that a park by itself runs; a hindcast sets its own end


@dataclass(frozen=True)
class Subject:
    """A scenario with the entries of its park's file that say what was observed, and its texts by place in a folder."""

    scenario: Scenario
    entries: Sequence[ObservedEntry]
    texts: Mapping[str, str]

    def with_observed(self, path: Path, cutoff: int) -> tuple[Observed, ...]:
        """The park's observed values with those of a file, which count where both have one.

        Raises
        ------
        ReadingError
            If the file cannot be used.
        """
        park = self.scenario.park
        return (*park.observed, *read_observed(path, str(path), park, self.entries, cutoff))


def of_name(name: str, language: str = "en") -> Subject:
    """A scenario or a park, by name or as a file.

    Raises
    ------
    ReadingError
        If it cannot be read.
    BadInputError
        If it is a policy.
    """
    kind = kind_of(name)
    if kind is Kind.POLICY:
        raise BadInputError(
            Label(f"“{name}”是政策方案，这里需要园区或情景", f"{name} is a policy; a park or a scenario is needed")
        )
    if kind is Kind.SCENARIO:
        scenario, texts = scenario_inputs(name, (), language)
        return Subject(scenario, resolve_scenario(name).park_entry.observed, texts)
    source = park_source(name)
    park = park_of(source, declared())
    entry = Findings(source.tree).validated(ParkFile)
    if entry is None:
        raise ReadingError(source.problems)
    scenario = Scenario(park.name, park.label, park, park.start + NO_RUN, {}, ())
    return Subject(scenario, entry.observed, {f"parks/{park.name}.yaml": written(source.tree)})
