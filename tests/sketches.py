"""Pictures that are composed and named but not painted: for tests that ask whether they come, not how they look."""

from __future__ import annotations

from pathlib import Path

import pytest

from wutong.experiments import plots


def _named(figure: object, folder: Path, name: str) -> tuple[Path, Path]:
    paths = folder / f"{name}.png", folder / f"{name}.svg"
    for path in paths:
        path.touch()
    return paths


def sketch(patch: pytest.MonkeyPatch) -> None:
    """From here on pictures are empty files."""
    patch.setattr(plots, "save", _named)
