"""The sites of a park in one world, at its start and at a later date: a sketch beside another, and what stands where.

The sketch follows the places that the park's file gives its zones; it is no survey, and says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from wutong.experiments import wording
from wutong.experiments.plots import sketch, sketch_key, style, typeface
from wutong.experiments.plots.style import GREY, INK, LABEL, SMALL
from wutong.experiments.portrait.sites import Site, sites_at
from wutong.experiments.portrait.world import Portrait, one_world, run_words
from wutong.model.facts import Ints
from wutong.model.units import quarter_name

WIDTH, PANEL, BETWEEN = 10.4, 5.5, 0.3
NAMES, ROW, MOST_COLUMNS = 2.25, 0.19, 8
ARROW = " → "


@dataclass(frozen=True)
class Column:
    """A column of the table: one zone, several small ones, or all."""

    name: str
    zones: tuple[int, ...]


def site_map(of: Portrait, quarter: int, language: str) -> Figure:
    """The sites at the start and at the end of a quarter.

    Raises
    ------
    ValueError
        If the run does not cover the quarter.
    """
    dates = (of.ledger.start, quarter)
    states = [sites_at(of, date) for date in dates]
    zh, park = language == "zh", of.park.label.in_language(language)
    title = f"{park}：片区与企业（示意图，一次模拟）" if zh else f"{park}: sites and firms (a sketch, one world)"
    subtitle = run_words(of).in_language(language)
    columns = table_columns(of, states, language)
    heads = [typeface.wrap(column.name, _column_width(columns) - 0.08, SMALL) for column in columns]
    table = (max(map(len, heads)) + 0.4) * style.line_height(SMALL) + (4 + len(of.park.industries)) * ROW
    notes = style.note_lines(
        WIDTH, [one_world(of).in_language(language), sketch_key.about_places(of, language), _sites(of, language)]
    )
    head = style.header_height(WIDTH, title, subtitle)
    figure = style.new_figure(WIDTH, head + 0.42 + PANEL + 0.5 + table + 0.1 + style.notes_height(notes))
    below = style.header(figure, title, subtitle) - 0.42 - PANEL
    style.write_notes(figure, notes)
    across = (WIDTH - 2 * style.MARGIN - BETWEEN) / 2
    plan = sketch.sketch(of, across, PANEL, language)
    for n, (date, state) in enumerate(zip(dates, states, strict=True)):
        left = style.MARGIN + n * (across + BETWEEN)
        sketch.draw(figure, of, plan, (left, below), date, language)
        style.write(figure, left, below + PANEL + 0.16, _panel_head(n, date, state, language), LABEL)
        if plan.has_places:
            sketch_key.north(figure, left + 0.16, below + PANEL - 0.36, language)
    end = sketch_key.size_key(figure, plan, style.MARGIN, below - 0.24, language)
    ring = "外环深色：已用载体份额" if zh else "dark part of a ring: share of floor space in use"
    style.write(figure, end + 0.12, below - 0.24, ring, SMALL, GREY)
    _table(figure, of, states, columns, heads, below - 0.48, language)
    return style.finished(figure)


def _panel_head(n: int, date: int, state: Sequence[Site], language: str) -> str:
    total = sketch.firms_and_staff(sum(len(s.firms) for s in state), sum(s.staff for s in state), language)
    if language == "zh":
        return f"{'起点，' if n == 0 else ''}{quarter_name(date)} 末：{total}"
    return f"{'Start, end' if n == 0 else 'End'} of {quarter_name(date)}: {total}"


def _hidden(of: Portrait, language: str) -> str:
    """How many zones are not drawn, where there are too many."""
    n = len(of.park.zones) - sketch.MOST_ZONES
    if n <= 0:
        return ""
    return (
        f"另有 {n} 个最小的片区未画，计入表中合计。"
        if language == "zh"
        else f"The {n} smallest zones are not drawn; the table counts them."
    )


def _sites(of: Portrait, language: str) -> str:
    """What stands in the zones, as far as the park's file says it."""
    colon, stop = ("：", "。") if language == "zh" else (": ", ". ")
    named = [(z.label.in_language(language), z.sites.in_language(language)) for z in of.park.zones]
    return "".join(f"{name}{colon}{sites}{stop}" for name, sites in named if sites)


# ── Table ────────────────────────────────────────────────────────────────────────────────────────────────────────────
def table_columns(of: Portrait, states: Sequence[Sequence[Site]], language: str) -> list[Column]:
    """Zones as columns, the largest by themselves where there are many, and all together as the last."""
    n = len(of.zones)
    size = [max(len(state[zone].firms) for state in states) for zone in range(n)]
    shown = [zone for zone in range(n) if zone < n - 1 or size[zone]]
    alone = sorted(sorted(shown, key=lambda zone: -size[zone])[: MOST_COLUMNS - (2 if len(shown) >= MOST_COLUMNS else 1)])
    others = tuple(zone for zone in shown if zone not in alone)
    found = [Column(of.zones[zone][1].in_language(language), (zone,)) for zone in alone]
    zh = language == "zh"
    found += [Column("其他片区" if zh else "Other zones", others)] if others else []
    return [*found, Column("合计" if zh else "All", tuple(shown))]


def cells(of: Portrait, states: Sequence[Sequence[Site]], column: Column, language: str) -> list[str]:
    """Cells of a column: floor space, share in use, staff, firms, and firms by industry, each at both dates."""
    pairs = [[state[zone] for zone in column.zones] for state in states]
    counts: list[Ints] = [np.sum([s.by_industry for s in sites], axis=0) for sites in pairs]
    floors, used = ([_total(sites, name) for sites in pairs] for name in ("floor", "occupied"))
    has_floor, factor = max(floors) > 0.0, 1e-4 if language == "zh" else 1e-3
    lines = [
        _pair([wording.number(v * factor) for v in floors]) if has_floor else wording.DASH,
        _pair([f"{u / f:.0%}" if f else wording.DASH for u, f in zip(used, floors, strict=True)]) if has_floor else wording.DASH,
        _pair([f"{round(sum(s.staff for s in sites)):,}" for sites in pairs]),
        _pair([f"{int(c.sum()):,}" for c in counts]),
    ]
    return lines + [_pair([f"{int(c[i]):,}" for c in counts]) for i in range(len(of.park.industries))]


def _total(sites: Sequence[Site], name: str) -> float:
    """Square metres of zones together; plants that projects bring have none."""
    return float(sum(getattr(site, name) or 0.0 for site in sites))


def _pair(texts: Sequence[str]) -> str:
    return ARROW.join(texts) if set(texts) != {"0"} else wording.DASH


def _column_width(columns: Sequence[Column]) -> float:
    return (WIDTH - 2 * style.MARGIN - NAMES) / len(columns)


def _table(
    figure: Figure,
    of: Portrait,
    states: Sequence[Sequence[Site]],
    columns: Sequence[Column],
    heads: Sequence[Sequence[str]],
    top: float,
    language: str,
) -> None:
    step, wide, n_head = style.line_height(SMALL), _column_width(columns), max(map(len, heads))
    first = top - n_head * step - 0.1
    style.hairline(figure, [style.MARGIN, WIDTH - style.MARGIN], [first + 0.03] * 2, GREY)
    names = ("载体面积（万平方米）", "已用份额", "从业人员", "企业数")
    if language == "en":
        names = ("Floor space (thousand m²)", "Share in use", "Staff", "Firms")
    labels = [*names, *(i.label.in_language(language) for i in of.park.industries)]
    for n, label in enumerate(labels):
        y = first - (n + 0.5) * ROW
        name = typeface.wrap(label, NAMES - 0.3, SMALL)[0]
        if n >= len(names):
            pen = style.industry_pen(of.park.industries[n - len(names)].key, n - len(names))
            style.hairline(figure, [style.MARGIN + 0.04, style.MARGIN + 0.16], [y, y], pen.colour, 7.0)
        style.write(figure, style.MARGIN + (0.24 if n >= len(names) else 0.0), y, name, SMALL, INK)
    for n, (column, head) in enumerate(zip(columns, heads, strict=True)):
        right = style.MARGIN + NAMES + (n + 1) * wide
        for i, line in enumerate(head):
            style.write(figure, right, top - (n_head - len(head) + i + 0.5) * step, line, SMALL, GREY, "right")
        for i, text in enumerate(cells(of, states, column, language)):
            style.write(figure, right, first - (i + 0.5) * ROW, text, SMALL - 0.5, INK if text != wording.DASH else GREY, "right")
