"""The report: its structure, its numbers, its truthfulness where little is known."""

from __future__ import annotations

import csv
import json
import re
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.report.reading_pages import SPOKEN, Node, table_rows, tree
from wutong.experiments.commands import app
from wutong.experiments.errors import FolderError
from wutong.experiments.experiment import Experiment, begun, carried_out
from wutong.experiments.outputs import Pictures
from wutong.experiments.plan import Request, plan_of
from wutong.experiments.questions import Compare, Dose, Goals, Question, Sensitivity
from wutong.experiments.reopening import reopened
from wutong.experiments.report import report, write_report
from wutong.experiments.report.cells import Ranged, units_for
from wutong.experiments.report.pictures import Letters, tidied
from wutong.experiments.report.record import spans
from wutong.experiments.runner import Workers
from wutong.experiments.store import FILE, Access, Failed, opened
from wutong.experiments.wording import scale_for

TOWN = """format: 1
extends: sophia_antipolis
title: {zh: 小镇, en: Town}
targets:
  firms_2004:
    label: {zh: 企业数, en: Firms}
    measure: firms
    scope: all
    at_least: 1250 家
    by: 2004Q2
    source: "made up"
  revenue_2010:
    label: {zh: 收入, en: Revenue}
    measure: revenue
    scope: all
    at_least: 100 亿元
    by: 2010Q4
    basis: year
    source: "made up"
"""
ODD = """format: 1
title: {zh: '甲<b>“方案”', en: '<script>alert(1)</script> & "more"'}
settings:
  - {lever: seed_fund, level: 2 亿元/年, start: 2004Q1}
"""


def made(place: Path, question: Question, policies: tuple[str, ...], n: int) -> Path:
    """A folder of results without pictures of its own."""
    (place / "town.yaml").write_text(TOWN, encoding="utf-8")
    (place / "odd.yaml").write_text(ODD, encoding="utf-8")
    named = tuple(str(place / f"{name}.yaml") if name == "odd" else name for name in policies)
    plan = plan_of(Request((str(place / "town.yaml"),), named, tuple(range(n)), until="2004Q3"))
    carried_out(begun(plan, place / "out", 1, question), Workers(1), Pictures(languages=()))
    return place / "out"


@pytest.fixture(scope="module")
def compared(tmp_path_factory) -> Path:
    return made(tmp_path_factory.mktemp("compared"), Compare(), ("none", "odd"), 3)


@pytest.fixture(scope="module")
def text(compared) -> str:
    return report(compared, "en")


@pytest.fixture(scope="module")
def root(text) -> Node:
    return tree(text)


@pytest.fixture
def single(tmp_path, monkeypatch) -> Path:
    monkeypatch.setattr(Goals, "draw", lambda *_: ())
    return made(tmp_path, Goals(), ("none",), 1)


def lessened(folder: Path, drop: int | None = None, fail: int = 0) -> Experiment:
    """Take runs out of a folder, all if None, and let the first of them count as failed."""
    experiment = reopened(folder)
    with opened(folder / FILE, Access.WRITE) as store:
        gone = experiment.ids if drop is None else experiment.ids[-drop:]
        store.drop(gone)
        store.add([], None, {run: Failed("2004Q1", "ValueError: <boom>", "") for run in gone[:fail]})
    return experiment


# ── Structure ────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_ids_are_unique_and_whatever_is_pointed_at_is_there(root):
    ids = [node.attributes["id"] for node in root.all() if "id" in node.attributes]
    assert len(ids) == len(set(ids)) > 100
    pointed = [
        place
        for node in root.all()
        for key in ("href", "aria-labelledby", "aria-describedby", "data-table")
        if (place := (node.attributes.get(key) or "").removeprefix("#"))
    ]
    clips = re.findall(r"url\(#([^)]*)\)", " ".join(str(v) for n in root.all() for v in n.attributes.values()))
    assert len(pointed) > 100 and clips
    assert set(pointed) | set(clips) <= set(ids)


def test_nothing_is_fetched_from_anywhere(root, text):
    assert not root.all("img", "link", "iframe", "object", "embed", "image")
    for node in root.all():
        assert not {"src", "srcset", "xlink:href", "action"} & node.attributes.keys()
        assert (node.attributes.get("href") or "#").startswith("#")
    assert not re.findall(r"https?://|@import|@font-face|url\((?!#)", text)
    policy = next(m for m in root.all("meta") if m.attributes.get("http-equiv") == "Content-Security-Policy")
    assert (policy.attributes["content"] or "").startswith("default-src 'none'")


@pytest.mark.parametrize("language", SPOKEN)
def test_headings_descend_in_order_under_one_title(root, language):
    article = root.by_id(language)
    names = [node.name for node in article.all("h1", "h2", "h3", "h4")]
    assert names[0] == "h1" and set(names[1:]) == {"h2"}
    for section in article.all("section"):
        assert section.all("h2")[0].attributes["id"] == section.attributes["aria-labelledby"]
    assert [len(root.all(name)) for name in ("main", "header")] == [1, 1]
    assert root.by_id("main") and root.all("a")[0].attributes["href"] == "#main", "the first link skips to the report"


def test_both_languages_say_the_same_things_each_in_its_own(root):
    articles = [root.by_id(language) for language in SPOKEN]
    shapes = [
        [(node.name, (node.attributes.get("id") or "").partition("-")[2]) for node in a.all("section", "table", "figure", "tr")]
        for a in articles
    ]
    assert shapes[0] == shapes[1]
    for article, foreign in zip(articles, ("[a-z]{4} [a-z]{3}", "[\u4e00-\u9fff]{5}"), strict=True):
        for heading in article.all("h1", "h2", "figcaption", "caption", "p"):
            assert not re.search(foreign, heading.text.replace("script", "")), heading.text
    assert "hidden" in articles[0].attributes and "hidden" not in articles[1].attributes, "it opens in the language asked for"


def test_every_picture_says_what_it_shows(root):
    drawings = [svg for svg in root.all("svg") if svg.attributes.get("aria-hidden") != "true"]
    assert len(drawings) == 8
    for svg in drawings:
        assert svg.attributes["role"] == "img"
        said = root.by_id(svg.attributes["aria-labelledby"] or "").text
        assert len(re.findall(r"\d", said)) >= 2 and said.count(".") + said.count("。") >= 1, said
        assert "viewbox" in svg.attributes


def test_tables_can_be_sorted_read_aloud_and_copied(root):
    for table in root.all("main")[0].all("table"):
        assert table.all("caption")[0].text
        shown = [h for h in table.all("thead")[0].all("th") if "hidden" not in h.attributes]
        for heading in shown:
            assert heading.attributes["scope"] == "col" and heading.attributes["aria-sort"] == "none"
            assert heading.all("button")[0].attributes["type"] == "button"
        for row in table.all("tbody")[0].all("tr"):
            assert row.all("th", "td")[0].attributes["scope"] == "row"
        for cell in table.all("td"):
            assert "data-value" not in cell.attributes or float(cell.attributes["data-value"]) is not None
        assert [b for b in root.all("button") if b.attributes.get("data-table") == table.attributes["id"]]


def test_it_is_small(text):
    assert len(text.encode()) < 5_000_000


# ── Numbers ──────────────────────────────────────────────────────────────────────────────────────────────────────────
NAMES = {
    "zh": ("目标", "政策方案", "不新增政策", "达到的可能性", "目标值", "中位数", "缺口"),
    "en": ("Goal", "Policy", "No new policy", "Chance", "Asked for", "Median", "Missing"),
}


@pytest.mark.parametrize("language", SPOKEN)
def test_goals_are_those_of_the_summary(root, compared, language):
    with (compared / "summary.csv").open(encoding="utf-8-sig", newline="") as file:
        summary = {(r[f"title_{language}"], r["policy"]): r for r in csv.DictReader(file)}
    goal, policy, nothing, chance, asked, median, missing = NAMES[language]
    columns = json.loads((compared / "columns.json").read_text(encoding="utf-8"))["summary.csv"]
    shown = table_rows(root.by_id(f"{language}-goals").all("table")[0])
    assert len(shown) == len(summary) == 4
    for row in shown:
        told = summary[row[goal].text, "none" if row[policy].text == nothing else "odd"]
        factor = scale_for(told["unit"], float(told["at_least"]), language).factor
        assert float(row[asked].attributes["data-value"]) == pytest.approx(float(told["at_least"]) * factor)
        if told["judged"] == "no":
            assert "data-value" not in row[chance].attributes and row[median].text == "–"
            continue
        for name, key in ((median, "median"), (missing, "shortfall"), (columns["q05"][language], "q05")):
            assert float(row[name].attributes["data-value"]) == pytest.approx(float(told[key]) * factor, rel=1e-5)
        for name, key in ((chance, "prob"), (columns["prob_low"][language], "prob_low")):
            assert float(row[name].attributes["data-value"]) == pytest.approx(float(told[key]), abs=1e-6)
    assert any(r["judged"] == "yes" for r in summary.values()) and any(r["judged"] == "no" for r in summary.values())


def test_the_comparison_is_that_of_its_table(root, compared):
    with (compared / "comparison.csv").open(encoding="utf-8-sig", newline="") as file:
        told = next(r for r in csv.DictReader(file) if r["target"] == "firms_2004" and r["policy"] == "odd")
    row = next(r for r in table_rows(root.by_id("en-results").all("table")[0]) if "alert" in r["Policy"].text)
    assert float(row["Mean difference (90% interval)"].attributes["data-value"]) == pytest.approx(float(told["mean"]), rel=1e-5)


def test_numbers_of_one_unit_share_a_scale_and_no_share_is_certain():
    units = units_for([Ranged(60000.0, unit="persons"), Ranged(500.0, unit="persons")], "zh")
    assert [units.plain(v, "persons").text for v in (60000.0, 500.0)] == ["6", "0.05"]
    shares = units_for([Ranged(1.0, 0.816, 1.0, "share")], "en")
    assert shares.cells(Ranged(1.0, 0.816, 1.0, "share"), "en")[0].text == ">81%"
    assert shares.cells(Ranged(0.0, 0.0, 0.184, "share"), "en")[0].text == "<19%"
    assert shares.cells(Ranged(None, unit="share"), "en")[0].text == "–"


def test_replications_in_words():
    assert spans([5, 0, 1, 2, 4]) == "0–2, 4–5" and spans([]) == "" and spans([7]) == "7"


# ── Safety ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_names_are_text_and_never_markup(root, text):
    assert len(root.all("script")) == 1, "only the report's own"
    assert "<script>alert" not in text and "甲<b>" not in text and not root.all("b")
    assert '<script>alert(1)</script> & "more"' in root.by_id("en-results").text
    assert "甲<b>“方案”" in root.by_id("zh-answer").text


def test_pictures_share_letters_and_keep_names_apart():
    drawn = (
        '<?xml version="1.0"?><svg viewBox="0 0 9 9"><defs><style type="text/css">*{}</style></defs><!-- a < b -->'
        '<g id="axes_1"><clipPath id="pA"><path d="M 1.23456 0"/></clipPath><g clip-path="url(#pA)"><path id="F-1" d="M 0 0 \n'
        'L 1 1" transform="scale(0.015625)"/><use xlink:href="#F-1"/></g></g></svg>'
    )
    letters = Letters()
    one, other = tidied(drawn, "a-", letters), tidied(drawn, "b-", letters)
    assert 'id="a-pA"' in one and "url(#b-pA)" in other and "axes_1" not in one and "M 1.23 0" in one
    assert one.count('href="#letter0"') == other.count('href="#letter0"') == 1
    assert letters.svg().count("<path") == 1 and "<style" not in one and "<!--" not in one


# ── Little or nothing known ──────────────────────────────────────────────────────────────────────────────────────────
def test_a_single_run_is_called_one(single):
    article = tree(report(single, "zh")).by_id("zh")
    assert "只有一次运行" in article.all("div")[1].text
    rows = table_rows(article.all("table")[0])
    assert "至" not in rows[0]["中位数"].text, "one run has no range"
    assert rows[1]["达到的可能性"].text == "未判定"


def test_when_all_runs_failed_it_says_so_and_nothing_else(single):
    lessened(single, fail=1)
    root = tree(report(single, "en"))
    answer, record = root.by_id("en-answer").text, root.by_id("en-provenance")
    assert "No run finished: 1 of 1 failed" in answer and "no answer" in answer
    assert "ValueError: <boom>" in record.text and not root.all("figure") and not root.by_id("en-goals").all("table")


def test_an_unfinished_comparison_says_what_it_rests_on(compared, tmp_path, monkeypatch):
    folder = tmp_path / "out"
    shutil.copytree(compared, folder)
    monkeypatch.setattr(Compare, "draw", lambda *_: ())
    lessened(folder, drop=3, fail=1)
    answer = tree(report(folder, "en")).by_id("en-answer").text
    assert "not finished: of 6 runs planned, 2 have not run" in answer
    assert "1 of 6 runs failed" in answer and "No run finished of" in answer and "Runs are few (3)" in answer
    assert not re.search(r"\bnan\b", answer, re.IGNORECASE)


def test_a_dose_of_which_only_the_comparison_ran_draws_nothing(tmp_path):
    folder = made(tmp_path, Dose(lever="seed_fund", levels=(1.0,)), ("none",), 2)
    whole = report(folder, "zh")
    assert whole == report(folder, "zh"), "the same folder gives the same bytes"
    assert len(tree(whole).all("figure")) == 2
    lessened(folder, drop=2)
    assert not tree(report(folder, "zh")).all("figure")


# ── The command ──────────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_command_overwrites_its_own_report_and_no_other_file(single, tmp_path):
    def invoke(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(app, ["report", *words], catch_exceptions=False)
        return done.exit_code, done.stdout + done.stderr

    assert invoke(str(single), "--lang", "zh") == (0, f"报告：{single / 'report.html'}\n")
    first = (single / "report.html").read_bytes()
    assert invoke(str(single), "--lang", "en", "-q") == (0, "")
    assert (single / "report.html").read_bytes() != first
    (tmp_path / "mine.html").write_text("mine", encoding="utf-8")
    code, said = invoke(str(single), "--out", str(tmp_path / "mine.html"), "--lang", "en")
    assert code == 2 and "nothing is overwritten" in said
    assert (tmp_path / "mine.html").read_text(encoding="utf-8") == "mine"
    assert invoke(str(tmp_path / "nowhere"))[0] == 2
    with pytest.raises(FolderError, match="cannot be written"):
        write_report(single, tmp_path / "no" / "such" / "folder.html")


def test_what_the_answer_hangs_on_is_shown_with_its_picture(tmp_path):
    folder = made(tmp_path, Sensitivity(), ("none", "odd"), 40)
    for language in ("zh", "en"):
        root = tree(report(folder, language))
        tables = root.by_id(f"{language}-results").all("table")
        assert tables and "firms_2004" not in tables[0].text
        assert all("nan" not in cell for row in table_rows(tables[0]) for cell in row)
        assert root.by_id(f"{language}-pictures").all("svg")
