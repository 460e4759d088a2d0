"""Only the name ``wutong`` is claimed: by the wheel, by an editable install and by a checkout, whatever else lies around."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
USERS_FILES = {
    "model.py": "raise SystemExit('the user\\'s model.py ran')\n",
    "experiments/__init__.py": "raise SystemExit('the user\\'s experiments ran')\n",
    "scenarios/__init__.py": "",
    "tests/__init__.py": "",
}
TRIED = """
import sys, wutong
from wutong.experiments.reading import read_scenario
from wutong.model.park import IndustrialPark
assert read_scenario("baseline").park.segments
taken = {"model", "experiments", "scenarios", "tests", "run"} & set(sys.modules)
assert not taken, taken
import os
for name in ("wutong.model.facts", "wutong.experiments.api"):
    assert os.path.commonpath([sys.modules.get(name, wutong).__file__, sys.argv[1]]) == sys.argv[1]
print(wutong.__version__)
"""


def built(kind: str, folder: Path) -> Path:
    """A wheel of the checkout, standard or editable, as pip would have it built."""
    pytest.importorskip("hatchling", reason="hatchling is not installed")
    code = f"from hatchling.build import {kind}; print({kind}({str(folder)!r}))"
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return folder / said.stdout.strip().splitlines()[-1]


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    zipfile.ZipFile(built("build_wheel", folder)).extractall(folder / "site")
    return folder / "site"


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A user's folder, with files named as our rooms are."""
    for name, content in USERS_FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content, encoding="utf-8")
    return tmp_path


def run(folder: Path, path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    surroundings = {**os.environ, "PYTHONPATH": str(path), "PYTHONDONTWRITEBYTECODE": "1", "PYTHONIOENCODING": "utf-8"}
    return subprocess.run([sys.executable, *arguments], env=surroundings, cwd=folder, capture_output=True, text=True, check=False)


def test_the_wheel_holds_one_name(unpacked):
    assert {path.name for path in unpacked.iterdir() if not path.name.endswith(".dist-info")} == {"wutong"}
    inside = unpacked / "wutong"
    rooms = ["py.typed", "model/schedule.py", "experiments/report/page.css", "scenarios/baseline.yaml"]
    assert all((inside / room).exists() for room in rooms)
    assert {path.name for path in inside.iterdir()} <= {
        "__init__.py", "__main__.py", "py.typed", "model", "experiments", "scenarios", "__pycache__"
    }  # fmt: skip
    assert not [path for path in inside.rglob("*") if path.suffix == ".pyc"], "compiled files do not belong into a wheel"


def test_an_editable_install_claims_one_name(tmp_path):
    wheel = zipfile.ZipFile(built("build_editable", tmp_path))
    files = {name: wheel.read(name).decode() for name in wheel.namelist() if ".dist-info/" not in name}
    assert sorted(name.rpartition(".")[2] for name in files) == ["pth", "py"]
    said = "\n".join(files.values())
    assert said.count("map_module(") == 1 and "map_module('wutong'" in said
    assert str(ROOT) not in [line.strip() for line in said.splitlines()], (
        "the folder itself would show every room as a global name"
    )


@pytest.mark.parametrize("way", ["wheel", "checkout"])
def test_it_runs_beside_files_that_are_named_as_its_rooms(way, desk, request):
    home = request.getfixturevalue("unpacked") if way == "wheel" else ROOT
    found = run(desk, home, "-c", TRIED, str(home))
    assert found.returncode == 0, found.stderr
    shown = run(desk, home, "-m", "wutong", "list", "levers")
    assert shown.returncode == 0 and "landing_subsidy" in shown.stdout, shown.stderr
