"""``prepare``, and what a user sees of an engine being made."""

from __future__ import annotations

import errno
import io
import itertools
import tempfile

import pytest
from typer.testing import CliRunner

from tests.model import toy_engine as toy
from wutong.experiments.commands import app
from wutong.experiments.commands.engine import not_kept, preparing
from wutong.experiments.commands.language import Language
from wutong.model import simulate
from wutong.model.compiled import HOOKS, engine, engines, keeping


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def desk(tmp_path, monkeypatch):
    """A user with an empty cache and a model that runs on the toy engine."""
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    monkeypatch.setenv("WUTONG_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(engines, "_ENGINES", {})
    monkeypatch.setattr(engines, "_TOLD", set())
    monkeypatch.setattr(simulate, "simulate", lambda _: toy.employees(engine(toy.run)))
    return tmp_path


def test_prepare_makes_the_engine_and_says_where_it_is(desk, monkeypatch):
    said = CliRunner().invoke(app, ["prepare"])
    assert said.exit_code == 0
    assert said.stdout.startswith("The engine is ready and kept in: ") and str(desk / "cache") in said.stdout
    assert said.stderr == "Preparing the engine, once, about half a minute\n"
    monkeypatch.setattr(engines, "_ENGINES", {})
    again = CliRunner().invoke(app, ["prepare", "--lang", "zh"])
    assert again.stdout.startswith("引擎已准备好") and str(desk / "cache") in again.stdout and not again.stderr


def test_prepare_says_why_nothing_is_kept(desk, monkeypatch):
    (desk / "file").touch()
    monkeypatch.setenv("WUTONG_CACHE", str(desk / "file"))
    monkeypatch.setattr(tempfile, "tempdir", str(desk / "file"))
    said = CliRunner().invoke(app, ["prepare"])
    assert said.exit_code == 0 and said.stdout == "The engine is ready, but kept nowhere.\n"
    assert "not kept in its usual place: " in said.stderr and str(desk / "file") in said.stderr


def test_uncompiled_there_is_nothing_to_prepare(monkeypatch):
    monkeypatch.setenv("WUTONG_UNCOMPILED", "1")
    said = CliRunner().invoke(app, ["prepare"])
    assert said.stdout == "Set to run uncompiled: there is nothing to prepare.\n" and not said.stderr


def test_a_command_leaves_the_model_silent_again():
    before = HOOKS.preparing, HOOKS.not_kept
    CliRunner().invoke(app, ["prepare"])
    assert (HOOKS.preparing, HOOKS.not_kept) == before


@pytest.mark.parametrize(("language", "words"), [(Language.EN, "Preparing the engine"), (Language.ZH, "正在准备引擎")])
def test_a_terminal_shows_the_seconds(language, words):
    stream, ticks = Terminal(), itertools.count()
    with preparing(stream, language, lambda: next(ticks)):
        pass
    assert stream.getvalue().startswith(f"\r{words}") and stream.getvalue().endswith(" … 1 s\n")


@pytest.mark.parametrize("kind", [keeping.NotPrivateError, keeping.BusyError, keeping.ChangedError])
def test_every_reason_has_its_words(kind):
    error = kind(errno.EPERM, "in no words for users", "the/folder")
    for language in Language:
        assert "the/folder" in not_kept(error, language) and error.strerror not in not_kept(error, language)


def test_other_reasons_are_those_of_the_system():
    assert "No space left" in not_kept(OSError(errno.ENOSPC, "No space left on device"), Language.EN)
