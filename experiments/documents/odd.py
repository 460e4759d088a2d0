"""docs/ODD.md: prose from its template, tables from the code."""

from __future__ import annotations

import math

from wutong.experiments.documents import addresses, constants, declared, observed, shipped
from wutong.experiments.documents.markdown import DOCS, code, document, exact, plain, table
from wutong.experiments.pooled.frozen import MEASURES as MEASURES_SEEN
from wutong.experiments.pooled.frozen import training
from wutong.experiments.reading import read_scenario
from wutong.model.measures import MEASURES
from wutong.model.scenario import Case, Scenario
from wutong.model.units import quarter_name

PATH = DOCS / "ODD.md"


def odd_text(scenario: Scenario) -> str:
    """The whole document for the park of a scenario."""
    park = scenario.park
    policy = observed.every_lever(park.start)
    reads = observed.observed_reads(Case(scenario, policy, 0))
    filled = document(
        "odd",
        {
            "goals": goals(scenario),
            "columns": declared.columns(),
            "channels": declared.channels(),
            "stages": declared.stages(),
            "directions": declared.directions(),
            "schedule": observed.schedule_table(reads),
            "inputs": observed.inputs_table(reads),
            "measures": declared.measures(),
            "industries": shipped.industries(park),
            "segments": shipped.segments(park),
            "purchases": shipped.purchases(park),
            "partner_kinds": shipped.partner_kinds(park),
            "anchors": shipped.anchors(park),
            "labs": shipped.labs(park),
            "zones": shipped.zones(park),
            "constraints": shipped.constraints(park),
            "pipeline": shipped.pipeline(park),
            "observations": shipped.observations(park),
            "levers": declared.levers(),
            "effects": declared.effects(),
            "posteriors": posteriors(scenario),
            "pooled": pooled(),
            "parameters": declared.parameters(scenario.assumptions),
            "draws": addresses.draw_table(),
            "names": addresses.name_table(),
            "constants": constants.constant_table(),
        },
    )
    return constants.with_values(filled)


def pooled() -> str:
    """The series that the pooled fit looks at, by park."""
    parks: dict[tuple[str, str], dict[str, str]] = {}
    for s in training():
        told = f"{len(s.years)}, {math.ceil(s.years[0]) - 1}–{math.ceil(s.years[-1]) - 1}"
        parks.setdefault((s.country, s.place), {})[s.measure] = told
    rows = (
        (place, country, *(own.get(measure, "–") for measure in MEASURES_SEEN)) for (country, place), own in sorted(parks.items())
    )
    return table(("Park", "Country", *(measure.capitalize() for measure in MEASURES_SEEN)), rows)


def goals(scenario: Scenario) -> str:
    rows = []
    for target in scenario.targets:
        unit = MEASURES[target.measure].unit
        value = f"{plain(target.at_least)} {unit.removesuffix('/year') if target.basis.value == 'year' else unit}"
        reading = "sum of the year" if target.basis.value == "year" else "level at the quarter's end"
        rows.append((target.label.en, target.label.zh, value, quarter_name(target.by), reading, target.note.en))
    return table(("Goal", "中文", "Value", "By", "Read as", "Scope"), rows)


def posteriors(scenario: Scenario) -> str:
    """What the scenario draws together: files, parameters, and the row that stands for the middle."""
    rows = [
        (code(a.drawn_with), str(len(a.options)), code(name), exact(a.default), f"{exact(a.low)} – {exact(a.high)}")
        for name, a in scenario.assumptions.items()
        if a.drawn_with
    ]
    return table(("File", "Rows", "Parameter", "In the middle row", "Range of the rows"), rows)


def shipped_scenario() -> Scenario:
    return read_scenario("baseline")
