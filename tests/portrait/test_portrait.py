"""A portrait of one world: families that hold everybody once, a ledger as a table, words that count right, and the command."""

from __future__ import annotations

import csv
import dataclasses
import functools
import json
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from tests import worlds
from wutong.experiments import plan
from wutong.experiments.commands import app
from wutong.experiments.errors import BadInputError, ResultsError
from wutong.experiments.identity import content_of
from wutong.experiments.portrait import world
from wutong.experiments.portrait.among import places, usual
from wutong.experiments.portrait.families import ROOT, Family, Kind, families, family_of, tree
from wutong.experiments.portrait.sites import sites_at
from wutong.experiments.portrait.tables import COLUMNS, ledger_table
from wutong.experiments.portrait.words import told
from wutong.experiments.portrait.world import Portrait, portrait
from wutong.experiments.reading import read_scenario
from wutong.model.codes import Channel
from wutong.model.facts import Label
from wutong.model.scenario import Case, LeverSetting
from wutong.model.simulate import simulate
from wutong.model.tables import NONE
from wutong.model.units import NEVER, quarter_name

RECRUITING = worlds.policy(LeverSetting("anchor_recruitment", 3.0, worlds.FIRST), name="recruiting")


@functools.cache
def seen(kind: str = "toy") -> Portrait:
    """A toy world of four years; without anchors, or of one quarter with nobody but an anchor to come."""
    park = worlds.toy_park(anchors=()) if kind == "no anchor" else worlds.toy_park()
    if kind == "empty":
        late = worlds.new_anchor(worlds.START + 400)
        nobody = worlds.with_segments(park, firms=worlds.fixed(0.0), staff=worlds.fixed(0.0), entry=worlds.fixed(0.0))
        park = dataclasses.replace(nobody, anchors=(late,), labs=(), pipeline=dataclasses.replace(park.pipeline, signed=()))
    scenario = worlds.toy_scenario(park, 1 if kind == "empty" else 16)
    return portrait(Case(scenario, RECRUITING if kind == "toy" else worlds.NO_POLICY, 3))


KINDS = ("toy", "no anchor", "empty")


# ── Families ─────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("kind", KINDS)
def test_every_firm_that_goes_back_to_anybody_is_in_one_family(kind):
    of, ledger = seen(kind), seen(kind).ledger
    found = families(of)
    members = [row for family in found for row in family.members]
    assert len(members) == len(set(members))
    back = (ledger.anchor != NONE) | (ledger.lab != NONE) | (ledger.parent != NONE)
    assert set(np.flatnonzero(back).tolist()) == set(members)
    assert [f.key for f in found if f.kind is Kind.LAB] == [lab.key for lab in of.park.labs]
    assert sum(f.kind is Kind.ANCHOR for f in found) == len(ledger.anchors)
    assert [len(f.members) for f in found] == sorted((len(f.members) for f in found), reverse=True)
    for family in found:
        assert set(family.parents) <= {ROOT, *family.members}
        for row, parent in zip(family.members, family.parents, strict=True):
            assert ledger.born[row] >= family.since
            assert parent == ROOT or ledger.born[parent] < ledger.born[row]


def test_families_are_found_by_name_and_others_are_refused():
    of = seen()
    assert family_of(of, "new_maker").members == families_by_key(of)["new_maker"].members
    assert family_of(of, "institute").kind is Kind.LAB
    assert family_of(of, "recruited_1").label.en.startswith("Recruited anchor 1")
    with pytest.raises(BadInputError) as refused:
        family_of(of, "new_makr")
    assert "new_maker" in refused.value.message.zh and "did you mean" in refused.value.message.en.lower()
    with pytest.raises(BadInputError):
        family_of(of, "recruited_99")


def families_by_key(of: Portrait) -> dict[str, Family]:
    return {family.key: family for family in families(of)}


@pytest.mark.parametrize("room", [3, 6, 20, 500])
def test_a_tree_holds_all_within_its_room_and_no_branch_crosses_a_line(room):
    of, born = seen(), seen().ledger.born
    for family in families(of)[:8]:
        lines = tree(of, family, room)
        assert sorted(row for line in lines for row in line.firms) == sorted(family.members)
        assert len(lines) <= max(room, 2) and lines[0].firms == ()
        if len(family.members) < room:
            assert not any(line.folded for line in lines)
        parents = dict(zip(family.members, family.parents, strict=True))
        for number, line in enumerate(lines[1:], start=1):
            assert line.parent < number and not lines[line.parent].folded
            between = [row for other in lines[line.parent + 1 : number] for row in other.firms]
            assert all(born[row] >= born[line.firms[0]] for row in between)
            if not line.folded:
                above = lines[line.parent].firms
                assert (above[0] if above else ROOT) == parents[line.firms[0]]


# ── Sites, table, words ──────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("kind", KINDS)
def test_sites_hold_the_firms_and_the_floor_of_the_measures(kind):
    of = seen(kind)
    for row, quarter in enumerate(range(of.ledger.start, of.ledger.end + 1)):
        sites = sites_at(of, quarter)
        assert sum(len(site.firms) for site in sites) == of.history.total("firms")[row, 0]
        assert sum(int(site.by_industry.sum()) for site in sites) == of.history.total("firms")[row, 0]
        assert sum(site.staff for site in sites) == pytest.approx(of.history.total("employees")[row, 0])
        assert [site.floor for site in sites[:-1]] == of.history.values["floor"][row, 0].tolist()
        assert sites[-1].floor is None
    with pytest.raises(ValueError, match="cover"):
        sites_at(of, of.ledger.end + 1)


def test_the_table_says_what_the_ledger_says():
    of, ledger = seen(), seen().ledger
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in ledger_table(of, Label("", "")).rows]
    assert len(rows) == ledger.n_firms == len({row["key"] for row in rows})
    for number, row in enumerate(rows):
        assert row["firm"] == number + 1
        assert row["ended"] == (quarter_name(int(ledger.ended[number])) if ledger.ended[number] < NEVER else None)
        assert row["channel"] == Channel(int(ledger.channel[number])).name.lower()
        assert row["parent"] is None or rows[row["parent"] - 1]["born"] < row["born"]
        assert 0.0 < row["staff_first"] <= row["staff_peak"] and 0.0 < row["staff_last"] <= row["staff_peak"]
    alive = ledger.operating(ledger.end)
    assert sum(row["staff_last"] for row, there in zip(rows, alive, strict=True) if there) == pytest.approx(
        of.history.total("employees")[-1, 0]
    )
    assert sum(row["revenue_total"] for row in rows) == pytest.approx(of.history.total("revenue")[1:, 0].sum() / 4.0)
    assert {row["anchor"] for row in rows} >= {None, "new_maker"}


@pytest.mark.parametrize("kind", KINDS)
def test_the_words_count_right_and_say_that_it_is_one_world(kind):
    of = seen(kind)
    asked = [family for family in families(of) if family.kind is not Kind.FIRM][-2:]
    words = told(of, families(of), asked, (), chosen=False)
    assert "不是预测" in words.zh and "no forecast" in words.en
    came = int((of.ledger.channel != Channel.INITIAL).sum())
    assert f"{came:,} 家企业" in words.zh or not came
    assert f"{came:,} firm" in words.en or "no firm came" in words.en
    assert f"末在营 {int(of.ledger.operating(of.ledger.end).sum()):,} 家" in words.zh
    assert all(family.label.zh in words.zh for family in asked)


def test_a_world_is_placed_among_others_and_the_usual_one_is_near_the_medians():
    scenario = worlds.toy_scenario(quarters=4)
    history = simulate(worlds.cases(scenario, 9))
    number = usual(history)
    ends = [history.total(measure)[-1] for measure in ("firms", "employees", "revenue")]
    away = [abs(values - np.median(values)) for values in ends]
    nearer = np.max([[(own > other).sum() for own in other] for other in away], axis=0)
    assert nearer[number] == nearer.min() < 8
    firms = ends[0]
    among = places(number, history)
    assert [place.measure for place in among] == ["firms", "employees", "revenue"]
    assert len(among[0].others) == 8 and among[0].below == (np.delete(firms, number) < firms[number]).sum()
    assert places(99, history) == ()
    words = told(seen(), families(seen()), [], among, chosen=True)
    assert "9 次模拟" in words.zh and "Of 9 worlds" in words.en


def test_a_world_that_fails_is_an_error_in_words(monkeypatch):
    def fails(*given: object) -> None:
        raise ArithmeticError("third quarter")

    monkeypatch.setattr(world, "ledger_of", fails)
    with pytest.raises(ResultsError, match="third quarter"):
        portrait(seen().case)


# ── Places ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_shipped_sketch_is_marked_as_one_and_moves_no_run():
    scenario = read_scenario("baseline")
    zones = {zone.key: zone for zone in scenario.park.zones}
    spots = {key: zone.place for key, zone in zones.items() if zone.place is not None}
    assert spots.keys() == zones.keys()
    assert spots["university_town"].east < spots["xiyong"].east and spots["life_valley"].north < spots["xiyong"].north
    assert "金凤软件园" in zones["software_sites"].sites.zh
    text = (worlds.ROOT / "scenarios" / "parks" / "science_city.yaml").read_text(encoding="utf-8")
    assert text.count('source: "design: a sketch') == len(zones)
    bare = tuple(dataclasses.replace(zone, place=None, sites=Label("", "")) for zone in scenario.park.zones)
    moved = dataclasses.replace(scenario, park=dataclasses.replace(scenario.park, zones=bare))
    assert content_of(moved) == content_of(scenario)


# ── The command ──────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def toy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty working directory, and commands that read the toy park."""
    scenario = dataclasses.replace(seen().case.scenario, policy=RECRUITING, end=worlds.START + 2)
    monkeypatch.setattr(plan, "scenario_inputs", lambda *given: (scenario, {"toy.yaml": "title: toy\n"}))
    monkeypatch.setattr(import_module("wutong.experiments.plots.filling"), "LAST", 1)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def invoke(*words: str):
    return CliRunner().invoke(app, ["portrait", "toy", *words], catch_exceptions=False)


def test_the_command_writes_a_folder_that_explains_itself(toy):
    result = invoke("-n", "2", "--of", "new_maker", "--lang", "zh", "--out", "seen")
    assert result.exit_code == 0, result.output
    folder = toy / "seen"
    names = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    pictures = {f"figures/{name}.{kind}" for name in ("family-new_maker", "sites") for kind in ("png", "svg")}
    assert names == pictures | {"answer.txt", "columns.json", "inputs/toy.yaml", "ledger.csv", "manifest.json", "park.gif"}
    assert "不是预测" in result.output and (folder / "answer.txt").read_text(encoding="utf-8").strip() in result.output
    record = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert record["question"]["name"] == "portrait" and record["status"] == "complete"
    (number,) = record["replications"]
    history = simulate([Case(dataclasses.replace(seen().case.scenario, end=worlds.START + 2), RECRUITING, number)])
    content = (folder / "ledger.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(content.decode("utf-8-sig").splitlines()))
    assert sum(not row["ended"] for row in rows) == history.total("firms")[-1, 0]
    assert json.loads((folder / "columns.json").read_text(encoding="utf-8"))["ledger.csv"].keys() == set(rows[0])
    assert invoke("-n", "0", "--out", "seen").exit_code == 2  # nothing is overwritten
    refused = CliRunner().invoke(app, ["report", "seen", "--lang", "en"])
    assert refused.exit_code == 2 and "a folder of portrait keeps no runs" in refused.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--of", "new_makr", "--lang", "en"), "new_maker"),
        (("--of", "new_makr", "--lang", "zh"), "没有龙头或实验室"),
        (("--replication", "-1"), "--replication"),
    ],
)
def test_what_cannot_be_is_refused_in_words_before_anything_is_written(toy, words, said):
    result = invoke("-n", "0", *words)
    assert result.exit_code == 2 and said in result.output
    assert not list(toy.iterdir())


def test_a_quarter_that_is_too_far_away_is_refused():
    result = CliRunner().invoke(app, ["portrait", "baseline", "-n", "0", "--until", "2299Q1", "--lang", "zh"])
    assert result.exit_code == 2 and "2299Q1" in result.output


def test_an_unknown_scenario_is_refused():
    result = CliRunner().invoke(app, ["portrait", "basline", "--lang", "en"])
    assert result.exit_code == 2 and "baseline" in result.output
