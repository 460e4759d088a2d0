"""The report that a comparison writes itself: the bytes of the command, with nothing drawn twice."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from tests.report.test_report import TOWN
from wutong.experiments.commands import app
from wutong.experiments.questions import Compare
from wutong.experiments.report import FILE, report

WORDS = ("--policy", "none", "--policy", "balanced", "-n", "2", "--until", "2004Q3", "--jobs", "1", "-q")


def test_a_comparison_in_both_languages_leaves_the_report_that_the_command_would_make(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("town.yaml").write_text(TOWN, encoding="utf-8")
    drawn, draw = [], Compare.draw
    monkeypatch.setattr(Compare, "draw", lambda *given: drawn.append(given[-1]) or draw(*given))
    done = CliRunner().invoke(app, ["compare", "town.yaml", *WORDS, "--out", "out"], catch_exceptions=False)
    assert done.exit_code == 0 and drawn == ["zh", "en"]
    assert Path("out", FILE).read_text(encoding="utf-8") == report("out", "en")
    one = CliRunner().invoke(app, ["compare", "town.yaml", *WORDS, "--lang", "zh", "--out", "one"], catch_exceptions=False)
    assert one.exit_code == 0 and not Path("one", FILE).exists(), "in one language the pictures of the other would be missing"
