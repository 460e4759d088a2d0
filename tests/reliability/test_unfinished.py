"""What is under way is left to who makes it; what nobody will finish is cleared away, or moved where it was to go."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

import pytest

from wutong.experiments import unfinished
from wutong.experiments.unfinished import building, replacing, swept


def name(**parts: str) -> str:
    """The name of something that this process makes, with other parts."""
    with pytest.raises(FileNotFoundError), replacing(Path("table.csv")) as path:
        own = path.name
    machine, process, mark = re.fullmatch(r"\.[0-9a-f]{8}-(\w+)-(\d+)-(\w+)\.unfinished\.csv", own).groups()
    told = {"machine": machine, "process": process, "mark": mark, "state": "unfinished"} | parts
    return f".00000000-{told['machine']}-{told['process']}-{told['mark']}.{told['state']}"


def ended() -> str:
    """The number of a process that has ended."""
    child = os.spawnlp(os.P_NOWAIT, "true", "true")
    os.waitpid(child, 0)
    return str(child)


@pytest.mark.skipif(os.name == "nt", reason="there a process is asked for in another way")
def test_only_what_nobody_works_on_is_cleared_away(tmp_path):
    stay = [name(), name(process="1"), name(machine="00000000"), ".hidden", ".00000000-x.unfinished", "table.csv"]
    go = [name(process=ended()), name(mark="0000"), f"{name(process=ended())}.sqlite-journal"]
    for entry in (*stay, *go):
        (tmp_path / entry).touch()
    old = tmp_path / name(machine="11111111")
    old.touch()
    os.utime(old, (time.time() - 2 * unfinished.PATIENCE_SECONDS,) * 2)
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures" / go[0]).touch()
    swept(tmp_path, deep=False)
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted([*stay, "figures"])
    assert (tmp_path / "figures" / go[0]).exists()
    swept(tmp_path)
    assert not list((tmp_path / "figures").iterdir())


@pytest.mark.skipif(os.name == "nt", reason="there a process is asked for in another way")
def test_what_was_whole_when_its_maker_was_killed_is_moved_and_over_nothing(tmp_path):
    for folder in (tmp_path / "a", tmp_path / "b"):
        place = folder / name(process=ended(), state="whole")
        (place / "inputs").mkdir(parents=True)
        (place / "manifest.json").write_text("{}")
    (tmp_path / "b" / "manifest.json").write_text("mine")
    swept(tmp_path)
    assert sorted(p.name for p in (tmp_path / "a").iterdir()) == ["inputs", "manifest.json"]
    assert (tmp_path / "b" / "manifest.json").read_text() == "mine" and not (tmp_path / "b" / "inputs").exists()


def test_what_cannot_be_moved_is_not_moved_in_part(tmp_path):
    (tmp_path / "b.csv").write_text("mine")
    with pytest.raises(FileExistsError), building(tmp_path) as place:
        [(place / entry).touch() for entry in ("a.csv", "b.csv")]
    assert [p.name for p in tmp_path.iterdir()] == ["b.csv"]


def test_the_longest_name_of_a_file_leaves_room_for_what_is_under_way(tmp_path):
    path = tmp_path / f"{'n' * 251}.csv"
    with replacing(path) as under_way:
        under_way.write_text("a")
    assert path.read_text() == "a"
