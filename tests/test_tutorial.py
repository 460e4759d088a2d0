"""The tutorial does what it says: its commands run, its files and errors are the ones that it shows."""

from __future__ import annotations

import csv
import io
import re
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from tests.sketches import sketch
from wutong.experiments.commands import app

DOCS = Path(__file__).resolve().parents[1] / "docs"
FILES = DOCS / "tutorial"
TEXTS = {lang: (DOCS / name).read_text(encoding="utf-8") for lang, name in (("zh", "tutorial.zh.md"), ("en", "tutorial.md"))}
SHOWN = re.compile(r"^\[([\w/.]+)\]\(tutorial/\1\)\n\n```(?:csv|yaml)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SHEETS = ("sheets/industries.csv", "sheets/anchors.csv", "sheets/years.csv")
FEW = ("-n", "2", "--until", "2026Q4", "--jobs", "1")

Slip = tuple[str, str, Callable[[str], bytes]]  # the key of its message, the file, and what happens to it
SLIPS: tuple[Slip, ...] = (
    ("UTF-16", "wangxi/segments.csv", lambda text: text.encode("utf-16")),
    ("5,200", "wangxi/segments.csv", lambda text: text.replace(",5200,", ',"5,200",').encode()),
    ("动力电芯", "wangxi/anchors.csv", lambda text: text.replace("2,battery.cells", "2,动力电芯").encode()),
    ("start", "wangxi.yaml", lambda text: text.replace("start: ", "start：").encode()),
)


def blocks(lang: str, language: str) -> list[str]:
    return [block.strip() for block in re.findall(rf"^```{language}\n(.*?)^```$", TEXTS[lang], re.MULTILINE | re.DOTALL)]


def commands(lang: str) -> list[list[str]]:
    lines = [line for block in blocks(lang, "sh") for line in block.splitlines()]
    assert all(line.startswith("wutong ") for line in lines)
    return [shlex.split(line)[1:] for line in lines]


def table(file: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO((FILES / file).read_text(encoding="utf-8-sig"))))


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def invoke(*words: str) -> Result:
    return CliRunner().invoke(app, list(words), catch_exceptions=False)


def put(*files: str) -> None:
    """Files of the tutorial where its reader writes them."""
    for file in files:
        Path(file).parent.mkdir(exist_ok=True)
        shutil.copy(FILES / file, file)


# ── What is shown ────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("lang", TEXTS)
def test_every_file_is_shown_and_is_the_one_that_is_there(lang):
    shown = dict(SHOWN.findall(TEXTS[lang]))
    there = {p.relative_to(FILES).as_posix() for p in FILES.rglob("*") if p.suffix in (".csv", ".yaml")}
    assert set(shown) == there - set(SHEETS)
    for file, text in shown.items():
        assert text == (FILES / file).read_text(encoding="utf-8-sig"), file
        assert (FILES / file).read_bytes().startswith(b"\xef\xbb\xbf") == file.endswith(".csv"), "Excel knows UTF-8 by it"


def test_the_sheets_stand_in_the_text():
    for lang, text in TEXTS.items():
        rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]
        shown = rows if lang == "zh" else [numbers(row) for row in rows]
        for row in (row for file in SHEETS for row in table(file)):
            assert (row if lang == "zh" else numbers(row)) in shown, row


def numbers(row: list[str]) -> list[str]:
    return [cell for cell in row if re.fullmatch(r"[\d.]+%?", cell)]


def test_the_tables_of_the_park_say_what_the_sheets_say():
    columns, _, *rows = table("wangxi/segments.csv")
    park = [dict(zip(columns, row, strict=True)) for row in rows]
    for sheet, row in zip(table(SHEETS[0])[1:-1], park, strict=True):
        assert sheet[:3] == [row["label.zh"], row["firms"], row["staff"]]
        assert float(row["revenue_per_head"].removesuffix(" 万元/人")) * float(sheet[2]) == pytest.approx(float(sheet[3]) * 1e4)
        assert row["entry"] == (sheet[4] if row["through_funnel"] == "true" else sheet[5])
        assert row["growth"] == sheet[6]
    seen = {(row[0], row[2][:4]): row[3] for row in table("wangxi/observed.csv")[2:]}
    for year, *given in table(SHEETS[2])[1:]:
        assert [seen[measure, year] for measure in ("firms", "employees", "revenue")] == given
    columns, _, *rows = table("wangxi/anchors.csv")
    for sheet, cells in zip(table(SHEETS[1])[1:], rows, strict=True):
        row = dict(zip(columns, cells, strict=True))
        assert [sheet[i] for i in (0, 4, 5, 6)] == [row[k] for k in ("label.zh", "investment", "revenue", "jobs")]
        year, month = re.fullmatch(r"(\d+)年(\d+)月", sheet[2]).groups()
        assert row["signed"] == f"{year}Q{(int(month) + 2) // 3}"


@pytest.mark.parametrize("lang", TEXTS)
def test_links_lead_somewhere(lang):
    for target in re.findall(r"\]\(([^)]+)\)", TEXTS[lang]):
        assert (DOCS / target).exists(), target


def test_the_languages_are_twins():
    for pattern in (r"^#+ ", r"^\|", r"^```.*", r"^!\["):
        counts = [re.findall(pattern, text, re.MULTILINE) for text in TEXTS.values()]
        assert counts[0] == counts[1], pattern
    english, chinese = ([["LANG" if w in TEXTS else w for w in words] for words in commands(lang)] for lang in ("en", "zh"))
    assert english == chinese


# ── What is done ─────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("lang", TEXTS)
def test_every_command_works_in_its_turn(folder, lang, monkeypatch):
    printed = []
    for words in commands(lang):
        if any(word.endswith(".yaml") for word in words):
            put(*dict(SHOWN.findall(TEXTS[lang])))
        elif words[:2] == ["new", "policy"]:
            Path(f"{words[2]}.yaml").unlink(missing_ok=True)  # put there for an earlier command
        if (folder / "out" / "first").exists():
            sketch(monkeypatch)
        result = invoke(*words, *(FEW if words[0] == "run" else ()))
        assert result.exit_code == 0, f"{words}: {result.output}"
        printed.append(result.stdout.strip())
    shown = blocks(lang, "text")
    assert shown[:2] == printed[:2], "what is written, and that nothing is wrong"
    assert (folder / "out" / "first" / "figures" / "revenue-all.png").stat().st_size > 10_000
    for name in ("first", "policies", "anchor", "goal"):
        assert [*(folder / "out" / name / "figures").rglob("revenue-all.png")]
        first_line = (folder / "out" / name / "answer.txt").read_text(encoding="utf-8").split("\n\n")[-1].splitlines()[0]
        titles = re.split(r"\s{2,}", first_line)
        assert any(re.split(r"\s{2,}", line) == titles for text in shown for line in text.splitlines()), titles


@pytest.mark.parametrize("lang", TEXTS)
@pytest.mark.parametrize("slip", SLIPS, ids=lambda slip: slip[0])
def test_the_errors_are_those_that_the_program_prints(folder, lang, slip):
    key, file, spoilt = slip
    put(*dict(SHOWN.findall(TEXTS[lang])))
    Path(file).write_bytes(spoilt(Path(file).read_text(encoding="utf-8-sig")))
    result = invoke("check", "wangxi_scenario.yaml", "--lang", lang)
    assert result.exit_code == 2
    messages = [text for text in blocks(lang, "text") if text.startswith(file) and key in text]
    assert messages == [result.stdout.splitlines()[0]]


def test_what_it_warns_of_is_so(folder):
    put(*dict(SHOWN.findall(TEXTS["en"])))
    path = Path("wangxi/segments.csv")
    text = path.read_text(encoding="utf-8-sig")
    for old, new in ((",14%,", ",14,"), (",5200,", ",-,"), (",5200,", ",不详,"), ("4%,20%", "4%,"), (",true,1", ",有,1")):
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        assert invoke("check", "wangxi_scenario.yaml").exit_code == 2, new
    path.write_text(text + "合计,,,,,255,24300" + "," * 16 + "\n", encoding="utf-8")
    assert invoke("check", "wangxi_scenario.yaml").exit_code == 2
    path.write_text(text.replace("true", "TRUE").replace("\n", "\r\n") + "," * 22 + "\r\n", encoding="utf-8-sig", newline="")
    assert invoke("check", "wangxi_scenario.yaml").exit_code == 0, "as Excel saves it"
