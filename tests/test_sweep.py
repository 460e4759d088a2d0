"""A design from its file to its tables, and taken up again."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from typer.testing import CliRunner

from wutong.experiments.commands import app

DESIGN = """format: 1
title: {zh: 人才与落户, en: People and subsidy}
scenarios: [short]
policies: [none, balanced]
replications: 2
method: latin_hypercube
n: 4
factors:
  growth.people: {log_uniform: [3000, 9000]}
  levers.landing_subsidy: {values: {none: 0%, full: 10%}}
"""
SHORT = "format: 1\nextends: sophia_antipolis\ntitle: {zh: 短, en: Short}\nclock: {end: 2006Q4}\n"


def invoke(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, list(words), catch_exceptions=False)
    return done.exit_code, done.output


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MPLCONFIGDIR", str(tmp_path / "mpl"))
    (tmp_path / "short.yaml").write_text(SHORT, encoding="utf-8")
    (tmp_path / "people.yaml").write_text(DESIGN, encoding="utf-8")
    return tmp_path


def test_a_design_runs_names_its_points_and_can_be_taken_up_again(here: Path) -> None:
    code, said = invoke("sweep", "people.yaml", "--jobs", "1", "--lang", "zh", "--out", "out", "-q")
    assert code == 0, said
    points, runs = rows(here / "out" / "points.csv"), rows(here / "out" / "runs.csv")
    assert len(points) == 4 and len(runs) == 4 * 2 * 2
    assert {run["scenario"].partition("@")[2] for run in runs} == {point["point"] for point in points}
    assert all(float(run["firms.all.2003Q4"]) > 0 for run in runs)
    before = (here / "out" / "runs.csv").read_bytes()
    (here / "people.yaml").unlink()
    assert invoke("resume", "out", "--lang", "en", "-q") == (0, "")
    assert (here / "out" / "runs.csv").read_bytes() == before
    assert invoke("rerun", "out", runs[5]["run"], "--lang", "en") == (0, "The same as what is kept.\n")


def test_more_points_or_another_policy_change_no_run(here: Path) -> None:
    invoke("sweep", "people.yaml", "--jobs", "1", "--lang", "zh", "--out", "few", "-q")
    listed = DESIGN.replace("replications: 2", "replications: 3").replace("[none, balanced]", "[none, balanced, seed_only]")
    (here / "policies").mkdir()
    text = "format: 1\ntitle: 试\nsettings: [{lever: seed_fund, level: 1}]\n"
    (here / "policies" / "seed_only.yaml").write_text(text, encoding="utf-8")
    (here / "more.yaml").write_text(listed, encoding="utf-8")
    assert invoke("sweep", "more.yaml", "--jobs", "1", "--lang", "zh", "--out", "more", "-q")[0] == 0
    few, more = ({row["run"]: row for row in rows(here / name / "runs.csv")} for name in ("few", "more"))
    assert few.keys() < more.keys() and len(more) == 4 * 3 * 3
    assert all(more[run] == row for run, row in few.items())


def test_a_wrong_design_is_refused_before_anything_is_written(here: Path) -> None:
    (here / "wrong.yaml").write_text(DESIGN.replace("growth.people", "growth.peple"), encoding="utf-8")
    code, said = invoke("sweep", "wrong.yaml", "--lang", "en", "--out", "out")
    assert code == 2 and "growth.people" in said and not (here / "out").exists()


def test_a_dry_run_counts_the_runs(here: Path) -> None:
    code, said = invoke("sweep", "people.yaml", "--dry-run", "--lang", "en")
    assert code == 0 and said.startswith("16 runs")
