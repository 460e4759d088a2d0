"""docs/pattern.md and its pictures: the shipped park with one more laptop maker, and the same worlds where it never signs."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from wutong.experiments import plots
from wutong.experiments.documents.markdown import DOCS, document, table, write
from wutong.experiments.documents.odd import shipped_scenario
from wutong.experiments.plots.event import paired_difference, segment_groups
from wutong.experiments.reading import read_policy
from wutong.experiments.runner import run_cases
from wutong.experiments.wording import number
from wutong.model.facts import Assumption, Floats, Label, fixed
from wutong.model.history import History
from wutong.model.scenario import Anchor, Case, Scenario, Status
from wutong.model.units import NEVER, quarter

SIGNED, OPENS, END = "2024Q1", "2025Q2", "2035Q4"
POLICY = "none"
MEASURES = ("firms", "revenue")
YEARS = (-1, 0, 1, 2, 4, 6, 8, 11)
AS_IS = "as it is"
VARIANTS: Mapping[str, Mapping[str, Assumption]] = {
    AS_IS: {},
    "people without limit": {"growth.people": fixed(1e6)},
    "people and floor without limit": {"growth.people": fixed(1e6), "site.building_rate": fixed(1.0)},
}
VARIANT_YEARS = (4, 8)
EXTRA = Anchor(
    key="extra_laptop_maker",
    label=Label("新增笔记本电脑整机厂（假设）", "One more laptop maker (assumed)"),
    segment="laptops.assembly",
    partner_kind="laptop_maker",
    status=Status.PLANNED,
    signed=quarter(SIGNED),
    opens=quarter(OPENS),
    investment=fixed(30.0),
    revenue=fixed(200.0),
    jobs=fixed(6000.0),
    opening_share=fixed(1.0),
    source="made up for the picture: about as large as the second laptop maker of the park",
)


def twins(scenario: Scenario) -> tuple[Scenario, Scenario]:
    """The scenario with the extra anchor, and with the same anchor never signing: all else has the same keys."""
    absent = dataclasses.replace(EXTRA, signed=NEVER, opens=None)
    return _with(scenario, EXTRA, "with"), _with(scenario, absent, "without")


def _with(scenario: Scenario, anchor: Anchor, name: str) -> Scenario:
    park = dataclasses.replace(scenario.park, anchors=(*scenario.park.anchors, anchor))
    return dataclasses.replace(scenario, name=f"{scenario.name}_{name}", park=park, end=quarter(END))


def run_pair(scenario: Scenario, n: int, seed: int, jobs: int) -> tuple[History, History]:
    """The same n worlds with and without the extra anchor."""
    pair = twins(scenario)
    policy = read_policy(POLICY, scenario.park)
    present, absent = run_cases([Case(s, policy, r, seed) for s in pair for r in range(n)], jobs=jobs).histories
    return present, absent


def write_pattern(n: int, seed: int, jobs: int) -> tuple[Path, ...]:
    """Run n pairs of worlds and write the document and its pictures in both languages."""
    scenario = shipped_scenario()
    pairs = {
        name: run_pair(dataclasses.replace(scenario, assumptions={**scenario.assumptions, **given}), n, seed, jobs)
        for name, given in VARIANTS.items()
    }
    present, absent = pairs[AS_IS]
    folder = DOCS / "figures"
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for language in ("zh", "en"):
        for measure in MEASURES:
            figure = plots.anchor_event(present, absent, EXTRA.key, measure, language)
            png, svg = plots.save(figure, folder, f"anchor_{measure}_{language}")
            svg.unlink()  # a thousand paths, of no use beside the picture
            written.append(png)
    path = DOCS / "pattern.md"
    command = f"python -m wutong.experiments.documents pattern -n {n} --seed {seed}"
    tables = {
        "differences": difference_table(present, absent),
        "own": own_table(present, absent),
        "variants": variant_table(pairs),
    }
    write(path, document("pattern", {"made": f"Made by `{command}`.", **tables}))
    return path, *written


def difference_table(present: History, absent: History) -> str:
    """Paired differences by group of segments and year since the signing: median, and 5 % to 95 % of the pairs."""
    groups = segment_groups(present.cases[0].scenario.park, EXTRA)
    rows = []
    for measure in MEASURES:
        fact = present.facts[measure]
        for name, segments in groups.items():
            if segments:
                values = paired_difference(present, absent, measure, segments)
                cells = (_spread(values[EXTRA.signed - present.start + 4 * year]) for year in YEARS)
                rows.append((fact.label.en, fact.unit, name, *cells))
    return table(("", "Unit", "Segments", *(f"year {year}" for year in YEARS)), rows)


def variant_table(pairs: Mapping[str, tuple[History, History]]) -> str:
    """The same paired differences where people, or people and floor, are without limit."""
    rows = []
    for name, (present, absent) in pairs.items():
        for group, segments in segment_groups(present.cases[0].scenario.park, EXTRA).items():
            values = {m: paired_difference(present, absent, m, segments) for m in MEASURES}
            at = [EXTRA.signed - present.start + 4 * year for year in VARIANT_YEARS]
            rows.append((name, group, *(_spread(values[m][row]) for m in MEASURES for row in at)))
    heads = (f"{present.facts[m].label.en}, year {year}" for m in MEASURES for year in VARIANT_YEARS)
    return table(("Variant", "Segments", *heads), rows)


def own_table(present: History, absent: History) -> str:
    """Paired differences at the end in single segments."""
    segments = [s.key for s in present.cases[0].scenario.park.segments]
    rows = [
        (key, *(_spread(paired_difference(present, absent, measure, [key])[-1]) for measure in (*MEASURES, "employees")))
        for key in segments
    ]
    return table(("Segment, at the end", "firms", "revenue, 亿元/year", "staff"), rows)


def _spread(values: Floats) -> str:
    low, middle, high = np.quantile(values, (0.05, 0.5, 0.95))
    return f"{number(float(middle))} ({number(float(low))} to {number(float(high))})"
