"""What writes into a folder, small enough to be cut short at every moment, and how each is known to be whole in the end."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from tests import worlds
from tests.hindcast.test_hindcast_runs import scenario as past_scenario
from tests.portrait.test_portrait import seen
from tests.reliability.moments import killed
from wutong.experiments import api, experiment, manifest
from wutong.experiments.answers import Answer, Column
from wutong.experiments.commands.creating import Kind, created
from wutong.experiments.commands.language import Language
from wutong.experiments.evidence import outputs as evidence
from wutong.experiments.evidence.steps import Done, Step
from wutong.experiments.exports import export
from wutong.experiments.forms import Form
from wutong.experiments.hindcast import hindcast
from wutong.experiments.hindcast import outputs as hindcasts
from wutong.experiments.identity import run_ids
from wutong.experiments.kept import kept_in
from wutong.experiments.packing import packed
from wutong.experiments.pictures import write
from wutong.experiments.portrait import outputs as portraits
from wutong.experiments.questions import goals
from wutong.experiments.reopening import mended, reopened
from wutong.experiments.report import write_report
from wutong.experiments.runner import Workers
from wutong.experiments.store import FILE, Access, Failed, Store, opened
from wutong.experiments.tables import Wanted
from wutong.experiments.unfinished import replacing, swept
from wutong.model.facts import Label

REQUEST = api.Request(("sophia_antipolis",), ("none", "balanced"), tuple(range(3)), until="2004Q2")


@dataclass(frozen=True)
class Sketch:
    """A picture that takes no time."""

    name: str

    def png(self) -> bytes:
        return b"png"

    def svg(self) -> str:
        return "<svg/>"


@dataclass(frozen=True)
class Written:
    """Something that writes.

    Attributes
    ----------
    before : makes what it starts from in an empty folder
    act : what is cut short, and what is then done again
    """

    before: Callable[[Path], object]
    act: Callable[[Path], object]


def nothing(folder: Path) -> None:
    """Start from nothing."""


def finished(folder: Path) -> None:
    """An experiment that is done, without its tables."""
    experiment.begun(api.plan_of(REQUEST), folder / "here", 1)
    with opened(folder / "here" / FILE, Access.WRITE) as store:
        fill(store, 0)
        fill(store, 3)
        store.add([], None, {"f" * 16: Failed("2004Q1", "ArithmeticError", "Traceback")})


def fill(store: Store, first: int) -> None:
    cases = api.plan_of(REQUEST).cases[first : first + 3]
    store.add(run_ids(cases), packed(worlds.simulate(cases)), {})


def broken(folder: Path) -> None:
    """A store of two chunks: of the first a part is damaged, the second stands only in the log that a killed writer left."""
    path = folder / "here" / FILE
    experiment.begun(api.plan_of(REQUEST), folder / "here", 1)
    with opened(path, Access.WRITE) as store:
        fill(store, 0)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE parts SET content = zeroblob(length(content)) WHERE measure = 3")
    assert killed(lambda: write_and_end(path)) and path.with_name(f"{FILE}-wal").exists()


def write_and_end(path: Path) -> None:
    with opened(path, Access.WRITE) as store:
        fill(store, 3)
        store.add([], None, {"f" * 16: Failed("2004Q1", "ArithmeticError", "Traceback")})
        os.kill(os.getpid(), signal.SIGKILL)


def repaired(folder: Path) -> None:
    assert mended(reopened(folder / "here")) == 3


def stands(folder: Path) -> bool:
    """Whether a folder of results is there, as the next command would find it."""
    swept(folder / "here")
    return (folder / "here" / manifest.MANIFEST).exists()


def begun(folder: Path) -> None:
    """Begin an experiment; where one stands already it must be fit to be taken up."""
    if stands(folder):
        assert kept_in(folder / "here").n_missing == 6
        return
    experiment.begun(api.plan_of(REQUEST), folder / "here", 1)


def exported(folder: Path, form: Form = Form.CSV) -> None:
    swept(folder / "here")
    swept(folder / "out")
    if not (folder / "out").exists() or not any((folder / "out").iterdir()):
        export(kept_in(folder / "here"), form, Wanted(("firms", "floor")), folder / "out")


def reported(folder: Path) -> None:
    write_report(folder / "here")


def resumed(folder: Path) -> None:
    assert api.resume(folder / "here", Workers(1)).ended is not None


def evidenced(folder: Path) -> None:
    """Two steps with a file and a picture each, begun where they are not."""
    here = folder / "here"
    if not stands(folder):
        evidence.begun(evidence.Asked(("one", "two"), 4, None, 50, 7), here, 1)
    evidence.carried_out(here, 1, "en")


def looked_back(folder: Path) -> None:
    asked = hindcasts.Asked("toy", 2000, None, 10, 50, 1, 1, ("zh", "en"))
    if not stands(folder):
        hindcasts.carried_out(asked, folder / "here")


def portrayed(folder: Path) -> None:
    asked = portraits.Asked("toy", None, 0, 1, (), None, (), 0, ("zh", "en"))
    if not stands(folder):
        portraits.carried_out(asked, folder / "here")


def newly(folder: Path) -> None:
    """A park with its tables and its scenario, where they are not."""
    swept(folder / "here", deep=False)
    if not (folder / "here" / "mine.yaml").exists():
        created(Kind.PARK, "mine", folder / "here", Language.EN)


ACTS = {
    "new": Written(nothing, newly),
    "beginning": Written(nothing, begun),
    "repair": Written(broken, repaired),
    "resume": Written(finished, resumed),
    "report": Written(finished, reported),
    "export": Written(finished, exported),
    "evidence": Written(nothing, evidenced),
    "hindcast": Written(nothing, looked_back),
    "portrait": Written(nothing, portrayed),
}


def made_quick(patch: pytest.MonkeyPatch) -> None:
    """Steps, pictures and worlds that take no time; what writes them is as it is."""
    for module in (manifest, hindcasts, portraits):
        patch.setattr(module, "code_version", lambda: manifest.CodeVersion("0", None, None))
        patch.setattr(module, "package_versions", lambda: {"numpy": np.__version__})
    patch.setattr(goals, "figures", lambda *_: iter((Sketch("goals"),)))
    patch.setattr(evidence, "STEPS", {key: Step(key, Label("步骤", "A step"), _step(key)) for key in ("one", "two")})
    found = hindcast(past_scenario(), 2000, n=10, n_past=50)
    patch.setattr(hindcasts, "of_name", lambda *_: SimpleNamespace(scenario=past_scenario(), texts={"toy.yaml": "title: toy\n"}))
    patch.setattr(hindcasts, "hindcast", lambda *_, **__: found)
    patch.setattr(hindcasts, "_pictures", lambda *_: iter((Sketch("hindcast"),)))
    world, plan = seen("toy"), api.plan_for([worlds.toy_scenario()], [[worlds.NO_POLICY]], [0], 1)
    patch.setattr(portraits, "_plan", lambda _: replace(plan, texts={"toy.yaml": "title: toy\n"}))
    patch.setattr(portraits, "portrait", lambda _: world)
    patch.setattr(portraits, "_draw", lambda place, *_, **__: write([Sketch("sites")], place))
    patch.setattr("wutong.experiments.plots.filling", _filling)


def _filling(of: object, path: Path, language: str) -> None:
    with replacing(path) as unfinished:
        unfinished.write_bytes(b"gif")


def _step(key: str) -> Callable[..., Done]:
    def run(setting: evidence.Setting, progress: object) -> Done:
        draws = setting.folder / "posteriors" / f"{key}.csv"
        draws.parent.mkdir(exist_ok=True)
        with replacing(draws) as unfinished:
            unfinished.write_text("a\n1\n", encoding="utf-8")
        answer = Answer(key, {"a": Column(Label("甲", "A"), "1")}, ((1.5,),), Label("中文句", f"Said of {key}."))
        return Done((answer,), {"en": (Sketch(key),)}, (draws,))

    return run


def contents(folder: Path) -> dict[str, object]:
    """All that stands below a folder: bytes, of the record what does not tell the time, of the store its runs."""
    found: dict[str, object] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.name == manifest.MANIFEST:
            record = json.loads(path.read_text(encoding="utf-8"))
            found[name] = (record["status"], record["inputs"], record["question"])
        elif path.name == FILE:
            with opened(path, Access.READ) as store:
                found[name] = (store.complete(), set(store.failures()), store.damaged())
        elif path.is_file() and ".damaged" not in path.name:
            found[name] = path.read_bytes()
    return found


def emptied(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder
