"""What a planner may type, in both languages: understood, or refused in one sentence before anything runs."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from wutong.experiments.commands import app
from wutong.experiments.commands.language import LOCALE, Language
from wutong.experiments.commands.usage import language_of

ROOT = Path(__file__).resolve().parents[1]
CHINESE = re.compile("[\u4e00-\u9fff]")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def invoke(*words: str) -> Result:
    return CliRunner().invoke(app, list(words), catch_exceptions=False)


REFUSED = [  # words, what is said in English, what in Chinese
    (("run", "baseline", "--until", "2201Q1"), "between 1900Q1 and 2200Q4", "1900Q1 至 2200Q4"),
    (("run", "baseline", "--until", "9999Q4"), "between 1900Q1 and 2200Q4", "1900Q1 至 2200Q4"),
    (("run", "baseline", "--until", "2022Q3"), "after start (2022Q3)", "应晚于 start (2022Q3)"),
    (("run", "baseline", "--until", "soon"), "--until soon: 'soon' is not a quarter", "“soon”不是季度"),
    (("run", "baseline", "-n", "x"), "whole number from 1 to 1,000,000", "1 至 1,000,000 的整数"),
    (("run", "baseline", "-n", "1000000000", "--dry-run"), "whole number from 1 to 1,000,000", "1 至 1,000,000 的整数"),
    (("run", "baseline", "-n", "1" + "0" * 24), "whole number from 1 to 1,000,000", "1 至 1,000,000 的整数"),
    (("run", "baseline", "--jobs", "0"), "--jobs: '0'", "--jobs: “0”"),
    (("run",), "SCENARIO is missing", "缺少 SCENARIO"),
    (("run", "baseline", "--bogus"), "no option --bogus", "没有选项 --bogus"),
    (("bogus",), "no command bogus", "没有命令 bogus"),
    (("list", "foo"), "takes one of scenarios, policies", "可选：scenarios, policies"),
    (("levers", "--money", "0.5kg"), "--money 0.5kg: the unit 'kg'", "--money 0.5kg: “0.5kg”的单位"),
    (("levers", "--money", "-1"), "below the lowest value", "低于下限"),
    (("levers", "--dose", "种子", "--dry-run"), "did you mean 'seed_fund'?", "是否指“seed_fund”？"),
    (("levers", "--dose", "种子基金", "--level", "100"), "highest value 5", "高于上限 5"),
    (("attribute", "--of", "广达"), "did you mean 'quanta'?", "是否指“quanta”？"),
    (("goals", "--goal", "软件"), "unknown goal", "未知的目标"),
    (("hindcast", "sophia_antipolis_1999", "--until", "99999"), "from 1,900 to 2,200", "1,900 至 2,200"),
    (("check", "n" * 300), "there is no file", "找不到文件"),
    (("run", "n" * 300 + ".yaml"), "there is no file", "找不到文件"),
    (("check", "a\x1b[31mb\u202e"), "a\\x1b[31mb\\u202e", "a\\x1b[31mb\\u202e"),
]  # fmt: skip


@pytest.mark.parametrize(("words", "english", "chinese"), REFUSED, ids=[" ".join(words)[:40] for words, _, _ in REFUSED])
def test_it_is_refused_in_both_languages(words: tuple[str, ...], english: str, chinese: str, here: Path) -> None:
    for language, said in (("en", english), ("zh", chinese)):
        started = time.process_time()
        done = invoke(*words, "--lang", language)
        told = done.stdout + done.stderr
        assert done.exit_code == 2 and said in told, told
        assert CHINESE.search(re.sub(r"“[^”]*”|'[^']*'|--\S+ \S+|亿元", "", told)) is None or language == "zh", told
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e]", told)
        assert time.process_time() - started < 3.0  # all modules are loaded within it once
    assert list(here.iterdir()) == []


def test_everything_typed_is_checked_at_once() -> None:
    done = invoke("run", "baseline", "--policy", "nobody", "--set", "clock.bogus=3", "--until", "9999Q4", "--lang", "en")
    assert done.stderr.count("\n") == 4 and "3 problems in all" in done.stderr


@pytest.mark.parametrize("words", [
    ("run", "基准情景", "--policy", "人才优先", "--policy", "No new policy", "-n", "2", "--until", "2023年第一季度"),
    ("run", "baseline", "--until", "2040-Q4", "-n", "2"),
    ("run", "baseline", "-n", "1万", "--until", "2022Q4"),
    ("levers", "--dose", "种子基金", "--level", "0.5亿", "--until", "2023Q2", "--date", "2023年1季度"),
    ("levers", "--dose", "Seed fund", "--scope", "软件信息", "--measure", "在营企业", "--until", "2023Q2"),
    ("run", "baseline", "--set", "growth.people=2 万人/年", "--set", "anchors.Quanta Chongqing.fate=halved"),
    ("attribute", "--of", "广达（重庆）制造基地", "--until", "2022Q4", "-n", "2"),
])  # fmt: skip
def test_titles_dates_and_amounts_are_taken_as_they_are_said(words: tuple[str, ...]) -> None:
    done = invoke(*words, "--dry-run", "--lang", "zh")
    assert done.exit_code == 0 and "没有写入任何文件" in done.stdout, done.stdout + done.stderr


def test_two_files_of_one_title_are_asked_back(here: Path) -> None:
    (here / "policies").mkdir()
    for name in ("one", "two"):
        (here / "policies" / f"{name}.yaml").write_text(
            "format: 1\ntitle: {zh: 同名, en: Same}\nsettings: []\n", encoding="utf-8"
        )
    done = invoke("run", "baseline", "--policy", "同名", "--lang", "zh")
    assert done.exit_code == 2 and "one.yaml" in done.stderr and "two.yaml" in done.stderr


def test_options_without_effect_are_said() -> None:
    done = invoke("levers", "--level", "3", "--until", "2022Q4", "--set", "clock.end=2023Q4", "--money", "0.5亿元",
                  "--mix", "nobody", "--lang", "zh")  # fmt: skip
    assert (
        "--level 不起作用" in done.stderr
        and "--money 不起作用" in done.stderr
        and "--set clock.end=2023Q4 不起作用" in done.stderr
    )


@pytest.mark.skipif(os.name == "nt" or sys.platform == "darwin", reason="names of any bytes are those of Linux")
def test_paths_of_any_bytes(here: Path) -> None:
    """A folder may be called anything; nothing of it reaches the terminal or the inputs as it is."""
    folder = Path(os.fsdecode(b"dir\xff\x1b\n"))
    folder.mkdir()
    text = "format: 1\ntitle: {zh: 试, en: Try}\nextends: baseline\n"
    (folder / "fine.yaml").write_text(text, encoding="utf-8")
    words = ["run", str(folder / "fine.yaml"), "-n", "1", "--until", "2022Q4", "--jobs", "1", "--lang", "en"]
    command = [sys.executable, str(ROOT / "run.py"), *words, "--out", str(folder / "out")]
    done = subprocess.run(command, capture_output=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr.decode()
    assert b"\x1b" not in done.stdout + done.stderr and b"\xff" not in done.stdout + done.stderr
    inputs = (folder / "out" / "inputs" / "fine.yaml").read_bytes()
    assert b"\x1b" not in inputs and b"dir\\xff\\x1b\\x0a/fine.yaml" in inputs
    json.loads((folder / "out" / "manifest.json").read_text(encoding="utf-8"))
    for name, code in ((os.fsdecode(b"bad\xff.yaml"), "U+DCFF"), ("new\nline.yaml", "U+000A"), ("\u202eabc.yaml", "U+202E")):
        (here / name).write_text(text, encoding="utf-8")
        refused = invoke("check", name, "--lang", "en")
        assert refused.exit_code == 2 and f"cannot be shown ({code}" in refused.stdout


@pytest.mark.parametrize(
    ("words", "language"),
    [((), LOCALE), (("--lang",), LOCALE), (("list", "--lang", "zh"), Language.ZH), (("--lang=en", "list"), Language.EN)],
)
def test_a_command_line_asks_for_a_language_or_for_none(words, language):
    assert language_of(words) is language
