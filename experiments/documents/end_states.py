"""docs/end_states.md and .csv: where the shipped park ends, world by world drawn anew, and what of it is implausible."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from pathlib import Path

from wutong.experiments.defined import quantiles
from wutong.experiments.documents import beginnings, plausibility, readings
from wutong.experiments.documents.markdown import DOCS, document, table, write
from wutong.experiments.documents.odd import shipped_scenario
from wutong.experiments.documents.plausibility import Check
from wutong.experiments.documents.readings import Reading
from wutong.experiments.documents.shipped import scope_names
from wutong.experiments.manifest import code_version
from wutong.experiments.reading import read_policy
from wutong.experiments.runner import Runs, run_cases
from wutong.experiments.wording import number
from wutong.model.history import History
from wutong.model.scenario import Case
from wutong.model.units import quarter_name

QUANTILES = (0.0, 0.01, 0.05, 0.25, 0.50, 0.75, 0.95, 0.99, 1.0)
HEADS = ("min", "1 %", "5 %", "25 %", "median", "75 %", "95 %", "99 %", "max")
CSV_HEADS = ("minimum", "q01", "q05", "q25", "q50", "q75", "q95", "q99", "maximum")
POLICY = "none"
LOOKED_AT = 64  # worlds whose beginning is looked at more closely
MIDDLE = "2025Q4"


def write_end_states(n: int, seed: int, jobs: int) -> tuple[Path, Path]:
    """Run n worlds and write both documents.

    Raises
    ------
    RuntimeError
        If no world runs to its end.
    """
    scenario = shipped_scenario()
    policy = read_policy(POLICY, scenario.park)
    cases = [Case(scenario, policy, replication, seed) for replication in range(n)]
    runs = run_cases(cases, jobs=jobs)
    if not runs.histories:
        raise RuntimeError(f"no world ran to its end: {runs.failures[0].error}")
    history = runs.histories[0]
    begun = beginnings.beginning_readings(cases[:LOOKED_AT])
    paths = DOCS / "end_states.md", DOCS / "end_states.csv"
    write(paths[0], end_states_text(history, begun, _command(n, seed), runs))
    write_csv(paths[1], history)
    return paths


def end_states_text(history: History, begun: Sequence[Reading], command: str, runs: Runs) -> str:
    """The document, with its tables, verdicts and sentences."""
    checks = [
        *plausibility.park_checks(history),
        *plausibility.industry_checks(history),
        *plausibility.beginning_checks(begun),
    ]
    blocks = {
        "made": _made(history, command, runs),
        "start": start_table(history),
        "middle": quantile_table(readings.levels(history, MIDDLE)),
        "levels": quantile_table(readings.levels(history)),
        "growth": quantile_table(readings.growth_readings(history)),
        "park": quantile_table(readings.park_readings(history)),
        "beginnings": quantile_table(begun),
        "checks": check_table(checks),
        "findings": findings(checks),
    }
    return document("end_states", blocks)


def _made(history: History, command: str, runs: Runs) -> str:
    version = code_version()
    commit = "no checkout" if version.commit is None else version.commit[:12] + (" with changes" if version.dirty else "")
    worlds = f"{len(history.cases)} worlds, {len(runs.failures)} failed"
    end = quarter_name(history.start + history.n_quarters)
    return f"Made by `{command}`: {worlds}, policy `{POLICY}`, {history.quarters[0]} to {end}, code {commit}."


def _command(n: int, seed: int) -> str:
    return f"python -m wutong.experiments.documents end-states -n {n} --seed {seed}"


def start_table(history: History) -> str:
    """Sums at the start against the ranges that an accepted start must meet, and other figures seen."""
    park, rows = history.cases[0].scenario.park, []
    measures = {"firms": "firms", "staff": "employees", "revenue": "revenue", "value_added": "value_added"}
    for c in park.constraints:
        values = history.total(measures[c.quantity], c.segments)[0]
        scope = scope_names(park, c.segments)
        shown = " – ".join(number(float(v)) for v in quantiles(values, (0.0, 0.5, 1.0)))
        rows.append((c.quantity, scope, shown, f"{number(c.low)} – {number(c.high)}", c.source))
    for seen in park.observed:
        if seen.quarter == history.start and history.values[seen.measure][0].any():
            values = history.total(seen.measure, park.segments_of(seen.scope))[0]
            shown = " – ".join(number(float(v)) for v in quantiles(values, (0.0, 0.5, 1.0)))
            rows.append((seen.measure, seen.scope, shown, number(seen.value), seen.source))
    return table(("Quantity", "Scope", "Worlds: least – median – most", "Range or figure seen", "Source"), rows)


def quantile_table(found: Sequence[Reading]) -> str:
    rows = []
    for reading in found:
        found_at = quantiles(reading.values, QUANTILES)
        rows.append((reading.name, reading.scope, reading.unit, *(number(float(q)) for q in found_at)))
    return table(("", "Scope", "Unit", *HEADS), rows)


def check_table(checks: Sequence[Check]) -> str:
    rows = []
    for check in checks:
        r, band = check.reading, f"{number(check.low)} – {number(check.high)}"
        outside = f"{check.outside:.0%}" if len(r.values) > 1 else "–"
        rows.append((r.name, r.scope, r.unit, number(r.median), band, outside, check.verdict, check.reason))
    return table(("Check", "Scope", "Unit", "Median", "Plausible", "Worlds outside", "Verdict", "Why this band"), rows)


def findings(checks: Sequence[Check]) -> str:
    """A sentence for every check that does not hold in nearly all worlds, the worst first."""
    bad = sorted(
        (c for c in checks if c.verdict not in ("well", "undefined")), key=lambda c: (c.verdict != "median outside", -c.outside)
    )
    return "\n".join(map(_sentence, bad)) or "Nothing stands out."


def _sentence(check: Check) -> str:
    r = check.reading
    side = "above" if r.median > check.high else "below" if r.median < check.low else "inside"
    worlds = f"; {check.outside:.0%} of the worlds outside" if len(r.values) > 1 else ", all worlds together"
    told = f"median {number(r.median)} {r.unit}, {side} {number(check.low)} to {number(check.high)}{worlds}"
    mark = "**Implausible**" if check.verdict == "median outside" else check.verdict.capitalize()
    return f"- {mark}: {r.name[0].lower()}{r.name[1:]} ({r.scope}): {told}."


def write_csv(path: Path, history: History) -> None:
    """All readings at the start, the end of 2025 and the end, in long form."""
    start, end = history.quarters[0], quarter_name(history.start + history.n_quarters)
    moments = [(q, readings.levels(history, q)) for q in (start, MIDDLE, end)]
    moments += [(f"{start}-{end}", readings.growth_readings(history)), (end, readings.park_readings(history))]
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("quarter", "reading", "scope", "unit", *CSV_HEADS))
        for when, found in moments:
            for r in found:
                writer.writerow((when, r.name, r.scope, r.unit, *map(_cell, quantiles(r.values, QUANTILES).tolist())))


def _cell(value: float) -> str:
    return "" if math.isnan(value) else f"{value:.6g}"
