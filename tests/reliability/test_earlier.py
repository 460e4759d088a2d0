"""Folders that earlier versions wrote, as they were kept: read, reported and exported, never resumed or mixed.

``folders/store_N.zip`` was written by the program whose store had version N: one scenario, two policies, two runs each, without
tables and pictures.  A new version of the store adds one, made by the program before the change:
``run sophia_antipolis --policy none --policy balanced -n 2 --until 2004Q2 --out here``.
"""

from __future__ import annotations

import csv
import shutil
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.reliability.flipping import held
from wutong.experiments import reopening
from wutong.experiments.commands import app
from wutong.experiments.errors import StoreError
from wutong.experiments.identity import code_of_model
from wutong.experiments.reading import ReadingError, read_scenario
from wutong.experiments.reading.catalogue import declared
from wutong.experiments.reading.posteriors import read_posterior
from wutong.experiments.reading.renames import NAMES, new_name
from wutong.experiments.store import FILE, Access, opened, salvaged
from wutong.experiments.store.index import EARLIER, FORMAT

FOLDERS = Path(__file__).parent / "folders"
VERSIONS = (*EARLIER, FORMAT)
EARLY = pytest.mark.filterwarnings("always::wutong.experiments.errors.WordedWarning")
ONE_BUT_LAST = {  # what the program of then wrote of 2004Q2: firms, staff and revenue of all, by policy and replication
    ("none", "0"): ("1252", "26379.85", "339.2467"),
    ("none", "1"): ("1296", "27926.08", "367.3268"),
    ("balanced", "0"): ("1253", "26430.49", "341.3481"),
    ("balanced", "1"): ("1323", "28167.51", "369.9817"),
}
LAST = {
    ("none", "0"): ("1237", "26307.88", "338.4085"),
    ("none", "1"): ("1306", "27987.96", "368.3671"),
    ("balanced", "0"): ("1237", "26322.5", "339.2607"),
    ("balanced", "1"): ("1334", "28166.08", "369.6847"),
}
WRITTEN = {1: ONE_BUT_LAST, 2: ONE_BUT_LAST, 3: LAST}


def unpacked(version: int, place: Path) -> Path:
    with zipfile.ZipFile(FOLDERS / f"store_{version}.zip") as kept:
        kept.extractall(place / "here")
    return place / "here"


def invoke(*words: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, [*words, "--lang", "en"], catch_exceptions=False)
    return done.exit_code, done.stdout, done.stderr


@pytest.fixture(autouse=True)
def another_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the model's code is today, that of a folder was another."""
    monkeypatch.setattr(reopening, "code_of_model", lambda *_: "another")


@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_of_the_store_is_kept(version):
    assert (FOLDERS / f"store_{version}.zip").stat().st_size < 20_000
    assert code_of_model() != "another"


@EARLY
@pytest.mark.parametrize("version", VERSIONS)
def test_a_folder_of_an_earlier_version_gives_the_numbers_that_it_was_written_with(version, tmp_path):
    folder = unpacked(version, tmp_path)
    code, _, err = invoke("export", str(folder), "--to", "csv", "--quarter", "2004Q2", "--scope", "all", "--out", str(tmp_path))
    assert code == 0 and err.count("earlier version") == (version in EARLIER), "told once"
    with (tmp_path / "industries.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {(r["policy"], r["replication"]): (r["firms"], r["employees"], r["revenue"]) for r in csv.DictReader(file)}
    assert rows == WRITTEN[version]


@EARLY
@pytest.mark.parametrize("version", VERSIONS)
def test_a_folder_of_an_earlier_version_is_read_and_reported(version, tmp_path):
    folder = unpacked(version, tmp_path)
    code, _, err = invoke("report", str(folder))
    assert code == 0 and err.count("\n") == (version in EARLIER) and (folder / "report.html").stat().st_size > 10_000
    values, failures, answer = held(folder)  # every measure of every run, held to the checksum that it has
    assert len(values) >= 96 and not failures and "Sophia Antipolis" in answer


@pytest.mark.parametrize("words", [(), ("--repair",)])
@pytest.mark.parametrize("version", VERSIONS)
def test_a_folder_of_an_earlier_version_is_not_resumed(version, words, tmp_path):
    folder = unpacked(version, tmp_path)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    code, _, err = invoke("resume", str(folder), *words)
    assert code == 2 and len(err.strip().splitlines()) == 1 and "the code of the model has changed" in err
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("version", EARLIER)
def test_a_store_of_an_earlier_version_is_never_written(version, tmp_path):
    path = unpacked(version, tmp_path) / FILE
    before = path.read_bytes()
    with pytest.raises(StoreError, match="not resumed; begin anew"), opened(path, Access.WRITE):
        pass
    with pytest.raises(StoreError, match="not resumed; begin anew"):
        salvaged(path)
    assert path.read_bytes() == before


DAMAGES = {
    1: ("UPDATE runs SET content = zeroblob(length(content))", "UPDATE runs SET ends = x'00'", "DELETE FROM layouts"),
    2: ("UPDATE parts SET content = zeroblob(9)", "UPDATE runs SET world = 9", "UPDATE layouts SET layout = '['",
        "DROP TABLE runs"),
}  # fmt: skip


@EARLY
@pytest.mark.parametrize(("version", "damage"), [(v, damage) for v, damages in DAMAGES.items() for damage in damages])
def test_a_damaged_store_of_an_earlier_version_is_not_sent_to_a_repair_that_refuses_it(version, damage, tmp_path):
    folder = unpacked(version, tmp_path)
    with closing(sqlite3.connect(folder / FILE)) as connection, connection:
        connection.execute(damage)
    with pytest.raises(StoreError, match="of an earlier version, which is not repaired") as refused:
        held(folder)
    assert "--repair" not in str(refused.value)


@EARLY
def test_a_run_that_was_forgotten_leaves_the_others_of_its_chunk(tmp_path):
    path = unpacked(2, tmp_path) / FILE
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("DELETE FROM runs WHERE world = 1")
    with opened(path, Access.READ) as store:
        assert len(store.complete()) == 3 and not store.damaged()


def test_inputs_that_are_refused_today_are_told_to_be_of_another_version(tmp_path, monkeypatch):
    folder = unpacked(3, tmp_path)
    monkeypatch.setattr(reopening, "planned_in", lambda *_: read_scenario("no_such_scenario"))
    code, _, err = invoke("export", str(folder), "--to", "csv")
    assert code == 2 and len(err.strip().splitlines()) == 1
    assert "written by version 0.2.0, and this one refuses its inputs (" in err


# ── Files ────────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("version", VERSIONS)
def test_a_scenario_of_an_earlier_version_is_told_the_new_names(version, tmp_path):
    path = unpacked(version, tmp_path) / "inputs" / "sophia_antipolis.yaml"
    shutil.rmtree(path.parent / "policies")  # the shipped ones are called the same
    with pytest.raises(ReadingError) as raised:
        read_scenario(str(path))
    told = " ".join(problem.text("en") for problem in raised.value.problems)
    assert {problem.code for problem in raised.value.problems} == {"renamed"}
    assert "outside.pool_spread" in told and "outside.segment_spread" in told
    assert ("attraction.laptop_partners" in told) == (version == 1)


FIRST_POSTERIORS = {  # columns of those that came with 0.1.0
    "funnel": "newcomers.funnel_position,newcomers.park_factor,anchors.start_share,anchors.start_point\n0.4,0.8,0.8,0.3\n",
    "turnover": "spin_off.firm_rate,spin_off.lab_rate,exit.park_factor\n0.001,0.1,1.1\n",
}


@pytest.mark.parametrize("name", FIRST_POSTERIORS)
def test_a_posterior_of_the_first_version_is_read(name, tmp_path):
    path = tmp_path / f"{name}.csv"
    path.write_text(FIRST_POSTERIORS[name], encoding="utf-8")
    assert ",".join(read_posterior(name, path, declared())) == FIRST_POSTERIORS[name].partition("\n")[0]


def test_a_posterior_with_a_parameter_of_before_is_told_what_stands_in_its_place(tmp_path):
    path = tmp_path / "ridge.csv"
    path.write_text("attraction.follow_ridge\n0.5\n", encoding="utf-8")
    with pytest.raises(ReadingError, match=r"is now called 'attraction.laptop_partners, .*; use the new name"):
        read_posterior("ridge", path, declared())


def test_every_old_name_leads_to_names_that_are_there():
    known = declared()
    there = {*known.parameters, *known.levers, *known.measures}
    assert all(new_name(old, there) for old in NAMES) and not there.intersection(NAMES)


@pytest.mark.parametrize(
    "words",
    [
        ("export", "HERE", "--to", "csv", "--measure", "staff"),
        ("run", "sophia_antipolis", "--set", "assumptions.attraction.follow_ridge=0.5", "--dry-run"),
    ],
)
def test_an_old_name_on_the_command_line_is_told_the_new_one(words, tmp_path):
    folder = unpacked(3, tmp_path)
    code, _, err = invoke(*(str(folder) if word == "HERE" else word for word in words))
    assert code == 2 and "is now called" in err, err
