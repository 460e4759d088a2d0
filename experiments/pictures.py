"""Pictures on their way to a file or a page: drawn in ``wutong.experiments.plots``, written here and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from wutong.experiments.unfinished import replacing


class Picture(Protocol):
    """A picture under a name such as ``goals`` or ``baseline/revenue-all``; equal pictures give equal bytes."""

    @property
    def name(self) -> str: ...

    def png(self) -> bytes:
        """The picture as PNG."""
        ...

    def svg(self) -> str:
        """The picture as SVG, its letters as paths."""
        ...


def write(pictures: Iterable[Picture], folder: Path) -> dict[str, str]:
    """Write each picture as PNG and SVG below a folder, whole or not at all, as it is drawn; returns the SVG by name."""
    written = {}
    for picture in pictures:
        svg, path = picture.svg(), folder / picture.name
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path.with_name(f"{path.name}.png")) as unfinished:
            unfinished.write_bytes(picture.png())
        with replacing(path.with_name(f"{path.name}.svg")) as unfinished:
            unfinished.write_text(svg, encoding="utf-8", newline="\n")
        written[picture.name] = svg
    return written
