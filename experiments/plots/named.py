"""A figure under its name, and its bytes: no file is made before somebody asks for one."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

from matplotlib import rc_context
from matplotlib.figure import Figure

from wutong.experiments import pictures
from wutong.experiments.plots.style import DPI, PAPER


@dataclass(frozen=True)
class Named:
    """A figure under a name; it is a :class:`wutong.experiments.pictures.Picture`."""

    name: str
    figure: Figure

    def png(self) -> bytes:
        """The figure as PNG."""
        out = io.BytesIO()
        self.figure.savefig(out, format="png", dpi=DPI, facecolor=PAPER, metadata={"Software": None})
        return out.getvalue()

    def svg(self) -> str:
        """The figure as SVG, its letters as paths."""
        out = io.StringIO()
        with rc_context({"svg.hashsalt": "wutong", "svg.fonttype": "path"}):
            self.figure.savefig(out, format="svg", facecolor=PAPER, metadata={"Date": None, "Creator": None})
        return out.getvalue()


def save(figure: Figure, folder: Path, name: str) -> tuple[Path, Path]:
    """Write ``name.png`` and ``name.svg`` into a folder and return their paths; equal figures give equal bytes."""
    pictures.write([Named(name, figure)], folder)
    return folder / f"{name}.png", folder / f"{name}.svg"
