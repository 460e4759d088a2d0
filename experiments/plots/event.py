"""What an anchor changed: the same worlds with and without it, by how close a segment stands to it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from matplotlib.figure import Figure

from wutong.experiments import wording
from wutong.experiments.defined import highest, lowest
from wutong.experiments.defined import quantiles as spread
from wutong.experiments.goals import pairs
from wutong.experiments.plots import fan as fans
from wutong.experiments.plots import style, typeface
from wutong.experiments.plots.style import GREY, INK, LABEL, SMALL, Pen
from wutong.model.base import LINKED_SHARE
from wutong.model.facts import Floats, Label
from wutong.model.history import History, MeasureFact
from wutong.model.scenario import Anchor, Park
from wutong.model.units import quarter_name

WIDTH, PANEL_HEIGHT, LEFT, VALUES, EDGE = 10.4, 2.5, 0.55, 0.55, 0.2
GROUPS = {
    "tied": (Label("配套环节", "Tied segments"), Pen("#2b6cb8")),
    "linked": (Label("关联环节", "Linked segments"), Pen("#3b9a73")),
    "unrelated": (Label("无关环节", "Unrelated segments"), Pen("#69727a")),
}


def segment_groups(park: Park, anchor: Anchor) -> dict[str, tuple[str, ...]]:
    """Segments by how close they stand to an anchor: tied (partners work there), linked (they trade), unrelated.

    The anchor's own segment is left out unless partners work in it: the anchor itself is not what it pulled along.
    """
    kinds = {kind.key: kind for kind in park.partner_kinds}
    shares = kinds[anchor.partner_kind].shares if anchor.partner_kind else {}
    keys = [s.key for s in park.segments]
    own = keys.index(anchor.segment)
    tied = tuple(k for k in keys if shares.get(k, 0.0) > 0)
    trades = [max(park.purchases[own][i], park.purchases[i][own]) >= LINKED_SHARE for i in range(len(keys))]
    others = [(k, trade) for k, trade in zip(keys, trades, strict=True) if k not in tied and k != anchor.segment]
    return {
        "tied": tied,
        "linked": tuple(k for k, trade in others if trade),
        "unrelated": tuple(k for k, trade in others if not trade),
    }


def anchor_event(present: History, absent: History, anchor: str, measure: str, language: str) -> Figure:
    """Paired difference that an anchor makes to a measure, by segment group, over the years around its signing.

    Parameters
    ----------
    present, absent : the same replications with and without the anchor
    anchor : key of an anchor in the park of ``present``

    Raises
    ------
    ValueError
        If the park has no such anchor or the histories share no replication.
    """
    park = present.cases[0].scenario.park
    found = next((a for a in park.anchors if a.key == anchor), None)
    if found is None:
        raise ValueError(f"no anchor {anchor!r}; there are {', '.join(a.key for a in park.anchors)}")
    groups = segment_groups(park, found)
    raw = {name: paired_difference(present, absent, measure, keys) for name, keys in groups.items() if keys}
    return _draw(present, found, measure, {name: (groups[name], values) for name, values in raw.items()}, language)


def paired_difference(present: History, absent: History, measure: str, segments: Sequence[str]) -> Floats:
    """Difference of a measure summed over segments, of shape (n_quarters + 1, n_pairs).

    Raises
    ------
    ValueError
        If the histories share no replication or do not start together.
    """
    here, there = pairs(present, absent)
    if here.size == 0 or present.start != absent.start or present.n_quarters != absent.n_quarters:
        raise ValueError("the two histories need the same quarters and common replications")
    return present.total(measure, segments)[:, here] - absent.total(measure, segments)[:, there]


def _draw(
    history: History, anchor: Anchor, measure: str, groups: dict[str, tuple[tuple[str, ...], Floats]], language: str
) -> Figure:
    n_pairs = next(iter(groups.values()))[1].shape[1]
    years = (history.start + np.arange(history.n_quarters + 1) - anchor.signed) / 4.0
    park = history.cases[0].scenario.park
    panels = [
        Panel(
            GROUPS[name][0],
            _names(park, keys, language),
            fans.Fan(name, GROUPS[name][1], years, spread(values, fans.QUANTILES)),
        )
        for name, (keys, values) in groups.items()
    ]
    axis = Label("签约后年数", "Years since signing")
    notes = [_note(history, anchor, measure, language)]
    return panel_row(panels, history.facts[measure], axis, _titles(history, anchor, measure, n_pairs, language), notes, language)


@dataclass(frozen=True)
class Panel:
    """One fan with its heading and a line of small print under it."""

    heading: Label
    text: str
    fan: fans.Fan


def panel_row(
    panels: Sequence[Panel], fact: MeasureFact, axis: Label, titles: tuple[str, str], notes: Sequence[str], language: str
) -> Figure:
    """Panels side by side on one scale, zero inside, the event at year 0."""
    width = (WIDTH - 2 * EDGE - len(panels) * (LEFT + VALUES)) / len(panels)
    texts = [typeface.wrap(panel.text, width + VALUES, SMALL) for panel in panels]
    lines = style.note_lines(WIDTH, notes)
    heading = style.line_height(LABEL) + max(map(len, texts)) * style.line_height(SMALL) + 0.12
    head = style.header_height(WIDTH, *titles)
    figure = style.new_figure(WIDTH, head + heading + 0.45 + PANEL_HEIGHT + 0.6 + style.notes_height(lines))
    top = style.header(figure, *titles) - 0.12
    style.write_notes(figure, lines)
    scale, limits = _range([panel.fan.quantiles for panel in panels], fact, language)
    bottom = style.notes_height(lines) + 0.6
    for i, (panel, text) in enumerate(zip(panels, texts, strict=True)):
        left = EDGE + i * (LEFT + width + VALUES) + LEFT
        below = style.write_lines(figure, left - 0.35, top, [panel.heading.in_language(language)], LABEL)
        style.write_lines(figure, left - 0.35, below, text, SMALL, GREY)
        if i == 0:
            style.write(figure, left - 0.35, bottom + PANEL_HEIGHT + 0.16, scale.name, SMALL, GREY)
        scaled = replace(panel.fan, quantiles=panel.fan.quantiles * scale.factor)
        _panel(figure, (left, bottom, width, PANEL_HEIGHT), scaled, limits, axis.in_language(language))
    return style.finished(figure)


def _range(quantiles: Sequence[Floats], fact: MeasureFact, language: str) -> tuple[wording.Scale, tuple[float, float]]:
    """How differences are written, and the ends of the common axis in those units, zero inside."""
    low, high = lowest(*(q[0] for q in quantiles)), highest(*(q[4] for q in quantiles))
    scale = wording.scale_for(wording.shown_unit(fact), max(-low, high), language)
    low, high = low * scale.factor, high * scale.factor
    room = max(high - low, 1e-9)
    return scale, (min(low - 0.06 * room, -0.12 * room), max(high + 0.08 * room, 0.12 * room))


def _panel(
    figure: Figure,
    place: tuple[float, float, float, float],
    fan: fans.Fan,
    limits: tuple[float, float],
    axis: str,
) -> None:
    """One fan in the axes at ``place``, with the event at year 0 and the last median in figures."""
    left, bottom, width, height = place
    axes = style.new_axes(figure, *place)
    style.value_axis(axes, *limits)
    axes.spines["bottom"].set_visible(False)
    first, last = float(fan.time[0]), float(fan.time[-1])
    axes.set_xlim(first, last)
    step = max(1, round((last - first) / 6))
    ticks = [t for t in range(math.ceil(first), math.floor(last) + 1) if t % step == 0]
    axes.set_xticks(ticks, labels=[fans.signed(t) for t in ticks])
    if first <= 0.0 <= last:
        axes.axvline(0.0, color=INK, linewidth=0.8, zorder=2)
    fans.draw_fan(axes, fan, shaded=True)
    end = fan.last
    if math.isnan(end):
        return
    end = end if abs(end) >= 0.002 * (limits[1] - limits[0]) else 0.0  # less than a hair of the axis
    y = bottom + style.share_of_height(axes, end) * height
    style.write(figure, left + width + 0.06, y, fans.signed(end), LABEL, INK)
    style.write(figure, left + width / 2, bottom - 0.34, axis, SMALL, GREY, "center")


def _names(park: Park, keys: Sequence[str], language: str) -> str:
    labels = {s.key: s.label.in_language(language) for s in park.segments}
    return ("、" if language == "zh" else ", ").join(labels[k] for k in keys)


def _titles(history: History, anchor: Anchor, measure: str, n_pairs: int, language: str) -> tuple[str, str]:
    name, label = anchor.label.in_language(language), history.facts[measure].label.in_language(language)
    policy, when = fans.names_of([history], language)[0], quarter_name(anchor.signed)
    scenario = history.cases[0].scenario.title.in_language(language)
    if language == "zh":
        return (
            f"{name}：{label}的变化",
            f"{scenario}，{policy}；有无该龙头的两组模拟逐次配对（{n_pairs} 对）相减；{when} 签约；"
            "线为差值的中位数，色带含 50% 和 90% 的模拟",
        )
    return (
        f"{name}: change in {wording.lower_first(label)}",
        f"{scenario}, {policy} · {n_pairs} pairs of runs, with minus without the anchor · signed {when} · "
        "lines: median difference; bands: 50% and 90% of pairs",
    )


def _note(history: History, anchor: Anchor, measure: str, language: str) -> str:
    own = wording.scope_label(history.cases[0].scenario.park, anchor.segment, language)
    definition = history.facts[measure].definition.in_language(language).rstrip("。.")
    shares = {k.key: k.shares for k in history.cases[0].scenario.park.partner_kinds}.get(anchor.partner_kind or "", {})
    counted = shares.get(anchor.segment, 0.0) > 0
    if language == "zh":
        self_text = f"配套环节含龙头自身所在的“{own}”。" if counted else f"不含龙头自身所在的“{own}”。"
        return (
            (f"口径：{definition}。" if definition else "")
            + self_text
            + "关联指与该环节的买卖至少占买方收入的 2%。图右数字为期末中位数。"
        )
    self_text = f"Tied segments include the anchor's own, {own}." if counted else f"The anchor's own segment, {own}, is left out."
    lead = f"Definition: {definition}. " if definition else ""
    return f"{lead}{self_text} Linked: trade of at least 2% of the buyer's revenue. Figures at the right: medians at the end."
