"""The axis along which effects stand, zero always on it: of the pictures that show one effect a row."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from wutong.experiments import wording
from wutong.experiments.plots import style
from wutong.experiments.plots.style import FAINT, INK

ROOM = 0.04  # of the width beyond the outermost ends


def effect_axes(
    figure: Figure, box: tuple[float, float, float, float], ends: Sequence[float], unit: str, language: str
) -> tuple[Axes, wording.Scale]:
    """Axes whose heights run from 0 to 1, and how values are written.

    Parameters
    ----------
    box : left, bottom, width and height [inches]
    ends : of all intervals, in ``unit``
    """
    low, high = min(*ends, 0.0), max(*ends, 0.0)
    scale = wording.scale_for(unit, max(-low, high), language)
    room = ROOM * max(high - low, 1e-9) * scale.factor
    axes = style.new_axes(figure, *box)
    axes.set_xlim(low * scale.factor - room, high * scale.factor + room)
    axes.set_ylim(0.0, 1.0)
    axes.set_yticks([])
    ticks = [float(t) for t in MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]).tick_values(*axes.get_xlim())]
    inside = [t for t in ticks if axes.get_xlim()[0] <= t <= axes.get_xlim()[1]]
    axes.set_xticks(inside, labels=[wording.number(t) for t in inside])
    axes.grid(visible=True, axis="x", color=FAINT, linewidth=0.7)
    axes.axvline(0.0, color=INK, linewidth=0.8, zorder=4)
    return axes, scale
