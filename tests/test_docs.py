"""What the documents print is what works: commands, links, and two READMEs that are twins."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from experiments.commands import app

ROOT = Path(__file__).resolve().parents[1]
READMES = ("README.md", "README.zh.md")
DOCUMENTS = (*READMES, "CONTRIBUTING.md", "CHANGELOG.md")


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(name: str, language: str) -> list[str]:
    return [block.strip() for block in re.findall(rf"^```{language}\n(.*?)^```$", text(name), re.MULTILINE | re.DOTALL)]


def run_lines(name: str) -> list[str]:
    """Arguments of every ``python run.py`` line, without the remark behind it."""
    lines = [line for block in blocks(name, "text") for line in block.splitlines() if line.startswith("python run.py")]
    return [re.split(r"\s{2,}", line)[0].removeprefix("python run.py") for line in lines]


@pytest.mark.parametrize("name", READMES)
def test_ci_runs_the_two_commands_that_the_readme_prints(name):
    for i, command in enumerate(blocks(name, "sh"), start=1):
        result = subprocess.run([ROOT / ".ci" / "run", "--show", str(i)], capture_output=True, text=True, check=True)
        assert result.stdout.strip() == command
    assert len(blocks(name, "sh")) == 2
    script = text(".ci/run")
    assert "pytest -" not in script
    assert "pip install -q -e ." not in script


@pytest.mark.parametrize("name", READMES)
def test_commands_in_the_readme_are_understood(name):
    assert len(run_lines(name)) >= 6
    for line in run_lines(name):
        result = CliRunner().invoke(app, [*shlex.split(line), "--help"])
        assert result.exit_code == 0, f"{line}: {result.output}"


def test_an_unknown_option_would_not_be_understood():
    assert CliRunner().invoke(app, ["run", "baseline", "--polcy", "none", "--help"]).exit_code == 2


def test_the_readmes_are_twins():
    english, chinese = (text(name) for name in READMES)
    for pattern in (r"^#+ ", r"^\|", r"^```"):
        counts = [[m.group() for m in re.finditer(pattern, t, re.MULTILINE)] for t in (english, chinese)]
        assert counts[0] == counts[1], pattern
    assert [shlex.split(line) for line in run_lines("README.md")] == [shlex.split(line) for line in run_lines("README.zh.md")]
    assert set(re.findall(r"`([\w/]+\.(?:csv|json))`", english)) == set(re.findall(r"`([\w/]+\.(?:csv|json))`", chinese))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_lead_somewhere(name):
    for target in re.findall(r"\]\(([^)]+)\)", text(name)):
        assert target.startswith("https://") or (ROOT / target).exists(), target


def test_files_and_folders_that_contributing_names_exist():
    named = {
        n.rstrip("/") for n in re.findall(r"`((?:model|scenarios|experiments|tests|\.ci)/[\w./]*)`", text("CONTRIBUTING.md"))
    }
    assert len(named) >= 8
    assert not [n for n in named if not (ROOT / n).exists()]
