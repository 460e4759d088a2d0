"""What belongs to a sketch of a park: samples of dots, the north, and what its places mean."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Circle

from wutong.experiments import wording
from wutong.experiments.plots import style, typeface
from wutong.experiments.plots.sketch import Sketch, has_places, radius
from wutong.experiments.plots.style import GREY, LABEL, SMALL
from wutong.experiments.portrait.world import Portrait

STAFF_SHOWN = (1, 10, 100, 1000, 10000)
SMALLEST_SAMPLE, LARGEST_SAMPLE = 0.016, 0.3  # inches


def size_key(figure: Figure, plan: Sketch, x: float, y: float, language: str) -> float:
    """Samples of dots by staff, in a row; returns where it ends [inch]."""
    w, h = figure.get_size_inches()
    lead = "圆点为企业，大小示人数：" if language == "zh" else "A dot is a firm, sized by staff:"
    style.write(figure, x, y, lead, SMALL, GREY)
    x += typeface.width(lead, SMALL) + 0.08
    for count in STAFF_SHOWN:
        across = 2.0 * plan.scale * float(radius(np.array([float(count)]))[0])
        if across > LARGEST_SAMPLE:
            break
        if across < SMALLEST_SAMPLE:
            continue
        layer = figure.add_axes((x / w, (y - across / 2) / h, across / w, across / h))
        layer.set_axis_off()
        layer.set(xlim=(-1.0, 1.0), ylim=(-1.0, 1.0))
        layer.add_patch(Circle((0.0, 0.0), 1.0, facecolor=GREY, linewidth=0.0, clip_on=False))
        text = wording.number(count)
        style.write(figure, x + across + 0.05, y, text, SMALL, GREY)
        x += across + 0.05 + typeface.width(text, SMALL) + 0.16
    return x


def about_places(of: Portrait, language: str) -> str:
    """What the places of a sketch mean, and what they do not."""
    zh = language == "zh"
    if has_places(of):
        if zh:
            return "示意图，不是测绘图：方位大致属实，距离和形状没有意义；圆盘只为容下先后在其中的企业；自建厂房的位置没有意义。"
        return (
            "A sketch, no survey: the zones' order on the ground is roughly true; distances and shapes mean nothing, nor does "
            "the place of the own plants. A plate is as large as the firms need that ever stood there."
        )
    if zh:
        return "园区文件未给出片区位置，图中位置只为整齐，没有意义；圆盘大小只为容下先后在其中的企业。"
    return (
        "The park's file does not say where its zones are: places are for tidiness and mean nothing. A plate is as large as the "
        "firms need that ever stood there."
    )


def north(figure: Figure, x: float, y: float, language: str) -> None:
    """An arrow to the north, for parks that say where their zones are."""
    w, h = figure.get_size_inches()
    figure.text(x / w, y / h, "↑", fontsize=LABEL, color=GREY, ha="center", va="center_baseline")
    style.write(figure, x, y + 0.17, "北" if language == "zh" else "N", SMALL, GREY, "center")
