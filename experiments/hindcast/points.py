"""Observed values from a file outside the project, read as strictly as any input.

Columns ``measure``, ``value`` and one of ``year`` or ``quarter`` are needed; ``scope`` (all if left out), ``unit`` and
``source`` may be there.  Or the columns of the data files, ``indicator``, ``unit``, ``year``, ``value``: a row then belongs to
the measure that the park's file gives its indicator, in the same unit; rows of other indicators are left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from wutong.experiments.reading.messages import Problem, ReadingError, problem, unknown
from wutong.experiments.reading.nodes import Mark
from wutong.experiments.reading.observations import year_end_quarter
from wutong.experiments.reading.quantities import Quantity, QuantityError, read_quarter
from wutong.experiments.reading.schema import ObservedEntry
from wutong.experiments.reading.tables import Rows, read_rows
from wutong.experiments.reading.text import scalar
from wutong.experiments.reading.understanding import Labels, meant, names_of_park
from wutong.experiments.reading.workbooks import wrong
from wutong.model.facts import Label
from wutong.model.history import Axis
from wutong.model.measures import MEASURES
from wutong.model.scenario import Observed, Park
from wutong.model.units import quarter_name

OLDEST_YEARS = 60  # before the cut-off
KINDS = {"measure": Label("指标", "measure"), "scope": Label("范围", "scope")}
INDICATOR, UNIT, YEAR, QUARTER, VALUE = "indicator", "unit", "year", "quarter", "value"


@dataclass(frozen=True)
class Reader:
    """What a row is read against."""

    park: Park
    entries: Sequence[ObservedEntry]  # of the park's file
    cutoff: int
    table: Rows

    def row(self, line: int, cells: dict[str, str]) -> Observed | None:
        """The value of a row; None where its indicator is none of the park's.

        Raises
        ------
        ReadingError
            With the first thing that is wrong in the row.
        """
        entry = self._entry(cells) if INDICATOR in self.table.columns else None
        if INDICATOR in self.table.columns and entry is None:
            return None
        measure = cells["measure"] if entry is None else entry.measure
        scope = (cells.get("scope") or "all") if entry is None else entry.scope
        measures = {key: fact.label for key, fact in MEASURES.items() if fact.axis is Axis.SEGMENT}
        measure = self._key("measure", measure, measures, line)
        scope = self._key("scope", scope, names_of_park(self.park)["scopes"], line)
        if entry is not None and entry.series is not None:
            value = self._number(Quantity("1", -1e18), cells[VALUE], line) * entry.series.factor
        else:
            text = f"{cells[VALUE]} {cells.get(UNIT, '')}".strip()
            value = self._number(Quantity(MEASURES[measure].unit), text, line)
        return Observed(measure, scope, self._quarter(cells, line), value, cells.get("source", "") or Path(self.table.file).name)

    def _entry(self, cells: dict[str, str]) -> ObservedEntry | None:
        """The entry of the park's file whose series has the indicator, if need be without what stands in brackets behind it."""
        named = [(e, e.series) for e in self.entries if e.series is not None and e.series.unit in (None, cells.get(UNIT) or None)]
        exact = [e for e, series in named if series.indicator == cells[INDICATOR]]
        near = [e for e, series in named if _stem(series.indicator) == _stem(cells[INDICATOR])]
        return next(iter([*exact, *near]), None)

    def _key(self, column: str, name: str, known: Labels, line: int) -> str:
        """The key of what a cell names, by its key or title."""
        found = meant(name, known)
        if len(found) != 1:
            at = self.table.mark(line, column) if column in self.table.columns else Mark(self.table.file, line, 1)
            code, facts, mend = unknown(name, known, KINDS[column], {key: label.zh for key, label in known.items()})
            raise ReadingError([problem(code, at, (column,), facts, mend)])
        return found[0]

    def _number(self, quantity: Quantity, text: str, line: int) -> float:
        try:
            return quantity.read(scalar(text))
        except QuantityError as error:
            raise ReadingError([problem(error.code, self.table.mark(line, VALUE), (VALUE,), error.facts, error.mend)]) from None

    def _quarter(self, cells: dict[str, str], line: int) -> int:
        column = QUARTER if cells.get(QUARTER) else YEAR if YEAR in self.table.columns else QUARTER
        try:
            when = read_quarter(cells[column]) if column == QUARTER else year_end_quarter(cells[column])
        except QuantityError as error:
            mend = EXAMPLE if column == QUARTER and error.code == "not_a_quarter" else error.mend
            raise ReadingError([problem(error.code, self.table.mark(line, column), (column,), error.facts, mend)]) from None
        oldest = self.cutoff - 4 * OLDEST_YEARS
        if when < oldest:
            zh = f"{cells[column]} 早于可用的起点 {quarter_name(oldest)}；请检查年份，或删去这一行"
            en = f"{cells[column]} is before the start, {quarter_name(oldest)} at the earliest: check the year, or delete the row"
            raise ReadingError([wrong(self.table.mark(line, column), zh, en)])
        return when


EXAMPLE = Label("请写成 2003Q4 这样的季度，或改用 year 列", "write a quarter like 2003Q4, or use a column year")


def _stem(indicator: str) -> str:
    return indicator.partition(" (")[0].strip()


def read_observed(path: Path, shown: str, park: Park, entries: Sequence[ObservedEntry], cutoff: int) -> list[Observed]:
    """Observed values of a file.

    Raises
    ------
    ReadingError
        With every row that cannot be used.
    """
    table = read_rows(path, shown).whole()
    start = Mark(shown, 1, 1)
    needed = [INDICATOR] if INDICATOR in table.columns and "measure" not in table.columns else ["measure"]
    missing = [c for c in (*needed, VALUE) if c not in table.columns]
    missing += [] if {YEAR, QUARTER} & set(table.columns) else [f"{YEAR} / {QUARTER}"]
    if missing:
        hint = Label(
            "表头应有 measure、scope、year（或 quarter）、value", "the header needs measure, scope, year (or quarter), value"
        )
        raise ReadingError([problem("missing_key", start, facts={"key": c}, hint=hint) for c in missing])
    reader, found, problems = Reader(park, entries, cutoff, table), list[Observed](), list[Problem]()
    for line, cells in table.rows:
        try:
            point = reader.row(line, dict(cells))
        except ReadingError as error:
            problems += error.problems
        else:
            found += [] if point is None else [point]
    if problems:
        raise ReadingError(problems)
    if not found:
        zh, en = "没有一行属于本园区的指标", "no row belongs to a measure of this park; use a column measure, such as firms"
        raise ReadingError([wrong(start, f"{zh}；请使用 measure 列，例如 firms", en)])
    return found
