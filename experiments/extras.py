"""Libraries that only some results need: where one is missing, a sentence names the extra that brings it."""

from __future__ import annotations

import importlib.util

from wutong.experiments.errors import MissingLibraryError
from wutong.model.facts import Label

EXTRAS = {
    "cluster": ("distributed",),
    "data": ("xarray", "pandas"),
    "design": ("scipy",),
    "excel": ("openpyxl",),
    "parquet": ("pyarrow",),
}


def needs(extra: str) -> None:
    """Do nothing where an extra is installed.

    Raises
    ------
    MissingLibraryError
        Where it is not, with the command that installs it.
    """
    missing = [library for library in EXTRAS[extra] if not _installed(library)]
    if missing:
        names, install = ", ".join(missing), f"pip install 'wutong[{extra}]'"
        raise MissingLibraryError(Label(f"缺少 {names}，请先运行：{install}", f"{names} is not installed; run: {install}"))


def _installed(library: str) -> bool:
    try:
        return importlib.util.find_spec(library) is not None
    except ValueError:  # it was barred from import
        return False
