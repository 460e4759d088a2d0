"""What is read is checked: flipped bits, records that were edited, stores of an earlier version, another numpy."""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from tests.reliability.flipping import COMMANDS, flipped, made, outcome, places
from wutong.experiments import api, reopening
from wutong.experiments.commands import app
from wutong.experiments.errors import BadInputError, FolderError, ResultsError, StoreError
from wutong.experiments.identity import code_of_model
from wutong.experiments.kept import kept_in
from wutong.experiments.questions import goals
from wutong.experiments.reopening import mended, reopened
from wutong.experiments.store import FILE, Access, opened


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole") / "here"
    made(folder)
    return folder


@pytest.fixture
def folder(whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(goals, "figures", lambda *_: iter(()))
    return Path(shutil.copytree(whole, tmp_path / "here"))


def invoke(*words: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, list(words), catch_exceptions=False)
    return done.exit_code, done.stdout, done.stderr


def said_by(refused: pytest.ExceptionInfo[Exception]) -> str:
    return str(refused.value)


@pytest.mark.parametrize("name", ["read", "export"])
def test_a_flipped_bit_is_refused_in_words_or_moves_nothing(name, whole, folder, tmp_path):
    """``python -m tests.reliability.flipping`` tries hundreds, and every command."""
    right = COMMANDS[name](folder)
    drawn = places(whole, 16, random.Random(5))
    came = {}
    for file, bit in drawn:
        flipped(whole, tmp_path / "there", file, bit)
        came[file, bit] = outcome(COMMANDS[name], tmp_path / "there", right)
    assert set(came.values()) <= {"refused", "the same"}, came
    assert list(came.values()).count("refused") >= 8, "all of record and inputs"


TABLES = {"layouts": "layout", "chunks": "ids", "failures": "error", "parts": "content"}


@pytest.mark.parametrize(("table", "column"), TABLES.items())
def test_every_table_of_a_store_is_checked_by_every_command(folder, table, column):
    with closing(sqlite3.connect(folder / FILE)) as connection, connection:
        (value,) = connection.execute(f"SELECT {column} FROM {table}").fetchone()
        other = bytes([value[0] ^ 1, *value[1:]]) if isinstance(value, bytes) else chr(ord(value[0]) ^ 1) + value[1:]
        connection.execute(f"UPDATE {table} SET {column} = ? WHERE {column} = ?", (other, value))
    for name in ("read", "export", "report"):
        with pytest.raises(StoreError, match="resume --repair"):
            COMMANDS[name](folder)
    reopened_folder = reopened(folder)
    assert mended(reopened_folder) == {"layouts": 0, "chunks": 2, "failures": 5, "parts": 2}[table]
    assert api.resume(folder).ended.n_skipped == 0


@pytest.mark.parametrize("table", ["layouts", "chunks", "failures", "parts"])
def test_a_row_that_is_lost_is_missed(folder, table):
    with closing(sqlite3.connect(folder / FILE)) as connection, connection:
        connection.execute(f"DELETE FROM {table} WHERE rowid = 1" if table != "failures" else "DELETE FROM failures")
    with pytest.raises(StoreError, match="resume --repair"):
        COMMANDS["read"](folder)


def test_a_part_cannot_stand_for_another(folder):
    """Whole, with its checksum, but of another measure: it is refused, as it belongs to its place."""
    with closing(sqlite3.connect(folder / FILE)) as connection, connection:
        one, other = "chunk = 1 AND measure = 0", "chunk = 1 AND measure = 1"
        connection.execute(
            f"UPDATE parts SET (content, checksum) = (SELECT content, checksum FROM parts WHERE {other}) WHERE {one}"
        )
    with pytest.raises(StoreError, match="damaged"):
        COMMANDS["read"](folder)


# ── The record ───────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("entry", "value"),
    [
        ("seed", "1"), ("seed", -1), ("replications", [0, "1"]), ("replications", []), ("plan", []), ("jobs", 0), ("jobs", True),
        ("plan", [{"scenario": "sophia_antipolis", "policies": []}]), ("plan", [{"scenario": "sophia_antipolis"}]),
        ("plan", [{"scenario": "sophia_antipolis", "policies": "none"}]), ("status", "done"), ("inputs", None),
        ("question", {"name": "goals", "goal": 3}), ("question", []), ("packages", {"numpy": 2}), ("code", {"version": None}),
        ("replicatons", [0]), ("seconds", {"runs": "long"}), ("design", "no"),
    ],
)  # fmt: skip
def test_a_mistyped_record_is_refused_in_words(folder, entry, value):
    path = folder / "manifest.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**record, entry: value}), encoding="utf-8")
    with pytest.raises(FolderError, match="not as it was written"):
        reopened(folder)
    del record["checksum"]
    path.write_text(json.dumps({**record, entry: value}), encoding="utf-8")
    with pytest.raises(FolderError, match=f"cannot be understood .{entry}|does not know"):
        reopened(folder)
    code, _, err = invoke("export", str(folder), "--to", "csv", "--lang", "zh")
    assert code == 2 and len(err.strip().splitlines()) == 1


def test_a_policy_that_is_taken_out_of_the_record_is_not_dropped_in_silence(folder):
    path = folder / "manifest.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    del record["checksum"]
    record["plan"][0]["policies"] = ["none"]
    path.write_text(json.dumps(record), encoding="utf-8")
    for command in COMMANDS.values():
        with pytest.raises(ResultsError, match="2 runs that its inputs do not describe"):
            command(folder)


def test_an_input_is_checked_by_every_command(folder):
    with (folder / "inputs" / "sophia_antipolis.yaml").open("a", encoding="utf-8") as file:
        file.write("# a remark\n")
    for command in COMMANDS.values():
        with pytest.raises(BadInputError, match="put the originals back"):
            command(folder)


def test_another_numpy_is_named_and_not_the_model(folder, monkeypatch):
    monkeypatch.setattr(np, "__version__", "9.1.0")
    monkeypatch.setattr(reopening, "code_of_model", lambda version="9.1.0": code_of_model(version))
    with pytest.raises(BadInputError, match="numpy is another version: it began with") as refused:
        api.resume(folder)
    assert "code of the model" not in said_by(refused) and "9.1.0" in said_by(refused)
    assert api.read(folder).answer("en"), "reading mixes nothing"


# ── Versions ─────────────────────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize(
    ("said", "mark", "words"),
    [("4", 4, "later version"), ("2", 3, "damaged"), ("3", 0, "damaged"), ("7", 3, "damaged"), ("", 0, "damaged")],
)
def test_a_version_that_cannot_be_is_damage_and_a_later_one_is_named(folder, said, mark, words):
    with closing(sqlite3.connect(folder / FILE)) as connection, connection:
        connection.execute("UPDATE about SET value = ? WHERE key = 'format'", (said,))
        connection.execute(f"PRAGMA user_version = {mark}")
    with pytest.raises(StoreError, match=words):
        kept_in(folder)


# ── Repair ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_a_running_experiment_is_not_repaired(folder):
    before = sorted(path.name for path in folder.iterdir())
    with opened(folder / FILE, Access.WRITE) as store:
        code, _, err = invoke("resume", str(folder), "--repair", "--lang", "en")
        assert code == 2 and "in use by another program" in err
        assert len(store.complete()) == 5
        store.forget_failures()
    assert sorted(path.name for path in folder.iterdir()) == before
    assert kept_in(folder).n_missing == 1, "the running one still writes into its own store"


def test_what_is_repaired_is_put_aside_as_it_was_each_time_under_another_name(folder):
    store, before = folder / FILE, []
    for n in (0, 1):
        with closing(sqlite3.connect(store)) as connection, connection:
            connection.execute(f"UPDATE parts SET content = zeroblob({n + 1}) WHERE chunk = 1 AND measure = {n}")
        before.append(store.read_bytes())
        assert mended(reopened(folder)) == 2, "the second time from what the first put aside"
    assert [(folder / f"{FILE}.damaged{end}").read_bytes() for end in ("", "-2")] == before


def test_what_an_earlier_repair_put_aside_is_saved_from_again(folder):
    """As the first version left it when it was killed: the store beside its name, an empty one in its place."""
    (folder / FILE).rename(folder / f"{FILE}.damaged")
    with opened(folder / FILE, Access.NEW):
        pass
    assert mended(reopened(folder)) == 5
    assert (folder / f"{FILE}.damaged").exists() and kept_in(folder).n_failed == 1


def test_a_store_that_was_cut_short_as_it_was_made_is_told_to_be_damaged_and_repaired(folder):
    for content in (b"", (folder / FILE).read_bytes()[:4096]):
        (folder / FILE).write_bytes(content)
        code, _, err = invoke("resume", str(folder), "--lang", "en")
        assert code == 2 and "resume --repair" in err and "version" not in err
        assert mended(reopened(folder)) == 0
        assert kept_in(folder).n_missing == 6
