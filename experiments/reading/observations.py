"""Figures seen in a source: written out one by one, or taken as a series from a data file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path as FilePath

from wutong.experiments.reading.catalogue import Catalogue
from wutong.experiments.reading.checking import Findings
from wutong.experiments.reading.messages import Problem, ReadingError, choices, hint, problem
from wutong.experiments.reading.nodes import Path
from wutong.experiments.reading.quantities import Quantity, QuantityError, within_reach
from wutong.experiments.reading.resolve import TABLES, shown_path
from wutong.experiments.reading.schema import ObservedEntry, SeriesEntry
from wutong.experiments.reading.tables import Rows, read_rows
from wutong.experiments.reading.text import is_file, scalar
from wutong.model.facts import Label
from wutong.model.scenario import Observed
from wutong.model.units import QUARTERS_PER_YEAR

MEASURE = Label("指标", "measure")
SCOPE = Label("范围", "scope")
COLUMNS = ("indicator", "unit", "year", "value", "source_title")
WHEN = re.compile(r"([0-9]{4})(?:-([0-9]{2}))?")


def data_file(text: str, path: Path, folders: Sequence[FilePath], findings: Findings) -> FilePath | None:
    """A data file in the first of the folders that has it."""
    for folder in folders:
        if is_file(folder / text):
            return folder / text
    found = (p for folder in folders for form in ("*.*", "*/*.*") for p in folder.glob(form) if p.suffix in TABLES)
    there = [next(p.relative_to(folder).as_posix() for folder in folders if p.is_relative_to(folder)) for p in found]
    findings.add("no_file", path, {"name": text}, choices(text, there) if there else None)
    return None


def observed_points(
    i: int, entry: ObservedEntry, scopes: Sequence[str], folders: Sequence[FilePath], known: Catalogue, findings: Findings
) -> Iterator[Observed]:
    """Points of the i-th entry under ``observed``."""
    at = ("observed", i)
    findings.known(entry.scope, scopes, (*at, "scope"), SCOPE)
    labels = {key: fact.label.zh for key, fact in known.measures.items()}
    if not findings.known(entry.measure, list(known.measures), (*at, "measure"), MEASURE, labels):
        return
    unit = Quantity(known.measures[entry.measure].unit)
    if entry.series is not None:
        if entry.quarter is not None or entry.value is not None:
            findings.add("forms_mixed", at)
        path = data_file(entry.series.file, (*at, "series", "file"), folders, findings)
        if path is not None:
            yield from _series(entry, entry.series, path, at, findings)
        return
    missing = [key for key in ("quarter", "value", "source") if getattr(entry, key) in (None, "")]
    for key in missing:
        findings.add("missing_key", at, {"key": key})
    if not missing and entry.quarter is not None:
        value = findings.number(unit, entry.value, (*at, "value"))
        yield Observed(entry.measure, entry.scope, entry.quarter, value, entry.source)


def _series(entry: ObservedEntry, series: SeriesEntry, path: FilePath, at: Path, findings: Findings) -> Iterator[Observed]:
    """The rows of a data file that have the indicator and unit of a series."""
    try:
        table = read_rows(path, shown_path(path)).whole()
        findings.understood += table.notes
    except ReadingError as error:
        findings.problems += error.problems
        return
    lacking = [column for column in COLUMNS if column not in table.columns]
    if lacking:
        findings.add("missing_key", (*at, "series", "file"), {"key": ", ".join(lacking)})
        return
    chosen = [
        (line, row) for line, row in table.rows if row["indicator"] == series.indicator and series.unit in (None, row["unit"])
    ]
    if not chosen:
        facts = {"file": series.file, "indicator": series.indicator}
        there = sorted({row["indicator"] for _, row in table.rows})
        findings.add("no_rows", (*at, "series", "indicator"), facts, choices(series.indicator, there) if there else None)
    for line, row in chosen:
        try:
            value = Quantity("1", -1e18).read(scalar(row["value"])) * series.factor
            yield Observed(entry.measure, entry.scope, year_end_quarter(row["year"]), value, entry.source or row["source_title"])
        except QuantityError as error:
            findings.problems.append(_placed(error, table, line))


def _fits(unit: str, asked: str | None) -> bool:
    return asked is None or unit == asked


def year_end_quarter(text: str) -> int:
    """The fourth quarter of a year, or the quarter whose end is nearest to the middle of a month: ``1999``, ``2003-06``."""
    match = WHEN.fullmatch(text)
    if match is None or not 1 <= int(match[2] or 12) <= 12:
        raise QuantityError("not_a_quarter", {"given": text}, hint("year_month"))
    return within_reach(int(match[1]) * QUARTERS_PER_YEAR + (int(match[2] or 12) + 1) // 3 - 1)


def _placed(error: QuantityError, table: Rows, line: int) -> Problem:
    column = "year" if error.code in ("not_a_quarter", "long_ago") else "value"
    return problem(error.code, table.mark(line, column), (column,), error.facts, error.mend)
