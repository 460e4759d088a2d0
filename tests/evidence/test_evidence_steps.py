"""The evidence in steps: kept when done, resumed without doing them again, told together, and made into its page."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from wutong.experiments import reopening
from wutong.experiments.answers import Answer, Column
from wutong.experiments.documents.evidence import LANGUAGES, evidence_text, write_evidence
from wutong.experiments.errors import BadInputError, FolderError, ResultsError
from wutong.experiments.evidence import outputs
from wutong.experiments.evidence.hindcasts import HINDCASTS
from wutong.experiments.evidence.outputs import Asked, asked_in, begun, carried_out, chosen, kept_answers
from wutong.experiments.evidence.steps import STEPS, Done, Setting, Step
from wutong.experiments.manifest import Status, read_manifest
from wutong.experiments.runner import Runs, silent
from wutong.model.facts import Label

NAME = Label("步骤", "A step")


def answer(key, *cells):
    columns = {"a": Column(Label("甲", "A"), "1"), "b": Column(Label("乙", "B"))}
    return Answer(key, columns, (cells,), Label("中文句", f"Said of {key}."))


@pytest.fixture
def steps(monkeypatch):
    ran = []

    def step(key, cells, *, stops=False):
        def run(setting, progress):
            ran.append(key)
            if stops and ran.count(key) == 1:
                raise KeyboardInterrupt
            return Done((answer("shared", *cells), answer(key, *cells)))

        return Step(key, NAME, run)

    made = {"one": step("one", (1, None)), "two": step("two", (2.5, "x"), stops=True), "three": step("three", (3, "y"))}
    monkeypatch.setattr(outputs, "STEPS", made)
    return ran


def test_finished_steps_are_kept_and_the_rest_is_resumed(steps, tmp_path):
    folder = begun(Asked(("one", "two", "three"), 4, None, 50, 7), tmp_path / "out", 1)
    with pytest.raises(KeyboardInterrupt):
        carried_out(folder, 1, "en")
    assert read_manifest(folder).status is Status.INTERRUPTED
    begins = []
    words = carried_out(folder, 1, "zh", told=begins.append)
    assert steps == ["one", "two", "two", "three"] and len(begins) == 2
    assert read_manifest(folder).status is Status.COMPLETE
    assert (folder / "shared.csv").read_text(encoding="utf-8-sig").splitlines() == ["a,b", "1,", "2.5,x", "3,y"]
    assert "Said of two." in words.en and "中文句" in (folder / "answer.txt").read_text(encoding="utf-8")
    assert [a.key for a in kept_answers(folder)] == ["shared", "one", "two", "three"]


def test_steps_that_are_cut_short_or_lack_files_are_done_again(steps, tmp_path):
    folder = begun(Asked(("one",), 4, None, 50, 7), tmp_path / "out", 1)
    (folder / "parts").mkdir()
    (folder / "parts" / "somebody's.txt").write_text("note", encoding="utf-8")
    for broken in ("", '{"files": []', '{"files": ["posteriors/gone.csv"], "answers": []}'):
        (folder / "steps").mkdir(exist_ok=True)
        (folder / "steps/one.json").write_text(broken, encoding="utf-8")
        carried_out(folder, 1, "en")
    assert steps == ["one"] * 3 and (folder / "parts/somebody's.txt").exists()


@pytest.mark.parametrize("question", [{"name": "evidence"}, {"name": "evidence", "steps": ["funnle"], "n": 1}, {"steps": 3}])
def test_a_record_that_was_edited_is_refused_in_words(steps, tmp_path, question):
    folder = begun(Asked(("one",), 4, None, 50, 7), tmp_path / "out", 1)
    record = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    (folder / "manifest.json").write_text(json.dumps({**record, "question": question}), encoding="utf-8")
    with pytest.raises(FolderError, match="not as it was written"):
        carried_out(folder, 1, "en")
    del record["checksum"]
    (folder / "manifest.json").write_text(json.dumps({**record, "question": question}), encoding="utf-8")
    with pytest.raises(BadInputError):
        carried_out(folder, 1, "en")


def test_an_interruption_within_the_runs_keeps_no_half_of_them(monkeypatch):
    monkeypatch.setattr("wutong.experiments.evidence.steps.run_cases", lambda *_, **__: Runs((), (), 3, interrupted=True))
    with pytest.raises(KeyboardInterrupt):
        STEPS["goals"].run(Setting(Path(), n=2), silent)


def test_a_changed_model_is_not_mixed_with_what_stands(steps, tmp_path, monkeypatch):
    folder = begun(Asked(("one",), 4, None, 50, 7), tmp_path / "out", 1)
    monkeypatch.setattr(reopening, "code_of_model", lambda *_: "other")
    with pytest.raises(BadInputError, match="begin anew"):
        carried_out(folder, 1, "en")


def test_steps_by_name():
    assert chosen(()) == tuple(STEPS)
    assert chosen(("scorecard", "funnel")) == ("funnel", "scorecard")
    with pytest.raises(BadInputError, match="did you mean 'scorecard'"):
        chosen(("scorecrad",))


def test_the_pages_are_made_of_a_small_folder_of_everything(tmp_path, monkeypatch):
    """Steps of every kind at their smallest: every table of both pages is filled."""
    episodes = tuple(one for one in HINDCASTS if one.name == "laptop_episode")
    monkeypatch.setattr("wutong.experiments.calibration.posterior.FEWEST", 2.0)
    monkeypatch.setattr("wutong.experiments.hindcast.episode.FEWEST", 1.0)
    monkeypatch.setattr("wutong.experiments.evidence.steps.HINDCASTS", episodes)
    monkeypatch.setattr("wutong.experiments.evidence.hindcasts.HINDCASTS", episodes)
    monkeypatch.setattr("wutong.experiments.evidence.steps.LANGUAGES", ("zh",))
    steps = tuple(key for key in STEPS if key != "turnover")
    folder = begun(Asked(steps, 2, 60, 50, 1), tmp_path / "out", 1)
    carried_out(folder, 1, "en")
    said = {
        "en": ("| emergent |", "laptop_episode", "| Software revenue |", "| Tied partners of a laptop maker", "(evidence.zh.md)"),
        "zh": ("| 涌现 |", "laptop_episode", "| 软件业务收入 |", "| 每家笔电龙头的关联配套企业数", "(evidence.md)"),
    }
    texts = {language: evidence_text(kept_answers(folder), asked_in(read_manifest(folder)), language) for language in LANGUAGES}
    for language, text in texts.items():
        assert not [expected for expected in said[language] if expected not in text]
        assert "{{" not in text and "nan" not in text
    lines = [[line.count(" | ") for line in text.splitlines() if line.startswith("|")] for text in texts.values()]
    assert lines[0] == lines[1], "the tables are twins"
    heads = [line for line in texts["zh"].splitlines() if line.startswith("| ") and "| --- |" not in line]
    assert all(re.search("[\u4e00-\u9fff]", line) for line in heads)
    assert {p.name for p in (folder / "posteriors").iterdir()} == {"laptop_wave.csv", "funnel.csv"}
    assert not (folder / "parts").exists()
    pictures = {p.stem for p in (folder / "figures" / "zh").glob("*.png")}
    assert pictures == {"scorecard", "goals-by-entry", "posterior-laptop_wave", "posterior-funnel", "hindcast-laptop_episode"}


def test_an_unfinished_folder_makes_no_page(steps, tmp_path):
    folder = begun(Asked(("one",), 4, None, 50, 7), tmp_path / "out", 1)
    with pytest.raises(ResultsError, match="no finished folder"):
        write_evidence(folder)
    assert json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["question"]["steps"] == ["one"]
