"""Tables as workbooks and in GBK mean what they mean as CSV in UTF-8."""

from __future__ import annotations

import csv
import io
import shutil
import sys
import zipfile
from pathlib import Path

import pytest

from wutong.experiments.reading import ReadingError, read_scenario
from wutong.experiments.reading.files import resolve_scenario
from wutong.experiments.reading.inputs import scenario_inputs
from wutong.experiments.reading.nodes import Mark
from wutong.experiments.reading.workbooks import table_text

BAD = Path(__file__).resolve().parent / "bad"
SCENARIO = "format: 1\ntitle: {{zh: 试, en: Try}}\nclock: {{end: 2026Q4}}\npark: {park}\n"


def workbook(table: Path, target: Path) -> None:
    """A CSV file as the first sheet of a workbook, numbers as numbers."""
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    with table.open(encoding="utf-8", newline="") as file:
        for row in csv.reader(file):
            book.active.append([int(cell) if cell.isdigit() else cell for cell in row])
    book.create_sheet("notes").append(["not read"])
    book.save(target)


@pytest.fixture
def park(tmp_path: Path) -> Path:
    """A park with anchors in one table and observed values in another, and a scenario that runs it."""
    parks = tmp_path / "parks"
    parks.mkdir()
    for name in ("sound.yaml", "sound_table.csv", "series.csv"):
        shutil.copyfile(BAD / "parks" / name, parks / name)
    text = "format: 1\nextends: sound\nanchors: sound_table.csv\nobserved:\n"
    text += "  - {measure: employees, scope: all, series: {file: series.csv, indicator: staff}}\n"
    (parks / "tables.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "try.yaml").write_text(SCENARIO.format(park="tables"), encoding="utf-8")
    return tmp_path


def test_a_workbook_is_read_as_its_table(park: Path) -> None:
    expected = read_scenario(str(park / "try.yaml"))
    for name in ("sound_table", "series"):
        workbook(park / "parks" / f"{name}.csv", park / "parks" / f"{name}.xlsx")
        (park / "parks" / f"{name}.csv").unlink()
    tables = park / "parks" / "tables.yaml"
    tables.write_text(tables.read_text(encoding="utf-8").replace(".csv", ".xlsx"), encoding="utf-8")
    found = resolve_scenario(str(park / "try.yaml"))
    assert found.scenario == expected
    assert [note.code for note in found.understood] == ["read_as", "read_as"]
    _, texts = scenario_inputs(str(park / "try.yaml"))  # kept as text, and read again from there
    again = park / "again"
    again.mkdir()
    for name, text in texts.items():
        (again / name).write_text(text, encoding="utf-8")
    assert read_scenario(str(again / "try.yaml")).park.observed == expected.park.observed


def test_gbk_is_read_as_utf_8(park: Path) -> None:
    expected = read_scenario(str(park / "try.yaml"))
    table = park / "parks" / "sound_table.csv"
    table.write_bytes(table.read_text(encoding="utf-8").encode("gbk"))
    found = resolve_scenario(str(park / "try.yaml"))
    assert found.scenario == expected
    assert [note.message.zh for note in found.understood] == ["按 GBK 读取"]


def test_without_the_library_one_sentence_says_so(park: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workbook(park / "parks" / "sound_table.csv", park / "table.xlsx")
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(ReadingError) as caught:
        table_text(park / "table.xlsx", Mark("table.xlsx", 0, 0))
    (problem,) = caught.value.problems
    assert "pip install 'wutong[excel]'" in problem.text("zh") and "pip install 'wutong[excel]'" in problem.text("en")


def test_a_workbook_that_unpacks_to_gigabytes_is_refused(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("xl/sharedStrings.xml", b" " * 30_000_000)
    (tmp_path / "bomb.xlsx").write_bytes(packed.getvalue())
    with pytest.raises(ReadingError) as caught:
        table_text(tmp_path / "bomb.xlsx", Mark("bomb.xlsx", 0, 0))
    assert [p.code for p in caught.value.problems] == ["too_large"]
