"""Tables of the answers: the columns and rows that a reader needs of each, in words; everything stands in the CSV files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from wutong.experiments.answers import Answer
from wutong.experiments.report.cells import Ranged, Units, units_for
from wutong.experiments.report.code_words import in_plain_words
from wutong.experiments.report.material import Material
from wutong.experiments.report.page import Cell, Heading, Table
from wutong.experiments.report.shown import SHOWN, Shown, ShownTable
from wutong.experiments.report.shown_goals import SHOWN_OF_GOALS
from wutong.experiments.results import Cell as Given
from wutong.model.facts import Label

Values = Mapping[str, Given]
PERCENT = "%"
SAME = ("policy", "lever", "measure", "scope", "quarter")  # said once in the caption where all rows agree
TITLED = {"title": ("title_zh", "title_en")}  # columns of which each language has its own

ALL_SHOWN = {**SHOWN, **SHOWN_OF_GOALS}


def answer_tables(material: Material, language: str) -> list[Table]:
    """The table of every answer of which something is known."""
    made = (_table(material, given, ALL_SHOWN[given.key], language) for given in material.answers if given.key in ALL_SHOWN)
    return [table for table in made if table.rows]


def rows_of(given: Answer) -> list[dict[str, Given]]:
    """The rows of an answer by the names of their columns."""
    return [dict(zip(given.columns, row, strict=True)) for row in given.rows]


def _table(material: Material, given: Answer, shown: ShownTable, language: str) -> Table:
    rows = shown.choose(rows_of(given))
    columns = [c for c in shown.columns if c.key not in _needless(material, rows)]
    same = [c.key for c in columns if c.key in SAME and len(rows) > 1 and len({row[c.key] for row in rows}) == 1]
    columns = [c for c in columns if c.key not in same]
    numbers = [_ranged(given, row, c) for row in rows for c in columns if _numeric(given, c)]
    units = units_for(numbers, language)
    headings = [heading for column in columns for heading in _headings(given, column, units, language)]
    cells = [[cell for c in columns for cell in _cells(material, given, row, c, units, language)] for row in rows]
    caption = [shown.caption.in_language(language), *(in_plain_words(material, rows[0], key, language) for key in same)]
    return Table((" · ").join(caption), headings, cells)


def _needless(material: Material, rows: Sequence[Values]) -> set[str]:
    """Columns that would say nothing: the only scenario, no goal, and the measure and scope that a goal implies."""
    goals = [bool(row.get("target")) for row in rows]
    found = set() if material.several else {"scenario"}
    return found | ({"measure", "scope"} if goals and all(goals) else {"target"})


def _numeric(given: Answer, column: Shown) -> bool:
    return column.key in given.columns and given.columns[column.key].unit != ""


def _ranged(given: Answer, row: Values, column: Shown) -> Ranged:
    def value(key: str) -> float | None:
        found = row[key] if key else None
        return float(found) if isinstance(found, int | float) else None

    unit = given.columns[column.key].unit
    named = str(row[unit.removeprefix("see ")]) if unit.startswith("see ") else unit
    return Ranged(value(column.key), value(column.low), value(column.high), named)


def _headings(given: Answer, column: Shown, units: Units, language: str) -> Iterator[Heading]:
    numeric = _numeric(given, column)
    unit = units.name(given.columns[column.key].unit) if numeric else ""
    title = (column.title or short(given.columns[column.key].label)).in_language(language)
    own = "" if column.low and unit == PERCENT else unit  # the cells say it themselves
    yield Heading(_with(title, own, language), numeric)
    for end in (column.low, column.high):
        if end:
            yield Heading(_with(given.columns[end].label.in_language(language), unit, language), numeric=True, hidden=True)


def _with(title: str, unit: str, language: str) -> str:
    if not unit:
        return title
    return f"{title}（{unit}）" if language == "zh" else f"{title} ({unit})"


def short(label: Label) -> Label:
    """A column's name without the list of codes that it may hold."""
    return Label(label.zh.partition("：")[0].partition("，取")[0], label.en.partition(":")[0].partition(", at its")[0])


def _cells(material: Material, given: Answer, row: Values, column: Shown, units: Units, language: str) -> Iterator[Cell]:
    if not _numeric(given, column):
        yield Cell(_text(material, row, column.key, units, language))
        return
    value, low, high = units.cells(_ranged(given, row, column), language)
    state = row.get("state")
    if value.value is None and isinstance(state, str) and state and column.low:
        value = Cell(in_plain_words(material, row, "state", language))
    yield value
    if column.low:
        yield from (low, high)


def _text(material: Material, row: Values, key: str, units: Units, language: str) -> str:
    if key in ("unit", "level_unit"):
        return units.name(str(row[key]))
    if key in TITLED:
        return str(row[TITLED[key][language == "en"]] or "")
    return in_plain_words(material, row, key, language)
