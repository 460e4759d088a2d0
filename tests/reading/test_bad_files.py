"""Files with one fault each: the command line names the place, the fault and the remedy, in both languages, and nothing more."""

from __future__ import annotations

import csv
import dataclasses
import functools
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from wutong.experiments.commands import app
from wutong.experiments.reading.files import resolve_scenario
from wutong.experiments.reading.text import LARGEST, parse

ROOT = Path(__file__).resolve().parents[2]
BAD = Path(__file__).resolve().parent / "bad"
MANY = "many"  # of a fault that stands in many places
ENGLISH = re.compile(r"(?:\b[a-z]{2,} ){3}[a-z]{2,}\b", re.IGNORECASE)  # four words on end
CHINESE = re.compile(r"[\u4e00-\u9fff][\u4e00-\u9fff，。；：]{5,}")
QUOTED = re.compile(r"“[^”]*”|'[^']*'|\"[^\"]*\"")  # what a file said, in its own language
SUBPROCESSES = (
    "wide_digits.yaml",
    "gbk.yaml",
    "billion_laughs.yaml",
    "cycle_self.yaml",
    "control_character.yaml",
    "unknown_policy.yaml",
)


@dataclass(frozen=True)
class Case:
    """A bad file, and the one problem that it has: where, of what code, and what its text holds."""

    file: str
    at: str  # the faulty file, if another than the checked one
    line: int
    code: str
    zh: str
    en: str
    problems: str


def _cases() -> Iterator[Case]:
    with (BAD / "expected.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield Case(**{**row, "line": int(row["line"])})


CASES = tuple(_cases())
every_case = pytest.mark.parametrize("case", CASES, ids=[case.file for case in CASES])


def checked(path: Path | str, *options: str) -> Result:
    """What ``check`` makes of a file; a fault of the program is raised as it is."""
    return CliRunner().invoke(app, ["check", str(path), *options], catch_exceptions=False)


def entrance(file: str, folder: Path) -> Path:
    """The file to check: a park is read through a scenario that names it."""
    if not file.startswith("parks/"):
        return BAD / file
    scenario = folder / "through.yaml"
    text = f"format: 1\ntitle: {{zh: 试, en: Try}}\nclock: {{end: 2026Q4}}\npark: {BAD / file}\n"
    scenario.write_text(text, encoding="utf-8")
    return scenario


def foreign(text: str, pattern: re.Pattern[str]) -> str | None:
    """Words of the other language in a message, apart from what it quotes."""
    found = pattern.search(QUOTED.sub("", text))
    return None if found is None else found[0]


@functools.cache
def said(file: str, *options: str) -> tuple[int, str]:
    """Exit code and words about a bad file; remembered, as several tests look at them."""
    with tempfile.TemporaryDirectory() as folder:
        done = checked(entrance(file, Path(folder)), *options)
    return done.exit_code, done.stdout


@every_case
def test_the_problem_stands_in_its_place(case: Case) -> None:
    code, stdout = said(case.file, "--format", "json")
    problems = json.loads(stdout)
    assert code == 2
    assert len(problems) == int(case.problems) if case.problems != MANY else len(problems) > 1, stdout
    first = problems[0]
    assert {"code", "message", "file", "line", "path", "hint"} <= set(first)
    assert (first["line"], first["code"]) == (case.line, case.code), stdout
    assert first["file"].endswith(case.at or case.file)
    assert set(first["message"]) == {"zh", "en"}


@every_case
def test_the_remedy_is_said_in_both_languages(case: Case) -> None:
    for language, remedy in (("zh", case.zh), ("en", case.en)):
        code, stdout = said(case.file, "--lang", language)
        assert code == 2
        place = f"{case.at or case.file}:{case.line}:" if case.line else case.at or case.file
        assert place in stdout and remedy in stdout, stdout


@every_case
def test_each_language_keeps_to_itself(case: Case) -> None:
    for problem in json.loads(said(case.file, "--format", "json")[1]):
        for part in filter(None, (problem["message"], problem["hint"])):
            assert foreign(part["zh"], ENGLISH) is None and foreign(part["en"], CHINESE) is None, part


@pytest.mark.parametrize("file", SUBPROCESSES)
def test_a_bad_file_ends_the_real_commands_with_words(file: str, tmp_path: Path) -> None:
    here = tmp_path / "here"
    here.mkdir()
    for command in (["check"], ["run", "-n", "1", "--out", str(here / "results")]):
        done = subprocess.run(
            [sys.executable, str(ROOT / "run.py"), command[0], str(BAD / file), *command[1:], "--lang", "en"],
            cwd=here, capture_output=True, text=True, encoding="utf-8", timeout=60, check=False,
        )  # fmt: skip
        said = done.stdout + done.stderr
        assert done.returncode == 2, said
        assert "Traceback" not in said and file in said
        assert list(here.iterdir()) == []


@pytest.mark.parametrize("case", [case for case in CASES if case.file.startswith("designs/")], ids=lambda case: case.file)
def test_a_bad_design_is_swept_nowhere(case: Case, tmp_path: Path) -> None:
    """It is refused in the words of ``check`` before anything is written."""
    command = ["sweep", str(BAD / case.file), "--out", str(tmp_path / "results"), "--lang", "en"]
    done = CliRunner().invoke(app, command, catch_exceptions=False)
    assert done.exit_code == 2
    assert done.stdout == "" and case.en in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_every_file_is_expected() -> None:
    """A bad file that no row names would never be read."""
    named = {name for case in CASES for name in (case.file, case.at)}
    beside = {"expected.csv", ".gitattributes", "parks/series.csv", "parks/series_no_column.csv"}
    found = {path.relative_to(BAD).as_posix() for path in BAD.rglob("*") if path.is_file()}
    assert {name for name in found - named - beside if not Path(name).name.startswith("sound")} == set()
    assert len(CASES) >= 70
    assert sum(case.file.startswith("designs/") for case in CASES) >= 25


@pytest.mark.parametrize("file", ["sound.yaml", "policies/sound.yaml", "parks/sound.yaml", "parks/sound_trade.yaml",
                                  "parks/sound_table.yaml", "parks/sound_gbk.yaml", "parks/sound_series.yaml",
                                  "sound_names.yaml", "sound_keys.yaml", "designs/sound.yaml"])  # fmt: skip
def test_what_the_bad_files_extend_is_sound(file: str, tmp_path: Path) -> None:
    assert checked(entrance(file, tmp_path)).exit_code == 0


def test_titles_mean_the_keys() -> None:
    """Two files that say the same, one in titles and one in keys; and what was taken for what is said."""
    named, keyed = (resolve_scenario(str(BAD / f"sound_{how}.yaml")) for how in ("names", "keys"))
    assert dataclasses.replace(named.scenario, name="", policy=None) == dataclasses.replace(keyed.scenario, name="", policy=None)
    policies = named.scenario.policy, keyed.scenario.policy
    assert policies[0] is not None and policies[1] is not None and policies[0].settings == policies[1].settings
    said = checked(BAD / "sound_names.yaml", "--explain", "--lang", "zh").stdout
    for given, meant in (
        ("芯片设计", "chips.design"),
        ("是", "true"),
        ("厂房", "plant"),
        ("就业", "jobs"),
        ("Q4 2025", "2025Q4"),
    ):
        assert f"“{given}”即 {meant}" in said


@pytest.mark.parametrize(("block", "number"), [("", 20_000), ("", 1_900), ("assumptions:\n", 1_900)])
def test_floods_of_problems_are_bounded(block: str, number: int, tmp_path: Path) -> None:
    file = tmp_path / "flood.yaml"
    keys = "".join(f"{'  ' if block else ''}unknown_key_{i}: 1\n" for i in range(number))
    head = f"format: 1\nextends: {BAD / 'sound.yaml'}\ntitle: {{zh: 试, en: Try}}\n"
    file.write_text(head + block + keys, encoding="utf-8")
    checked(BAD / "sound.yaml")  # what is imported late is no matter of the file's size
    parse.cache_clear()
    started = time.process_time()
    done = checked(file, "--lang", "en")
    assert time.process_time() - started < 2.0
    assert done.exit_code == 2 and len(done.stdout) < 30_000
    assert len(done.stdout.splitlines()) == 1 or "these are the first" in done.stdout


def test_all_problems_come_in_one_round() -> None:
    codes = [problem["code"] for problem in json.loads(said("all_at_once.yaml", "--format", "json")[1])]
    assert sorted(codes) == sorted([
        "unknown_key", "not_a_quarter", "missing_key", "unknown_name", "not_a_quarter", "too_large_number", "unknown_name",
        "too_large_number", "unknown_name",
    ])  # fmt: skip


def test_byte_order_mark_and_crlf_read_well(tmp_path: Path) -> None:
    """Also in parks, policies and tables: Excel and the Windows editor write both."""
    for path in (BAD / f"{folder}sound{name}" for folder in ("", "parks/", "policies/") for name in (".yaml", "_table.csv")):
        if path.is_file():
            copy = tmp_path / path.relative_to(BAD)
            copy.parent.mkdir(exist_ok=True)
            copy.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    table = tmp_path / "parks" / "with_table.yaml"
    table.write_bytes(b"\xef\xbb\xbfformat: 1\r\nextends: sound.yaml\r\nanchors: sound_table.csv\r\n")
    scenario = tmp_path / "with_table.yaml"
    scenario.write_bytes(b"\xef\xbb\xbfformat: 1\r\nextends: sound\r\npark: with_table\r\n")
    for file in (scenario, tmp_path / "sound.yaml", tmp_path / "policies" / "sound.yaml"):
        done = checked(file)
        assert done.exit_code == 0, done.stdout


def test_full_width_signs_are_welcome_in_texts(tmp_path: Path) -> None:
    file = tmp_path / "texts.yaml"
    title = "title: {zh: 试：（一），二、“三”, en: '“Try”'}\nnote: 说明：１２％\n"
    file.write_text(f"format: 1\npark: {BAD / 'parks/sound.yaml'}\nclock: {{end: 2025Q4}}\n{title}", encoding="utf-8")
    done = checked(file)
    assert done.exit_code == 0, done.stdout


def test_a_parent_names_what_stands_beside_itself(tmp_path: Path) -> None:
    """Also where the child stands in another folder."""
    file = tmp_path / "child.yaml"
    file.write_text(f"format: 1\nextends: {BAD / 'sound.yaml'}\n", encoding="utf-8")
    done = checked(file)
    assert done.exit_code == 0, done.stdout


@pytest.mark.parametrize("size", [LARGEST + 1, 100_000_000])
def test_large_files_are_refused_at_once(size: int, tmp_path: Path) -> None:
    file = tmp_path / "large.yaml"
    with file.open("wb") as out:
        out.truncate(size)  # a sparse file: it costs no room
    checked(BAD / "sound.yaml")  # what is imported late is no matter of the file's size
    started = time.process_time()
    done = checked(file, "--lang", "zh")
    assert time.process_time() - started < 1.0
    assert done.exit_code == 2 and f"文件过大（{size} 字节" in done.stdout


@pytest.mark.parametrize(("language", "word"), [("zh", "文件夹"), ("en", "folder")])
def test_a_folder_is_called_a_folder(language: str, word: str, tmp_path: Path) -> None:
    folder = tmp_path / "park.yaml"
    folder.mkdir()
    for given in (folder, tmp_path):
        done = checked(given, "--lang", language)
        assert done.exit_code == 2 and word in done.stdout.replace(str(given), "") and len(done.stdout.splitlines()) == 1, (
            done.stdout
        )


def test_a_file_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    file = tmp_path / "closed.yaml"
    file.write_text("format: 1\n", encoding="utf-8")
    file.chmod(0)
    if os.access(file, os.R_OK):
        pytest.skip("root may read every file")
    done = checked(file, "--lang", "en")
    assert done.exit_code == 2 and "cannot be read" in done.stdout
