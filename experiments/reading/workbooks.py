"""The text of a table: CSV in UTF-8, or in GBK as Chinese Excel saves it, or the first sheet of a workbook."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable
from pathlib import Path as FilePath

from wutong.experiments.errors import MissingLibraryError
from wutong.experiments.extras import needs
from wutong.experiments.reading.messages import Problem, ReadingError, problem
from wutong.experiments.reading.nodes import Mark
from wutong.experiments.reading.text import CHINESE, decode, read_bytes
from wutong.experiments.reading.wide import CONTROL

WORKBOOKS = (".xlsx", ".xlsm")
OLD = ".xls"
MOST_CELLS = 200_000
MOST_UNPACKED = 20_000_000  # bytes
PRIVATE = range(0xE000, 0xF900)  # where GBK has no characters of its own


def table_text(path: FilePath, start: Mark) -> tuple[str, tuple[Problem, ...]]:
    """The text of a table as CSV, and a note on how it was read if that is not as UTF-8.

    Raises
    ------
    ReadingError
        If it can be read in none of these ways.
    """
    content = read_bytes(path, start)
    if path.suffix.lower() == OLD:
        zh, en = "这是旧格式的 Excel 工作簿，请另存为 .xlsx 或 CSV UTF-8", "an old workbook: save it as .xlsx or CSV UTF-8"
        raise ReadingError([wrong(start, zh, en)])
    if path.suffix.lower() in WORKBOOKS:
        return _sheet(content, start), (_note(start, "XLSX"),)
    try:
        return decode(content, start), ()
    except ReadingError:
        text = _gbk(content)
        if text is None:
            raise
        return text, (_note(start, "GBK"),)


def _note(start: Mark, form: str) -> Problem:
    return problem("read_as", start, facts={"form": form})


def _gbk(content: bytes) -> str | None:
    """The text of GBK content; None where it is something else: no Chinese in it, or characters that nobody writes.

    Most bytes of broken UTF-8 are still UTF-8, and read as GBK they would be other Chinese words.
    """
    beyond = sum(byte >= 0x80 for byte in content)
    if 2 * sum(byte >= 0x80 for byte in content.decode("utf-8", errors="ignore").encode()) > beyond:
        return None
    try:
        text = content.decode("gb18030")
    except UnicodeDecodeError:
        return None
    odd = CONTROL.search(text) is not None or any(ord(character) in PRIVATE for character in text)
    return None if odd or CHINESE.search(text) is None else text


def _sheet(content: bytes, start: Mark) -> str:
    """The first sheet of a workbook as CSV, row by row as it stands there; of a formula the value that was last computed."""
    try:
        needs("excel")
    except MissingLibraryError as error:
        raise ReadingError([wrong(start, error.message.zh, error.message.en)]) from None
    import openpyxl

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            size = sum(part.file_size for part in packed.infolist())
        if size > MOST_UNPACKED:
            facts = {"size": str(size), "limit": str(MOST_UNPACKED)}
            raise ReadingError([problem("too_large", start, facts=facts)])
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        return _as_csv(book.worksheets[0].iter_rows(values_only=True), start)
    except ReadingError:
        raise
    except Exception:  # noqa: BLE001 - the library fails in many ways on what is no workbook
        zh, en = "这不是 Excel 工作簿，或文件已损坏", "this is no Excel workbook, or it is damaged"
        raise ReadingError([wrong(start, zh, en)]) from None


def _as_csv(rows: Iterable[tuple[object, ...]], start: Mark) -> str:
    out, n_cells = io.StringIO(), 0
    writer = csv.writer(out, lineterminator="\n")
    for row in rows:
        n_cells += len(row) + 1
        if n_cells > MOST_CELLS:
            zh, en = f"工作表超过 {MOST_CELLS:,} 格", f"the sheet has more than {MOST_CELLS:,} cells"
            raise ReadingError([wrong(start, zh, en)])
        writer.writerow([_cell(value) for value in row])
    return out.getvalue()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return " ".join(str(value).split("\n"))


def wrong(mark: Mark, zh: str, en: str) -> Problem:
    return problem("table", mark, facts={"problem_zh": zh, "problem_en": en})
