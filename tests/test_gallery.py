"""The gallery shows every picture function, and what it links and prints is there and understood; nothing is run."""

from __future__ import annotations

import ast
import re
import shlex

import pytest
from typer.testing import CliRunner

from wutong.experiments import plots
from wutong.experiments.commands import app
from wutong.experiments.documents import __main__ as documents
from wutong.experiments.documents.exhibits import EXHIBITS, ROOMS
from wutong.experiments.documents.gallery import LANGUAGES, gallery_text, picture_path
from wutong.experiments.documents.markdown import DOCS

NO_PICTURE = {"Named", "filling", "save"}  # filling writes a file


def test_every_picture_function_hangs_in_the_gallery_once():
    assert sorted(one.function for one in EXHIBITS) == sorted(set(plots.__all__) - NO_PICTURE)
    assert {one.room for one in EXHIBITS} - {""} == set(ROOMS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_the_one_that_the_code_makes_and_all_that_it_links_is_there(language):
    page = DOCS / LANGUAGES[language]
    text = page.read_text(encoding="utf-8")
    assert text == gallery_text(language), "python -m wutong.experiments.documents gallery"
    links = re.findall(r"\]\(([^)]+)\)", text)
    assert len(links) >= len(EXHIBITS) + 2
    assert all(f"plots.{name}(" in text for name in plots.__all__ if name not in ("Named", "save"))
    assert [link for link in links if not (DOCS / link).exists()] == []


def test_pictures_are_small_and_none_is_left_over():
    wanted = {picture_path(one.function, language) for one in EXHIBITS for language in LANGUAGES}
    there = set(picture_path("", "").parent.iterdir())
    assert there == wanted
    sizes = [path.stat().st_size for path in there]
    assert max(sizes) < 120_000 and sum(sizes) < 3_000_000


@pytest.mark.parametrize("one", EXHIBITS, ids=lambda one: one.function)
def test_lines_and_commands_are_understood(one):
    (call,) = ast.parse(one.line).body
    assert ast.unparse(call.value.func) == f"plots.{one.function}"
    words = shlex.split(one.asked)
    if words[:2] == ["python", "run.py"]:
        result = CliRunner().invoke(app, [*words[2:], "--help"])
        assert result.exit_code == 0, result.output
    else:
        assert words[:3] == ["python", "-m", "wutong.experiments.documents"]
        assert documents._parser().parse_args(words[3:]).command == words[3]
