"""Tables of a park as CSV files or as workbooks: the blocks of a park file, observed series, and the trade table.

The first row names the keys, dotted where an entry holds entries (``label.zh``, ``staff.low``); a cell is read like a value in
YAML, an empty one says nothing.  With a column ``key`` every row is an entry of that name, without it the rows are a list.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path as FilePath

from wutong.experiments.reading.messages import Problem, ReadingError, hint, problem
from wutong.experiments.reading.nodes import Mark, Node, moved
from wutong.experiments.reading.text import Text, parse, scalar
from wutong.experiments.reading.wide import HIDDEN, name_of
from wutong.experiments.reading.workbooks import table_text, wrong

DELIMITERS = ",;\t"
KEY = "key"
Cells = Mapping[str, str]


@dataclass(frozen=True)
class Rows:
    """A CSV file: its columns, and its rows by column with the line that each stands in."""

    file: str
    columns: tuple[str, ...]
    rows: tuple[tuple[int, Cells], ...]
    notes: tuple[Problem, ...] = ()  # on how it was read

    def mark(self, line: int, column: str) -> Mark:
        return Mark(self.file, line, self.columns.index(column) + 1)

    def whole(self) -> Rows:
        """The table itself, if every row has a cell for every column.

        Raises
        ------
        ReadingError
            With every row that is cut off.
        """
        zh, en = "这一行的格数比表头少", "this row has fewer cells than the header"
        short = [(line, len(row)) for line, row in self.rows if len(row) < len(self.columns)]
        if short:
            raise ReadingError([wrong(Mark(self.file, line, n), zh, en) for line, n in short])
        return self


def read_rows(path: FilePath, shown: str) -> Rows:
    """Rows of a CSV file without empty ones and those that start with ``#``.

    Raises
    ------
    ReadingError
        If the file cannot be read, has no header, a column twice, or rows longer than the header.
    """
    start = Mark(shown, 0, 0)
    text, notes = table_text(path, start)
    lines = list(_lines(text, shown))
    if not lines:
        raise ReadingError([problem("empty", Mark(shown, 1, 1))])
    (header_line, header), *body = lines
    while header and not header[-1]:
        header.pop()
    columns = tuple(header)
    problems = list(_wrong_header(columns, Mark(shown, header_line, 1)))
    for line, row in body:
        if any(row[len(columns) :]):
            problems.append(
                wrong(Mark(shown, line, len(columns) + 1), "这一行比表头多出一格", "this row has more cells than the header")
            )
        problems += _slips(row, Mark(shown, line, 1))
    if problems:
        raise ReadingError(problems)
    return Rows(shown, columns, tuple((line, dict(zip(columns, row, strict=False))) for line, row in body), notes)


def _lines(text: str, shown: str) -> Iterator[tuple[int, list[str]]]:
    """Rows with their lines, without empty ones and comments; the separator is the most frequent one of the header."""
    header = next((line for line in text.split("\n") if line.strip() and not line.startswith("#")), "")
    delimiter = max(DELIMITERS, key=header.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    opened = 1
    try:
        for row in reader:
            cells = [cell.strip(" \t") for cell in row]
            if any(cells) and not cells[0].startswith("#"):
                yield opened, cells
            opened = reader.line_num + 1
    except csv.Error:
        zh, en = "引号没有成对，或引号后面还有文字", "a quotation mark is not closed, or text follows a closed one"
        raise ReadingError([wrong(Mark(shown, opened, 1), zh, en)]) from None


def _slips(row: Sequence[str], mark: Mark) -> Iterator[Problem]:
    """Cells with unseen characters or odd spaces about them, as a paste leaves them."""
    for i, cell in enumerate(row):
        found = HIDDEN.search(cell)
        if found is not None:
            where = Mark(mark.file, mark.line, i + 1)
            yield problem("hidden", where, facts={"name": name_of(found[0])}, hint=hint("plain_space"))


def _wrong_header(columns: Sequence[str], mark: Mark) -> Iterator[Problem]:
    for i, column in enumerate(columns):
        where = Mark(mark.file, mark.line, i + 1)
        if not column:
            yield wrong(where, "表头有空格子", "a column has no name")
        elif column in columns[:i]:
            yield wrong(where, f"表头“{column}”重复", f"the column {column!r} appears twice")


def read_block(path: FilePath, shown: str) -> Text:
    """A block of a park file from its table: a mapping by ``key``, or a list.

    Raises
    ------
    ReadingError
        If the table cannot be read.
    """
    table = read_rows(path, shown)
    keyed = KEY in table.columns
    value: dict[str, Node] = {}
    keys: dict[str, Mark] = {}
    items: list[Node] = []
    problems: list[Problem] = []
    for line, cells in table.rows:
        entry, found = _entry(table, line, cells)
        problems += found
        key = cells.get(KEY, "")
        if not keyed:
            items.append(entry)
        elif not key:
            problems.append(problem("missing_key", Mark(shown, line, 1), facts={"key": KEY}))
        elif key in value:
            problems.append(problem("duplicate_key", table.mark(line, KEY), facts={"key": key, "first": str(keys[key].line)}))
        else:
            value[key], keys[key] = entry, table.mark(line, KEY)
    start = Mark(shown, 1, 1)
    return Text(Node(value, start, keys) if keyed else Node(tuple(items), start), tuple(problems), table.notes)


def _entry(table: Rows, line: int, cells: Cells) -> tuple[Node, list[Problem]]:
    """A row as a mapping; dotted columns make mappings within it."""
    found: list[tuple[Sequence[str], Node]] = []
    problems: list[Problem] = []
    for column, cell in cells.items():
        if cell and column != KEY:
            node, wrongs = _cell(cell, table.mark(line, column))
            found.append((column.split("."), node))
            problems += wrongs
    return _nested(found, Mark(table.file, line, 1)), problems


def _nested(cells: Sequence[tuple[Sequence[str], Node]], mark: Mark) -> Node:
    """Cells by their path as one mapping; beside ``staff.low`` and ``staff.high`` a column ``staff`` is the value."""
    value: dict[str, Node] = {}
    keys: dict[str, Mark] = {}
    for key in dict.fromkeys(path[0] for path, _ in cells):
        inner = [(path[1:], node) for path, node in cells if path[0] == key]
        keys[key] = inner[0][1].mark
        if len(inner) == 1 and not inner[0][0]:
            value[key] = inner[0][1]
        else:
            value[key] = _nested([(path or ("value",), node) for path, node in inner], keys[key])
    return Node(value, mark, keys)


def _cell(cell: str, mark: Mark) -> tuple[Node, list[Problem]]:
    """A cell as a scalar, or as the list or mapping that it writes out."""
    if cell[0] not in "[{":
        return Node(scalar(cell), mark), []
    try:
        text = parse(cell, mark.file)
    except ReadingError as error:
        return Node(None, mark), [_placed(p, mark) for p in error.problems]
    return moved(text.tree, mark), [_placed(p, mark) for p in text.problems]


def _placed(found: Problem, mark: Mark) -> Problem:
    """A problem of a cell, in its row of the table."""
    return replace(found, line=mark.line, column=mark.column)
