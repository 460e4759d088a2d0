"""Questions at the command line: what they run and write, that they can be taken up again, and what they refuse."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.sketches import sketch
from wutong.experiments.commands import app
from wutong.experiments.commands.comparing import POLICIES
from wutong.experiments.errors import FolderError
from wutong.experiments.manifest import read_manifest
from wutong.experiments.questions import QUESTIONS, question_in
from wutong.experiments.reading import list_policies
from wutong.experiments.reopening import reopened
from wutong.experiments.store import FILE, Access, opened
from wutong.model.levers import LEVERS
from wutong.model.measures import MEASURES

SHORT = ("sophia_antipolis", "-n", "3", "--jobs", "1", "--until", "2004Q4", "--lang", "en")
TOWN = ("baseline", "-n", "2", "--jobs", "1", "--until", "2023Q1", "--lang", "en")
SOON = ("--set", "clock.end=2023Q4", "--set", "targets.software_firms_2025.by=2023Q4")
GOALS = ("baseline", "-n", "2", "--jobs", "1", *SOON, "--goal", "software_firms_2025", "--lang", "en")
TWO = ("--policy", "none", "--policy", "balanced")


TWO_LEVERS = """format: 1
title: {zh: 两个工具, en: Two levers}
settings:
  - {lever: seed_fund, level: 1 亿元/年, start: 2003Q3}
  - {lever: talent_programme, level: 2000, start: 2003Q3}
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    sketch(monkeypatch)  # how the pictures look is asked of each of them elsewhere
    (tmp_path / "two.yaml").write_text(TWO_LEVERS, encoding="utf-8")
    return tmp_path


def invoke(*words: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, list(words), catch_exceptions=False)
    return done.exit_code, done.stdout, done.stderr


def rows(path: str) -> list[dict[str, str]]:
    with Path(path).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


ASKED = {
    "compare": (("compare", *SHORT, *TWO), {"comparison", "benefits", "separation"}),
    "levers": (("levers", *SHORT, "--money", "0.5"), {"tornado"}),
    "dose": (("levers", *SHORT, "--dose", "seed_fund", "--level", "1", "--level", "3"), {"dose_response"}),
    "mix": (("levers", *SHORT, "--mix", "two.yaml"), {"mix"}),
    "goals": (("goals", *GOALS), {"goals_in_depth", "shortfall", "goals_by_year", "conditions"}),
    "late": (("goals", *GOALS, "--late", "balanced"), {"last_starts"}),
    "attribute": (("attribute", *TOWN, "--of", "quanta", "--together", "crmicro_12+pingan"), {"attribution"}),
    "chain": (("chain", *TOWN), {"chain", "chain_links"}),
    "sensitivity": (("sensitivity", *SHORT, *TWO, "-n", "6"), {"sensitivity", "sensitivity_ranking", "sensitivity_places"}),
}


@pytest.mark.parametrize("name", ASKED)
def test_a_question_is_answered_in_tables_words_and_pictures_and_taken_up_again_to_the_same_bytes(name, here):
    words, tables = ASKED[name]
    code, said, _ = invoke(*words, "--out", "out")
    assert code == 0 and len(said) > 200
    dictionary = json.loads((here / "out/columns.json").read_text(encoding="utf-8"))
    for table in tables:
        found = rows(f"out/{table}.csv")
        assert found and set(found[0]) == set(dictionary[f"{table}.csv"])
    assert (here / "out/answer.txt").read_text(encoding="utf-8").strip() in said
    assert {path.suffix for path in (here / "out/figures").iterdir()} == {".png", ".svg"}
    whole = {p.name: p.read_bytes() for p in (here / "out").glob("*.csv")}
    with opened(here / "out" / FILE, Access.WRITE) as store:
        store.drop(sorted(store.complete())[::2])
    code, again, _ = invoke("resume", "out", "--lang", "en", "--jobs", "1")
    assert code == 0 and again.replace("\n", "") == said.replace("\n", "")
    assert {p.name: p.read_bytes() for p in (here / "out").glob("*.csv")} == whole


def test_every_question_is_asked_by_a_command():
    assert set(QUESTIONS) - {"goals", "conditions"} <= set(ASKED)


def test_the_policies_that_are_compared_by_default_come_with_it():
    assert set(POLICIES) <= set(list_policies()) and len(POLICIES) == 10


def test_a_policy_of_another_name_and_the_same_settings_is_said_to_be_a_tie(here):
    (here / "twin.yaml").write_text("format: 1\nextends: balanced\ntitle: {zh: 孪生, en: Twin}\n", encoding="utf-8")
    code, said, _ = invoke("compare", *SHORT, "--policy", "balanced", "--policy", "twin.yaml", "--out", "out")
    assert code == 0 and "exactly" in said
    for row in rows("out/comparison.csv"):
        if row["policy"] == "twin" and row["pairs"] == "0":
            assert MEASURES[row["measure"]].ratio and row["mean"] == row["equal"] == "", "undefined, and so not compared"
        elif row["policy"] == "twin":
            assert float(row["mean"]) == 0.0 and float(row["equal"]) == 1.0


def test_precision_adds_replications_until_it_is_reached_and_no_more_than_asked_for(here):
    code, _, err = invoke("compare", *SHORT, *TWO, "--precision", "1e9", "--most", "40", "--out", "out")
    assert code == 0
    assert read_manifest(here / "out").replications == list(range(30)), "thirty pairs at least"
    assert "going on to" in err
    assert len(reopened(here / "out").plan.cases) == 60
    code, _, _ = invoke(
        "compare", *SHORT, "--policy", "none", "--policy", "talent_first", "--precision", "0", "--most", "8", "--out", "most"
    )
    assert code == 0 and len(read_manifest(here / "most").replications) == 8


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("compare", *SHORT, "--policy", "none"), "two policies"),
        (("compare", *SHORT, *TWO, "--baseline", "nobody"), "nobody"),
        (("levers", *SHORT, "--dose", "seed"), "seed_fund"),
        (("levers", *SHORT, "--dose", "seed_fund", "--level", "99"), "highest value 5"),
        (("levers", *SHORT, "--mix", "none"), "two levers"),
        (("levers", *SHORT, "--mix", "balanced", "--dose", "seed_fund"), "exclude"),
        (("levers", *SHORT, "--dose", "seed_fund", "--measure", "revenues"), "revenue"),
        (("levers", *SHORT, "--dose", "seed_fund", "--scope", "softwar"), "scope"),
        (("levers", *SHORT, "--dose", "seed_fund", "--date", "2031Q1"), "2031Q1"),
        (("chain", *SHORT, "--date", "soon"), "soon"),
        (("attribute", *TOWN, "--of", "quantas"), "quanta"),
        (("goals", *TOWN), "no goal within the run"),
        (("goals", *GOALS, "--goal", "software"), "unknown goal"),
        (("goals", *GOALS, "--late", "none"), "sets no lever"),
        (("attribute", *TOWN, "--together", "quanta"), "one+other"),
    ],
)
def test_what_cannot_be_asked_is_refused_before_any_run(words, said, here):
    code, _, err = invoke(*words, "--out", "out")
    assert code == 2 and said in err and len(err.splitlines()) <= 3
    assert not (here / "out").exists()


def test_a_question_that_is_not_known_is_refused_in_words(here):
    invoke("chain", *SHORT, "--out", "out", "-q")
    path = here / "out/manifest.json"
    record = {key: value for key, value in json.loads(path.read_text(encoding="utf-8")).items() if key != "checksum"}
    path.write_text(json.dumps({**record, "question": {"name": "riddle"}}), encoding="utf-8")
    with pytest.raises(FolderError, match="riddle"):
        question_in(read_manifest(here / "out"))
    code, _, err = invoke("resume", "out", "--lang", "zh")
    assert code == 2 and "无法识别" in err


def test_levers_at_equal_cost_keep_the_levels_that_were_found(here):
    invoke("levers", *SHORT, "--money", "0.5", "--out", "out", "-q")
    kept = question_in(read_manifest(here / "out"))
    assert len(kept.levels) == len(LEVERS)
    found = {row["lever"]: row for row in rows("out/tornado.csv")}
    assert set(found) == set(LEVERS)
    for row in found.values():
        assert row["spent"] == "no" or abs(float(row["cost"]) - 0.5) < 0.05
