"""The rules of the house, read off the syntax trees: who imports whom, how long things are, what no file may say."""

from __future__ import annotations

import ast
import os
import re
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FLOORS = (  # of model/, lowest first: a module imports from its own floor or below
    {"facts"},
    {"compiled"},
    {"ratios", "units", "maths", "codes"},
    {"draws", "keyed", "scenario", "history", "lever_facts", "lever_costs", "lever_effects", "newcomer_facts"},
    {"given", "tables"},
    {"base", "levers", "newcomers"},
    {"lever_table", "settlement", "recording"},
    {"rules"},
    {"start"},
    {"schedule"},
    {"assumptions", "lineage_measures", "research_measures", "measures", "derived"},
    {"world", "parting"},
    {"simulate"},
    {"ledger", "park"},
)
HOMES = {  # of libraries: the only places that may import them
    "mesa": ("model/park.py",),
    "networkx": ("model/park.py",),
    "numba": ("model/compiled/engines.py",),
    "llvmlite": ("model/compiled/engines.py",),
    "matplotlib": ("experiments/plots/",),
    "fontTools": ("experiments/plots/fonts/rebuild.py",),
    "yaml": ("experiments/reading/",),
    "ruamel": ("experiments/reading/",),
    "pydantic": ("experiments/reading/",),
    "typer": ("experiments/commands/",),
    "rich": ("experiments/commands/", "experiments/answer.py"),
    "pandas": (),
}
SKIPPED_FOLDERS = {"__pycache__", "results", "build", "dist"}


def sources(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts if parts[0] == "wutong" else ("wutong", *parts)).removesuffix(".__init__")


CODE = {
    path: ast.parse(path.read_text(encoding="utf-8")) for path in [*sources("model", "experiments", "wutong"), ROOT / "run.py"]
}
MODULES = {module_name(path) for path in CODE}


def imported(path: Path) -> Iterator[str]:
    """Full names of the modules that a file imports anywhere, also inside functions."""
    for node in ast.walk(CODE[path]):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{shown(path)} imports relatively"
            for name in node.names:
                whole = f"{node.module}.{name.name}"
                yield whole if whole in MODULES else str(node.module)


def floor_of(module: str) -> int:
    room = module.split(".")[2]
    floors = [i for i, rooms in enumerate(FLOORS) if room in rooms]
    assert floors, f"model/{room} has no floor: give it one in FLOORS"
    return floors[0]


@pytest.mark.parametrize("path", sources("model"), ids=shown)
def test_the_model_imports_downward_only(path):
    name = module_name(path)
    outside = {module.split(".")[0] for module in imported(path)} - {"wutong", "numpy"} - set(sys.stdlib_module_names)
    assert outside <= {library for library, homes in HOMES.items() if shown(path) in homes}
    if name == "wutong.model":
        return
    for module in imported(path):
        if module.startswith("wutong.model."):
            assert floor_of(module) <= floor_of(name), f"{name} imports {module}, which stands above it"


@pytest.mark.parametrize("path", [p for p in CODE if p.parent.name == "rules"], ids=shown)
def test_rules_never_import_one_another(path):
    assert not [module for module in imported(path) if module.startswith("wutong.model.rules")]


def test_there_are_no_circles():
    graph = {module_name(path): {m for m in imported(path) if m in MODULES and m != module_name(path)} for path in CODE}
    for name, below in graph.items():  # a package that gathers its own modules is not above their neighbours
        graph[name] = {m for m in below if not name.startswith(f"{m}.")}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" → ".join(error.args[1]))


@pytest.mark.parametrize("path", CODE, ids=shown)
def test_libraries_stay_in_their_rooms(path):
    for module in imported(path):
        homes = HOMES.get(module.split(".")[0])
        assert homes is None or shown(path).startswith(homes), f"{shown(path)} imports {module}"


def test_only_the_command_line_knows_the_command_line():
    for path in CODE:
        if not shown(path).startswith("experiments/commands/") and path.name not in ("run.py", "__main__.py"):
            assert not [m for m in imported(path) if m.startswith("wutong.experiments.commands")], shown(path)
    assert set(imported(ROOT / "run.py")) == {"wutong.experiments.commands"}


@pytest.mark.parametrize("path", CODE, ids=shown)
def test_files_and_functions_are_small_enough_to_read(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 300
    functions = [n for n in ast.walk(CODE[path]) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    assert not {f.name: n for f in functions if (n := (f.end_lineno or f.lineno) - f.lineno + 1) > 40}


@pytest.mark.parametrize("path", CODE, ids=shown)
def test_no_back_doors(path):
    names = {n.id for n in ast.walk(CODE[path]) if isinstance(n, ast.Name)}
    functions = [n for n in ast.walk(CODE[path]) if isinstance(n, ast.FunctionDef)]
    assert "TYPE_CHECKING" not in names
    if shown(path) != "experiments/commands/shared.py":  # it tells Typer the signature that it takes
        assert not [f.name for f in functions if f.args.kwarg is not None], "**kwargs hide what may be given"


def written_files() -> Iterator[Path]:
    """Every text that belongs to the project, apart from what tools leave behind and from observed data."""
    for folder, folders, files in os.walk(ROOT):
        folders[:] = sorted(f for f in folders if f == ".ci" or not (f.startswith((".", "venv")) or f in SKIPPED_FOLDERS))
        folders[:] = [f for f in folders if not f.endswith(".egg-info")]
        paths = (Path(folder) / name for name in files)
        yield from (p for p in paths if p.suffix not in {".ttf", ".png", ".csv", ".pyc", ".zip"} and p.name != ".git")


FORBIDDEN = {
    "a path of one machine": r"/work/|/tmp/|/root/|/home/|\.\./shared",
    "the host of a package registry": r"pypi\.org|pythonhosted\.org|registry\.npmjs|anaconda\.org",
    "a number of an issue": r"(?<![\w&/#])#\d{1,5}\b|\bissue \d",
    "a working session": r"\bsession\b",
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_says(what):
    pattern, found = re.compile(FORBIDDEN[what], re.IGNORECASE), []
    for path in written_files():
        if path != Path(__file__):
            lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
            found += [f"{shown(path)}:{i + 1}: {line.strip()[:80]}" for i, line in enumerate(lines) if pattern.search(line)]
    assert not found, "\n".join(found)
