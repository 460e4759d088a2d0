"""Exports: the same runs and numbers in CSV, Excel and Parquet, texts as they were, and clear refusals."""

from __future__ import annotations

import csv
import dataclasses
import importlib.util
import json

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from tests import worlds
from wutong.experiments import exports, extras, tables
from wutong.experiments.commands import app
from wutong.experiments.errors import MissingLibraryError, ResultsError
from wutong.experiments.forms import Detail, Form
from wutong.experiments.identity import run_ids
from wutong.experiments.kept import Kept, kept_of
from wutong.experiments.packing import packed
from wutong.experiments.questions import goals, planned_in
from wutong.experiments.store import FILE, Access, opened
from wutong.experiments.tables import Wanted
from wutong.experiments.wording import members
from wutong.model.history import Axis
from wutong.model.measures import MEASURES
from wutong.model.scenario import LeverSetting
from wutong.model.simulate import simulate

POLICIES = ("=1+1", '重庆, “甲” "乙"', "#N/A", "none")
MANY = Wanted(("revenue", "revenue_per_head", "exits", "net_balance", "occupancy", "lever_cost"))


def installed(library: str, extra: str) -> pytest.MarkDecorator:
    absent = importlib.util.find_spec(library) is None
    return pytest.mark.skipif(absent, reason=f"the extra wutong[{extra}] is not installed")


with_excel, with_parquet = installed("openpyxl", "excel"), installed("pyarrow", "parquet")


@pytest.fixture(scope="module")
def kept(tmp_path_factory) -> Kept:
    folder = tmp_path_factory.mktemp("kept")
    scenario = worlds.toy_scenario(quarters=4, name="甲乙")
    levels = [LeverSetting("tax_relief", level, worlds.FIRST) for level in (0.0, 0.1, 0.2, 0.3)]
    own = [worlds.policy(level, name=name) for level, name in zip(levels, POLICIES, strict=True)]
    groups = [worlds.cases(scenario, 3, policy) for policy in own]
    with opened(folder / FILE, Access.NEW) as store:
        for cases in groups:
            store.add(run_ids(cases), packed(simulate(cases)), {})
    (folder / "manifest.json").write_text('{"seed": 1}', encoding="utf-8")
    return kept_of(folder / FILE, [case for cases in groups for case in cases])


def expected(kept: Kept, axis: Axis, scopes: tuple[str, ...], measures: tuple[str, ...]) -> list[tuple[object, ...]]:
    """The rows of a table, straight from the histories."""
    rows: list[tuple[object, ...]] = []
    with opened(kept.path, Access.READ) as store:
        for group in kept.groups.values():
            history = store.history(group.cases, group.ids)
            series = {(m, s): history.total(m, members(history, m, s)) for m in measures for s in scopes}
            for world, (case, run_id) in enumerate(zip(group.cases, group.ids, strict=True)):
                who = (run_id, case.scenario.name, case.policy.name, case.replication, case.seed)
                rows += [
                    (*who, name, scope, *(float(series[m, scope][row, world]) for m in measures))
                    for row, name in enumerate(history.quarters)
                    for scope in scopes
                ]
    return rows


INDUSTRIES = ("all", "cars", "services", "metal", "health")
SHEETS = {
    "industries": (Axis.SEGMENT, INDUSTRIES, ("revenue", "revenue_per_head", "exits")),
    "park": (Axis.PARK, ("all",), ("net_balance",)),
    "zones": (Axis.ZONE, ("all", "works", "tower"), ("occupancy",)),
}


# ── Read back ────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_csv_reads_back(kept, tmp_path):
    paths = exports.export(kept, Form.CSV, MANY, tmp_path / "new" / "csv")
    assert [path.name for path in paths] == ["industries.csv", "park.csv", "zones.csv", "levers.csv", "columns.csv"]
    for name, (axis, scopes, measures) in SHEETS.items():
        path = tmp_path / "new" / "csv" / f"{name}.csv"
        assert path.read_bytes().startswith(b"\xef\xbb\xbf")
        with path.open(encoding="utf-8-sig", newline="") as file:
            heading, *rows = csv.reader(file)
        assert heading == [*tables.KEYS, *measures]
        wanted = expected(kept, axis, scopes, measures)
        assert len(rows) == len(wanted)
        for row, true in zip(rows, wanted, strict=True):
            policy = f"'{true[2]}" if str(true[2]).startswith("=") else true[2]
            assert row[:7] == [str(value) for value in (*true[:2], policy, *true[3:7])]
            assert [float(cell) for cell in row[7:]] == pytest.approx(true[7:], rel=5e-7)


@with_excel
def test_excel_reads_back_with_types(kept, tmp_path):
    import openpyxl

    (path,) = exports.export(kept, Form.XLSX, MANY, tmp_path / "all.xlsx")
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["industries", "park", "zones", "levers", "columns"]
    for name, (axis, scopes, measures) in SHEETS.items():
        heading, *rows = book[name].iter_rows()
        assert [cell.value for cell in heading] == [*tables.KEYS, *measures]
        wanted = expected(kept, axis, scopes, measures)
        assert len(rows) == len(wanted)
        for row, true in zip(rows, wanted, strict=True):
            assert [cell.data_type for cell in row] == list("sssnnss") + ["n"] * len(measures)
            values = [cell.value for cell in row]
            assert values[:7] == list(true[:7])
            assert values[7:] == pytest.approx(true[7:], rel=1e-15, abs=0)  # the file keeps sixteen digits
    lines = list(book["columns"].iter_rows(values_only=True))
    assert lines[0] == tuple(tables.DICTIONARY)
    revenue = next(line for line in lines if line[:2] == ("industries", "revenue"))
    assert revenue[2:5] == ("营业收入", "Revenue", "亿元/year")
    assert all(line[2] and line[3] for line in lines)


@with_parquet
def test_parquet_reads_back_with_types_and_dictionary(kept, tmp_path):
    from pyarrow import parquet

    exports.export(kept, Form.PARQUET, MANY, tmp_path)
    for name, (axis, scopes, measures) in SHEETS.items():
        table = parquet.read_table(tmp_path / f"{name}.parquet")
        types = [str(kind) for kind in table.schema.types]
        assert types == [*["string"] * 3, "int64", "int64", "string", "string", *["double"] * len(measures)]
        rows = list(zip(*(column.to_pylist() for column in table.columns), strict=True))
        assert rows == expected(kept, axis, scopes, measures)
        told = json.loads(table.schema.metadata[b"columns"])
        assert list(told) == table.column_names
        assert all(told[m]["definition_zh"] == MEASURES[m].definition.zh for m in measures)
        assert table.schema.field(measures[0]).metadata[b"zh"].decode() == MEASURES[measures[0]].label.zh
        assert json.loads(table.schema.metadata[b"manifest"]) == {"seed": 1}


def test_blocks_change_nothing(kept, monkeypatch):
    (table,) = tables.tables(kept, Wanted(("revenue",)))
    wanted = expected(kept, Axis.SEGMENT, INDUSTRIES, ("revenue",))
    group_blocks = type(table.parts[0].group).blocks
    for size in (1, 2, 100):
        monkeypatch.setattr(type(table.parts[0].group), "blocks", lambda self, store, size=size: group_blocks(self, store, size))
        with opened(kept.path, Access.READ) as store:
            rows = [row for columns in tables.blocks(store, table) for row in zip(*columns, strict=True)]
        assert rows == wanted


# ── Chosen ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_what_is_chosen_is_what_is_written(kept, tmp_path):
    wanted = Wanted(("firms",), Detail.SEGMENT, (), ("none",), ("2022Q4", "2023Q3"), ("all", worlds.BIO))
    path, dictionary = exports.export(kept, Form.CSV, wanted, tmp_path / "one.csv")
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 3 * 2 * 2
    assert {(r["policy"], r["quarter"], r["scope"]) for r in rows} == {
        ("none", quarter, scope) for quarter in ("2022Q4", "2023Q3") for scope in ("all", worlds.BIO)
    }
    assert dictionary.name == "one.columns.csv"


def test_by_default_a_few_measures_by_industry(kept):
    (table,) = tables.tables(kept, Wanted())
    assert (table.name, table.measures) == ("industries", tables.MEASURES_BY_DEFAULT)


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (Wanted(("revenu",)), "no measure 'revenu'; did you mean 'revenue'"),
        (Wanted(("营业收",)), "did you mean 'revenue'"),
        (Wanted(policies=("nome",)), "did you mean 'none'"),
        (Wanted(scenarios=("x",)), "no scenario 'x'"),
        (Wanted(quarters=("2031Q1",)), "no quarter '2031Q1'"),
        (Wanted(scopes=("helth",)), "did you mean 'health'"),
    ],
)
def test_unknown_names_are_refused_with_the_nearest(kept, tmp_path, wanted, said):
    with pytest.raises(ResultsError, match=said):
        exports.export(kept, Form.CSV, wanted, tmp_path)
    assert not list(tmp_path.iterdir())


# ── Refused ──────────────────────────────────────────────────────────────────────────────────────────────────────────
@with_excel
def test_more_rows_than_excel_holds(kept, tmp_path, monkeypatch):
    n_rows = 4 * 3 * 5 * len(INDUSTRIES)
    monkeypatch.setattr(exports, "EXCEL_ROWS", n_rows)  # the heading is one too many
    with pytest.raises(ResultsError, match=rf"industries has {n_rows} rows.*choose less with .*--quarter.* csv or parquet"):
        exports.export(kept, Form.XLSX, Wanted(("firms",)), tmp_path)
    assert not list(tmp_path.iterdir())
    monkeypatch.setattr(exports, "EXCEL_ROWS", n_rows + 1)
    exports.export(kept, Form.XLSX, Wanted(("firms",)), tmp_path)


def test_nothing_is_overwritten_and_several_tables_need_a_folder(kept, tmp_path):
    exports.export(kept, Form.CSV, Wanted(("firms",)), tmp_path)
    before = (tmp_path / "industries.csv").read_bytes()
    with pytest.raises(ResultsError, match="exists already"):
        exports.export(kept, Form.CSV, Wanted(("revenue",)), tmp_path)
    assert (tmp_path / "industries.csv").read_bytes() == before
    with pytest.raises(ResultsError, match=r"2 tables \(industries, park\): name a folder"):
        exports.export(kept, Form.CSV, Wanted(("firms", "net_balance")), tmp_path / "both.csv")
    with pytest.raises(ResultsError, match="cannot be written"):
        exports.export(kept, Form.CSV, Wanted(("firms",)), tmp_path / "industries.csv" / "below")


@pytest.mark.parametrize(("form", "extra"), [(Form.XLSX, "excel"), (Form.PARQUET, "parquet")])
def test_a_missing_library_names_the_extra(kept, tmp_path, monkeypatch, form, extra):
    monkeypatch.setattr(extras.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingLibraryError, match=rf"pip install 'wutong\[{extra}\]'") as refused:
        exports.export(kept, form, Wanted(("firms",)), tmp_path)
    assert extra in refused.value.message.zh
    exports.export(kept, Form.CSV, Wanted(("firms",)), tmp_path)


# ── The command ──────────────────────────────────────────────────────────────────────────────────────────────────────
def invoke(*words: str) -> Result:
    return CliRunner().invoke(app, list(words), catch_exceptions=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A real experiment with the shipped park, without pictures."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(goals, "figures", lambda *_: ())
        folder = tmp_path_factory.mktemp("real") / "out"
        words = ("--policy", "none", "--policy", "as_announced", "-n", "2", "--jobs", "1", "--until", "2022Q4", "-q")
        assert invoke("run", "baseline", *words, "--out", str(folder)).exit_code == 0
    return folder


def test_the_command_writes_beside_the_store_and_names_what_it_wrote(folder):
    result = invoke("export", str(folder), "--to", "csv", "--measure", "firms", "--quarter", "2022Q4", "--lang", "en")
    assert result.exit_code == 0
    assert result.stdout.split() == [str(folder / "exports" / name) for name in ("industries.csv", "columns.csv")]
    with (folder / "exports" / "industries.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    with (folder / "runs.csv").open(encoding="utf-8-sig", newline="") as file:
        runs = {row["run"] for row in csv.DictReader(file)}
    assert {row["run"] for row in rows} == runs and len(runs) == 4
    again = invoke("export", str(folder), "--to", "csv", "--lang", "zh")
    assert (again.exit_code, "已存在" in again.stderr) == (2, True)


def test_the_command_refuses_in_one_sentence(folder, tmp_path, monkeypatch):
    result = invoke("export", str(folder), "--to", "csv", "--measure", "firm", "--out", str(tmp_path), "--lang", "en")
    assert (result.exit_code, "did you mean 'firms'" in result.stderr) == (2, True)
    assert invoke("export", str(tmp_path), "--to", "csv").exit_code == 2
    monkeypatch.setattr(extras.importlib.util, "find_spec", lambda name: None)
    result = invoke("export", str(folder), "--to", "xlsx", "--out", str(tmp_path), "--lang", "en")
    assert (result.exit_code, result.stderr) == (2, "Error: openpyxl is not installed; run: pip install 'wutong[excel]'\n")


def test_titles_are_taken_where_keys_are(folder, tmp_path):
    by_title = ("--scenario", "基准情景", "--policy", "As Announced", "--scope", "全部")
    by_key = ("--scenario", "baseline", "--policy", "as_announced", "--scope", "all")
    for name, words in (("titles", by_title), ("keys", by_key)):
        done = invoke("export", str(folder), "--to", "csv", "--out", str(tmp_path / name), *words)
        assert done.exit_code == 0, done.stderr
    one, other = ((tmp_path / name / "industries.csv").read_bytes() for name in ("titles", "keys"))
    assert one == other and one.count(b"\n") == 1 + 2 * 2


def test_the_command_says_what_is_not_in_it(folder, tmp_path, monkeypatch):
    from wutong.experiments import reopening

    def more(folder, record):
        plan = planned_in(folder, record)
        return dataclasses.replace(plan, given=(*plan.cases, dataclasses.replace(plan.cases[0], replication=9)))

    monkeypatch.setattr(reopening, "planned_in", more)
    result = invoke("export", str(folder), "--to", "csv", "--out", str(tmp_path / "e"), "--lang", "en")
    assert (result.exit_code, result.stderr) == (0, "Not in it: 0 runs that failed, 1 not run yet.\n")


def test_rows_are_finite(kept):
    for table in tables.tables(kept, MANY):
        with opened(kept.path, Access.READ) as store:
            for columns in tables.blocks(store, table):
                assert np.isfinite(np.array(columns[len(tables.KEYS) :], float)).all()


HIRES = Wanted(("hiring_share",), quarters=("2022Q3", "2022Q4"), policies=("none",), scopes=("all",))  # nobody hires in the first


def test_an_undefined_cell_is_empty_in_csv(kept, tmp_path):
    exports.export(kept, Form.CSV, HIRES, tmp_path)
    with (tmp_path / "industries.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["hiring_share"] == "" for row in rows] == [row["quarter"] == "2022Q3" for row in rows]


@with_excel
def test_an_undefined_cell_is_empty_in_excel(kept, tmp_path):
    import openpyxl

    exports.export(kept, Form.XLSX, HIRES, tmp_path / "all.xlsx")
    _, *rows = openpyxl.load_workbook(tmp_path / "all.xlsx")["industries"].iter_rows(values_only=True)
    assert [row[-1] is None for row in rows] == [row[5] == "2022Q3" for row in rows]


@with_parquet
def test_an_undefined_cell_is_empty_in_parquet(kept, tmp_path):
    from pyarrow import parquet

    exports.export(kept, Form.PARQUET, HIRES, tmp_path)
    found = parquet.read_table(tmp_path / "industries.parquet").to_pylist()
    assert [row["hiring_share"] is None for row in found] == [row["quarter"] == "2022Q3" for row in found]
