"""Results written for other programs: CSV that spreadsheets read, Excel, and Parquet, with what every column means.

Chinese, commas and names that look like formulas come through as they are; all files of an export appear whole or none does.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from wutong.experiments.errors import FolderError, ResultsError
from wutong.experiments.extras import needs
from wutong.experiments.forms import Form
from wutong.experiments.kept import Kept
from wutong.experiments.manifest import MANIFEST, writing
from wutong.experiments.results import FORMULA_STARTS, write_csv
from wutong.experiments.store import Access, Store, opened
from wutong.experiments.tables import DICTIONARY, KEYS, NUMBERED, Table, Wanted, blocks, tables
from wutong.experiments.unfinished import building, making, swept
from wutong.model.facts import Label

EXCEL_ROWS = 1_048_576  # of a sheet, its heading included


def export(kept: Kept, form: Form, wanted: Wanted, out: Path) -> list[Path]:
    """Write tables and the dictionary of their columns, and return the files.

    Parameters
    ----------
    out : a folder; or a file, where the form keeps all in one or there is only one table

    Raises
    ------
    ResultsError
        If a name is unknown, a library is missing, a file exists already, or a table has more rows than Excel can hold.
    """
    found = tables(kept, wanted)
    paths = _paths(found, form, out)
    if form is Form.XLSX:
        needs("excel")
        _refuse_too_long(found)
    if form is Form.PARQUET:
        needs("parquet")
    folder = paths[0].parent
    try:
        with writing(folder), making(folder):
            finished = swept(folder, deep=False)
            _refuse_existing(paths, finished=finished)
            with opened(kept.path, Access.READ) as store, building(folder) as place:
                WRITERS[form](store, found, [place / path.name for path in paths])
    except FolderError as error:
        raise ResultsError(error.message) from error
    return paths


def _refuse_existing(paths: Sequence[Path], *, finished: bool) -> None:
    """Refuse to write over files; those of an export that was cut short as it moved them are all there by now."""
    if exists := [path for path in paths if path.exists()]:
        if finished:
            zh = f"上一次导出在最后一步被中断，现已补全，“{exists[0]}”等文件可以使用；若要另外导出，请用 --out 另选位置"
            en = f"an export that was cut short at its end is complete now, with {exists[0]}; choose another place with --out"
            raise ResultsError(Label(zh, en))
        zh = f"“{exists[0]}”已存在，不会覆盖；请用 --out 另选位置"
        raise ResultsError(Label(zh, f"{exists[0]} exists already; choose another place with --out"))


def _paths(found: Sequence[Table], form: Form, out: Path) -> list[Path]:
    suffix, one_file = f".{form}", out.suffix.lower() == f".{form}"
    if form is Form.XLSX:
        return [out if one_file else out / f"export{suffix}"]
    if one_file and len(found) > 1:
        names = ", ".join(table.name for table in found)
        zh, en = (
            f"共有 {len(found)} 张表（{names}）：--out 请给出文件夹",
            f"there are {len(found)} tables ({names}): name a folder",
        )
        raise ResultsError(Label(zh, en))
    paths = [out] if one_file else [out / f"{table.name}{suffix}" for table in found]
    if form is Form.CSV:
        paths.append(out.with_name(f"{out.stem}.columns.csv") if one_file else out / "columns.csv")
    return paths


def _refuse_too_long(found: Sequence[Table]) -> None:
    for table in found:
        if table.n_rows + 1 > EXCEL_ROWS:
            zh = (
                f"表 {table.name} 有 {table.n_rows:,} 行，超过 Excel 每表 {EXCEL_ROWS:,} 行的上限；"
                "请用 --scenario、--policy、--quarter 或 --scope 缩小范围，或导出 csv、parquet"
            )
            en = (
                f"the table {table.name} has {table.n_rows:,} rows, and a sheet of Excel holds {EXCEL_ROWS:,}; "
                "choose less with --scenario, --policy, --quarter or --scope, or export to csv or parquet"
            )
            raise ResultsError(Label(zh, en))


def _write_csv(store: Store, found: Sequence[Table], paths: Sequence[Path]) -> None:
    for table, path in zip(found, paths[:-1], strict=True):
        write_csv(path, table.columns, (row for columns in blocks(store, table) for row in zip(*columns, strict=True)))
    write_csv(paths[-1], list(DICTIONARY), [row for table in found for row in table.dictionary()])


def _write_xlsx(store: Store, found: Sequence[Table], paths: Sequence[Path]) -> None:
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    def cells(sheet: object, row: Sequence[object]) -> list[object]:
        """A row whose texts stay texts, also those that look like a formula or an error."""
        made: list[object] = []
        for value in row:
            if isinstance(value, str) and value.startswith((*FORMULA_STARTS, "#")):
                value = WriteOnlyCell(sheet, value)  # noqa: PLW2901
                value.data_type = "s"
            made.append(value)
        return made

    book = Workbook(write_only=True)
    for table in found:
        sheet = book.create_sheet(table.name)
        sheet.freeze_panes = "A2"
        sheet.append(table.columns)
        for columns in blocks(store, table):
            for row in zip(*columns, strict=True):
                sheet.append(cells(sheet, row))
    sheet = book.create_sheet("columns")
    sheet.freeze_panes = "A3"
    for titles in (tuple(DICTIONARY), tuple(label.zh for label in DICTIONARY.values())):
        sheet.append(titles)
    for table in found:
        for line in table.dictionary():
            sheet.append(cells(sheet, line))
    book.save(paths[0])


def _write_parquet(store: Store, found: Sequence[Table], paths: Sequence[Path]) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    record = store.path.with_name(MANIFEST)
    about = {"manifest": record.read_text(encoding="utf-8")} if record.exists() else {}
    for table, path in zip(found, paths, strict=True):
        told = {line[1]: dict(zip(list(DICTIONARY)[2:], line[2:], strict=True)) for line in table.dictionary()}
        types = [pa.int64() if name in NUMBERED else pa.string() if name in KEYS else pa.float64() for name in table.columns]
        fields = [
            pa.field(n, kind, nullable=n not in KEYS, metadata=told[n]) for n, kind in zip(table.columns, types, strict=True)
        ]
        schema = pa.schema(fields, {**about, "columns": json.dumps(told, ensure_ascii=False)})
        with parquet.ParquetWriter(path, schema) as writer:
            for columns in blocks(store, table):
                writer.write_table(pa.table([pa.array(c, kind) for c, kind in zip(columns, types, strict=True)], schema=schema))


WRITERS: Mapping[Form, Callable[[Store, Sequence[Table], Sequence[Path]], None]] = {
    Form.CSV: _write_csv,
    Form.XLSX: _write_xlsx,
    Form.PARQUET: _write_parquet,
}
