"""Libraries that only some results need: where one is missing, a sentence names the extra that brings it."""

from __future__ import annotations

import importlib.util

from experiments.kept import ResultsError
from model.facts import Label

EXTRAS = {"data": ("xarray", "pandas"), "excel": ("openpyxl",), "parquet": ("pyarrow",)}


def needs(extra: str) -> None:
    """Do nothing where an extra is installed.

    Raises
    ------
    ResultsError
        Where it is not, with the command that installs it.
    """
    missing = [library for library in EXTRAS[extra] if importlib.util.find_spec(library) is None]
    if missing:
        names, install = ", ".join(missing), f"pip install 'wutong[{extra}]'"
        raise ResultsError(Label(f"缺少 {names}，请先运行：{install}", f"{names} is not installed; run: {install}"))
