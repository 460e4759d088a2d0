"""The scorecard as a picture: what the model gives for every fact against its target, each target drawn to one width."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from wutong.experiments import wording
from wutong.experiments.answers import Answer
from wutong.experiments.evidence.scorecard import KINDS, VERDICTS, Kind, Verdict
from wutong.experiments.plots import style, typeface
from wutong.experiments.plots.style import FAINT, GREY, INK, LABEL, PAPER, SMALL
from wutong.model.facts import Label

WIDTH, ROW, HEADING, AXIS, GAP = 10.4, 0.33, 0.36, 0.42, 0.2
NAMES, VALUES, TARGETS = 3.5, 1.75, 1.05  # widths of columns
REACH = 5.0  # half-widths of a target from its middle that are drawn; what lies beyond is pointed at
MARKS: Mapping[Verdict, tuple[str, str]] = {  # shape and colour
    Verdict.INSIDE: ("o", "#2b6cb8"),
    Verdict.TOUCHES: ("D", "#b07d0b"),
    Verdict.MISSES: ("X", "#d0562f"),
}
HEADINGS: Mapping[Kind, Label] = {
    Kind.EMERGENT: Label("由模型规则产生，可称验证", "follow from the rules: may be called validation"),
    Kind.CALIBRATED: Label("用来定过参数的范围", "set a range of the model"),
    Kind.IMPOSED: Label("由规则直接给定，只检验代码", "put in by a rule: test the code alone"),
}


@dataclass(frozen=True)
class Line:
    """A fact: its name, target and what the model gives; the quantiles are None where no world has a value."""

    kind: Kind
    name: str
    low: float
    high: float
    quantiles: tuple[float, float, float] | None
    verdict: Verdict

    def place(self, value: float) -> float:
        """Where a value lies: −1 is the lower end of the target, 1 the upper."""
        half = max((self.high - self.low) / 2.0, 1e-12)
        return (value - (self.high + self.low) / 2.0) / half


def scorecard(given: Answer, language: str) -> Figure:
    """Every fact with its target as a grey band, the model's median as a mark of its verdict, and the 90 % interval.

    Parameters
    ----------
    given : as :func:`wutong.experiments.evidence.scorecard.scorecard`
    """
    lines = lines_of(given, language)
    groups = [(kind, own) for kind in KINDS if (own := [line for line in lines if line.kind is kind])]
    title, subtitle = _titles(given, language)
    notes = style.note_lines(WIDTH, [_note(language)])
    body = len(groups) * HEADING + len(lines) * ROW
    head = style.header_height(WIDTH, title, subtitle) + 0.68
    figure = style.new_figure(WIDTH, head + body + AXIS + style.notes_height(notes))
    top = style.header(figure, title, subtitle)
    _key(figure, top - 0.2, language)
    top -= 0.68
    style.write_notes(figure, notes)
    axes = _axes(figure, top - body, body, language)
    _column_heads(figure, top + 0.12, language)
    y = top
    for kind, own in groups:
        said = f"{KINDS[kind].in_language(language)} · {HEADINGS[kind].in_language(language)}"
        style.write(figure, style.MARGIN, y - 0.58 * HEADING, said[:1].upper() + said[1:], SMALL, GREY)
        style.hairline(figure, [style.MARGIN, WIDTH - style.MARGIN], [y - HEADING + 0.05] * 2, FAINT)
        y -= HEADING
        for line in own:
            _texts(figure, line, y - ROW / 2)
            _draw(axes, line, (y - ROW / 2 - (top - body)) / body, ROW / body)
            y -= ROW
    return style.finished(figure)


def lines_of(given: Answer, language: str) -> list[Line]:
    """The facts of a scorecard in its order."""
    found = []
    for row in given.rows:
        cell = dict(zip(given.columns, row, strict=True))
        numbers = [cell[key] for key in ("q05", "q50", "q95")]
        known = [float(v) for v in numbers if isinstance(v, int | float)]
        low, high = (float(str(cell[key])) for key in ("target_low", "target_high"))
        quantiles = (known[0], known[1], known[2]) if len(known) == 3 else None
        name, verdict = str(cell[f"label_{language}"]), Verdict(str(cell["verdict"]))
        found.append(Line(Kind(str(cell["kind"])), name, low, high, quantiles, verdict))
    return found


def _axes_width() -> float:
    return WIDTH - 2 * style.MARGIN - NAMES - VALUES - TARGETS - 2 * GAP


def _axes(figure: Figure, bottom: float, height: float, language: str) -> Axes:
    axes = style.new_axes(figure, style.MARGIN + NAMES + GAP, bottom, _axes_width(), height)
    axes.set_xlim(-REACH, REACH)
    axes.set_ylim(0.0, 1.0)
    axes.set_yticks([])
    ends = ("目标下限", "上限") if language == "zh" else ("target, low", "high")
    axes.set_xticks([-1.0, 1.0], labels=["", ""])
    axes.tick_params(axis="x", length=3)
    left, inch = style.MARGIN + NAMES + GAP, _axes_width() / (2 * REACH)
    middle = left + REACH * inch
    style.write(figure, middle - inch, bottom - 0.16, ends[0], SMALL, GREY, "right")
    style.write(figure, middle + inch, bottom - 0.16, ends[1], SMALL, GREY)
    axes.spines["bottom"].set_visible(False)
    return axes


def _column_heads(figure: Figure, y: float, language: str) -> None:
    left = style.MARGIN + NAMES + 2 * GAP + _axes_width()
    heads = ("模型中位数（90% 区间）", "目标") if language == "zh" else ("model: median (90%)", "target")
    for x, head in zip((left, left + VALUES), heads, strict=True):
        style.write(figure, x, y, head, SMALL, GREY)


def _texts(figure: Figure, line: Line, y: float) -> None:
    names = typeface.wrap(line.name, NAMES, LABEL)
    size = LABEL if len(names) == 1 else SMALL - 0.5
    names = names if len(names) == 1 else typeface.wrap(line.name, NAMES, size)[:2]
    style.write_lines(figure, style.MARGIN, y + len(names) * style.line_height(size) / 2, names, size)
    left = style.MARGIN + NAMES + 2 * GAP + _axes_width()
    if line.quantiles is not None:
        low, middle, high = map(wording.number, line.quantiles)
        style.write(figure, left, y, f"{middle} ({low}{wording.DASH}{high})", SMALL)
    else:
        style.write(figure, left, y, wording.DASH, SMALL, GREY)
    target = f"{wording.number(line.low)}{wording.DASH}{wording.number(line.high)}"
    style.write(figure, left + VALUES, y, target, SMALL, GREY)


def _draw(axes: Axes, line: Line, y: float, thick: float) -> None:
    """The target, the interval up to the edge, and the median; an arrow at an edge says that more lies beyond."""
    axes.barh(y, 2.0, 0.72 * thick, left=-1.0, color=FAINT, linewidth=0.0, zorder=1)
    if line.quantiles is None:
        return
    shape, colour = MARKS[line.verdict]
    low, middle, high = (line.place(value) for value in line.quantiles)
    inside = [min(max(v, -REACH), REACH) for v in (low, middle, high)]
    axes.plot([inside[0], inside[2]], [y, y], color=colour, linewidth=1.6, zorder=2, solid_capstyle="butt")
    for beyond, edge, arrow in ((low < -REACH, -REACH, "<"), (high > REACH, REACH, ">")):
        if beyond:
            axes.plot(edge, y, arrow, markersize=5.0, color=colour, clip_on=False, zorder=3)
    shown = middle if abs(middle) <= REACH else math.copysign(REACH - 0.5, middle)  # beside the arrow
    axes.plot(shown, y, shape, markersize=7.0, color=colour, markeredgecolor=PAPER, markeredgewidth=0.7, zorder=4)


def _key(figure: Figure, y: float, language: str) -> None:
    """The mark of each verdict, in words, and the band of a target."""
    width, height = figure.get_size_inches()
    x = style.MARGIN
    for verdict, (shape, colour) in MARKS.items():
        figure.add_artist(Line2D([(x + 0.06) / width], [y / height], marker=shape, markersize=7.0, color=colour, linewidth=0.0))
        said = VERDICTS[verdict].in_language(language)
        style.write(figure, x + 0.2, y, said, LABEL, INK)
        x += 0.2 + typeface.width(said, LABEL) + 0.3
    style.hairline(figure, [x, x + 0.26], [y, y], FAINT, 11.0)
    style.write(figure, x + 0.34, y, "目标范围" if language == "zh" else "target", LABEL, INK)


def _titles(given: Answer, language: str) -> tuple[str, str]:
    counts = [int(n) for n in _column(given, "n") if isinstance(n, int | float)]
    n = wording.DASH.join(dict.fromkeys(str(v) for v in (min(counts), max(counts)))) if counts else "0"
    inside, total = _column(given, "verdict").count(Verdict.INSIDE.value), len(given.rows)
    if language == "zh":
        return "模型与典型事实", f"{total} 项中 {inside} 项相符；每项 {n} 个世界；各项目标范围画成同样宽度，线为 90% 区间"
    return (
        "The model against stylised facts",
        f"{inside} of {total} inside their target · {n} worlds each · every target drawn to one width; lines: 90% intervals",
    )


def _column(given: Answer, name: str) -> Sequence[object]:
    place = list(given.columns).index(name)
    return [row[place] for row in given.rows]


def _note(language: str) -> str:
    far = math.floor(REACH)
    if language == "zh":
        return f"只有涌现的事实可以称为验证。箭头：超出图幅（离目标中点 {far} 个半宽以外），标记不按比例。不符的项目照样列出。"
    return (
        f"Only emergent facts may be called validation. Arrows: beyond the picture, {far} half-widths from the middle of the "
        "target, with marks out of place. Facts that the model misses stay."
    )
