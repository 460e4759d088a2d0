"""A sketch of a park: a plate for every zone, where its place says, and a dot for every firm, at one spot at every date."""

from __future__ import annotations

import bisect
import functools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Arc, Circle, PathPatch
from matplotlib.path import Path

from wutong.experiments import wording
from wutong.experiments.plots import packing, style, typeface
from wutong.experiments.plots.style import GREY, INK, LABEL, SMALL
from wutong.experiments.portrait.sites import Site, industries_of, sites_at
from wutong.experiments.portrait.world import Portrait
from wutong.model.codes import Channel
from wutong.model.facts import Floats, Mask
from wutong.model.ledger import Ledger

GROUND, PLATE, GAUGE, FULL = "#f4f5f6", "#ffffff", "#d9dde1", "#5c6770"
TEXT_WIDTH, RING, EDGE = 1.42, 0.09, 0.06  # inches
NAME_WIDTHS = 1.66, 1.42  # inches
MOST_ZONES = 12
ROOMY = 1.7  # times its radius: a vacant spot so much larger is left to a larger firm
BETWEEN_DOTS = 0.12  # in the unit of radii
SMALLEST_PLATE = 7.0


def radius(staff: Floats) -> Floats:
    """Radius of the dot of a firm, of the shape of staff: with the cube root, so that small firms stay visible."""
    return np.asarray(np.cbrt(np.maximum(staff, 1.0)))


@dataclass(frozen=True)
class Sketch:
    """Where everything is drawn, the same at every date.

    Attributes
    ----------
    spots : of shape (n_firms, 2)
        Of every firm ever, from the middle of its plate, in the unit of radii.
    plates : of shape (n_zones,)
        Radius of every plate, in that unit; the projects' own plants last.
    middles : of shape (n_zones, 2) [inch]
        Of the plates.
    scale : inch, of the unit of radii
    names : of the zones, in lines
    shown : of shape (n_zones,)
        Which zones are drawn; the smallest are not where there are many.
    has_places : whether the park says where its zones are
    """

    spots: Floats
    plates: Floats
    middles: Floats
    scale: float
    names: Sequence[Sequence[str]]
    shown: Mask
    has_places: bool
    size: tuple[float, float]

    def text_top(self, number: int) -> float:
        """Where the words below a plate begin [inch]."""
        return float(self.middles[number, 1] - self.plates[number] * self.scale) - RING - 0.03


def sketch(of: Portrait, width: float, height: float, language: str) -> Sketch:
    """The sketch of a park that fills a room [inch] as well as may be: of its names in long or short lines, the larger one.

    Raises
    ------
    ValueError
        If the room is too small for the words.
    """
    found = [_sketch(of, (width, height), language, line, in_rows=False) for line in NAME_WIDTHS]
    best = max(found, key=lambda one: one.scale)
    if not best.scale:
        best = _sketch(of, (width, height), language, min(NAME_WIDTHS), in_rows=True)
    if not best.scale:
        raise ValueError(f"no sketch of {len(of.zones)} zones fits {width:g} by {height:g} inches")
    return best


def _sketch(of: Portrait, room: tuple[float, float], language: str, line: float, *, in_rows: bool) -> Sketch:
    """The sketch with names in lines of a width [inch], with zones in rows if asked for; of scale 0 where it does not fit."""
    spots, plates = _packed(of.ledger, len(of.zones))
    names = [typeface.wrap(label.in_language(language), line, LABEL) for _, label in of.zones]
    shown = _shown(of)
    wanted, texts = _wanted(of, shown), np.array([_text_size(lines) for lines in names])
    if in_rows:
        wanted[:-1][shown[:-1]] = _in_rows(wanted[:-1][shown[:-1]])
    scale, boxes = 0.0, np.zeros((len(plates), 2))
    low, high = 0.0, min(room) / (2.0 * float(plates[shown].max(initial=SMALLEST_PLATE)))
    for _ in range(16):
        middle = (low + high) / 2
        found = _cards(wanted[shown], plates[shown], texts[shown], middle, room)
        if found is None:
            high = middle
        else:
            low = scale = middle
            boxes[shown] = found
    middles = boxes + np.stack([np.zeros(len(plates)), texts[:, 1] / 2], axis=1)
    return Sketch(spots, plates, middles, scale, names, shown, has_places(of), room)


def _shown(of: Portrait) -> Mask:
    """Which zones are drawn, of shape (n_zones,): the largest of the park, and the own plants where any ever stood."""
    ever = np.bincount(of.ledger.zone, minlength=len(of.zones))
    shown = np.zeros(len(ever), np.bool_)
    shown[np.argsort(-ever[:-1], kind="stable")[:MOST_ZONES]] = True
    shown[-1] = ever[-1] > 0
    return shown


def has_places(of: Portrait) -> bool:
    """Whether the park says of every zone where it is."""
    return bool(of.park.zones) and all(zone.place is not None for zone in of.park.zones)


def _text_size(lines: Sequence[str]) -> tuple[float, float]:
    """Width and height of the words below a plate [inch]."""
    height = len(lines) * style.line_height(LABEL) + 2 * style.line_height(SMALL) + 0.06
    return max(TEXT_WIDTH, *(typeface.width(line, LABEL) for line in lines)), height


@functools.lru_cache(maxsize=4)
def _packed(ledger: Ledger, n_zones: int) -> tuple[Floats, Floats]:
    """Spots of the firms and radii of the plates: those of the start in the middle, by size, then newcomers as they come.

    A newcomer takes a spot that has fallen vacant, if it fits there.
    """
    radii = radius(ledger.staff.max(axis=0, initial=0.0)) + BETWEEN_DOTS
    spots, plates = np.zeros((ledger.n_firms, 2)), np.full(n_zones, SMALLEST_PLATE)
    for zone in range(n_zones):
        rows = np.flatnonzero(ledger.zone == zone)
        first = ledger.channel[rows] == Channel.INITIAL
        rows = rows[np.lexsort((rows, np.where(first, -radii[rows], 0.0), ~first))]
        slot, reach = _slots(ledger, rows.tolist(), radii)
        middles = packing.packed(reach)
        spots[rows] = middles[slot]
        plates[zone] = max(packing.outer_radius(middles, np.array(reach)), SMALLEST_PLATE)
    return spots, plates


def _slots(ledger: Ledger, rows: list[int], radii: Floats) -> tuple[list[int], list[float]]:
    """Number of the spot of each firm, in the order of their coming, and the radius of each spot."""
    slot, reach, vacant = list[int](), list[float](), list[tuple[float, int]]()
    leaving = sorted((int(ledger.ended[row]), n) for n, row in enumerate(rows))
    gone = 0
    for row in rows:
        while gone < len(slot) and leaving[gone][0] <= ledger.born[row] and leaving[gone][1] < len(slot):
            number = slot[leaving[gone][1]]
            bisect.insort(vacant, (reach[number], number))
            gone += 1
        needed = float(radii[row])
        place = bisect.bisect_left(vacant, (needed, -1))
        if place < len(vacant) and vacant[place][0] <= ROOMY * needed:
            slot.append(vacant.pop(place)[1])
        else:
            slot.append(len(reach))
            reach.append(needed)
    return slot, reach


def _wanted(of: Portrait, shown: Mask) -> Floats:
    """Where each zone should stand, both from 0 to 1; without places side by side, the own plants always at the foot."""
    n = len(of.park.zones)
    if has_places(of):
        spots = np.array([(z.place.east, z.place.north) for z in of.park.zones if z.place is not None])
        span = np.maximum(np.ptp(spots, axis=0), 1e-9)
        spots = 0.15 + 0.7 * (spots - spots.min(axis=0)) / span
    else:
        columns = max(int(np.ceil(np.sqrt(n))), 1)
        row, column = np.divmod(np.arange(n), columns)
        spots = np.stack([(column + 0.5) / columns, 1.0 - (row + 0.5) / max(row.max(initial=0) + 1, 1)], axis=1)
    if shown[-1]:
        spots = spots * (1.0, 0.72) + (0.0, 0.28)
    return np.vstack([spots.reshape(-1, 2), [0.5, 0.0]])


def _in_rows(wanted: Floats) -> Floats:
    """Places in rows of three that keep their order from north to south, and from west to east within a row."""
    order, n_rows = np.argsort(-wanted[:, 1], kind="stable"), -(-len(wanted) // 3)
    found = np.zeros(wanted.shape)
    for row in range(n_rows):
        own = order[3 * row : 3 * row + 3]
        own = own[np.argsort(wanted[own, 0], kind="stable")]
        found[own, 0] = (np.arange(len(own)) + 0.5) / len(own)
        found[own, 1] = 1.0 - 0.85 * (row + 0.5) / n_rows
    return found


def _cards(
    wanted: Floats, plates: Floats, texts: Floats, scale: float, room: tuple[float, float]
) -> list[tuple[float, float]] | None:
    """Middles of the zones' cards at a scale, or None where they do not fit."""
    across = 2.0 * (plates * scale + RING)
    sizes = [(max(float(a), w + 0.04), float(a) + h) for a, (w, h) in zip(across, texts.tolist(), strict=True)]
    inside = (room[0] - 2 * EDGE, room[1] - 2 * EDGE)
    found = packing.moved_apart([(x * inside[0], y * inside[1]) for x, y in wanted.tolist()], sizes, inside, 0.06)
    return None if found is None else [(x + EDGE, y + EDGE) for x, y in found]


# ── Drawing ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def draw(figure: Figure, of: Portrait, plan: Sketch, corner: tuple[float, float], quarter: int, language: str) -> Axes:
    """The sketch at the end of a quarter, with its lower left corner at a place of the figure [inch]."""
    axes = style.new_axes(figure, *corner, *plan.size)
    axes.set(xlim=(0.0, plan.size[0]), ylim=(0.0, plan.size[1]), xticks=[], yticks=[], facecolor=GROUND)
    axes.spines["bottom"].set_visible(False)
    for number, site in enumerate(sites_at(of, quarter)):
        if plan.shown[number]:
            plate(axes, plan, number, site)
            if site.share is not None:
                axes.add_patch(gauge(plan, number, site.share))
            _words(figure, plan, number, site, corner, language)
    for patch in dots(of, plan, quarter):
        axes.add_artist(patch)  # not add_patch, which measures every curve
    return axes


def dots(of: Portrait, plan: Sketch, quarter: int) -> list[PathPatch]:
    """The firms that are there at the end of a quarter as circles, one patch an industry, in its colour."""
    rows, found = np.flatnonzero(of.ledger.operating(quarter) & plan.shown[of.ledger.zone]), list[PathPatch]()
    reach = plan.scale * radius(of.ledger.staff_at(quarter)[rows])
    places = plan.middles[of.ledger.zone[rows]] + plan.spots[rows] * plan.scale
    industry = industries_of(of)[rows]
    for n, known in enumerate(of.park.industries):
        own = industry == n
        if own.any():
            path, colour = circles(places[own], reach[own]), style.industry_pen(known.key, n).colour
            found.append(PathPatch(path, facecolor=colour, linewidth=0.0, zorder=4))
    return found


def circles(middles: Floats, radii: Floats) -> Path:
    """Circles as one path: drawn at once, and small in a file."""
    corner, bend = np.array([(1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0)]), 0.5523  # of Bézier curves, as is usual
    turned = np.roll(corner, -1, axis=0)
    quarters = np.stack([corner + bend * turned, turned + bend * corner, turned], axis=1).reshape(-1, 2)
    unit = np.vstack([corner[:1], quarters, corner[:1]])
    codes = np.array([Path.MOVETO, *[Path.CURVE4] * len(quarters), Path.CLOSEPOLY])
    return Path((middles[:, None, :] + radii[:, None, None] * unit).reshape(-1, 2), np.tile(codes, len(middles)))


def plate(axes: Axes, plan: Sketch, number: int, site: Site) -> None:
    """The ground of a zone, with an empty ring around it where its floor space has a limit."""
    (x, y), reach = plan.middles[number], float(plan.plates[number]) * plan.scale + 0.02
    dashes = "-" if site.floor is not None else (0, (3, 2))
    axes.add_patch(Circle((x, y), reach, facecolor=PLATE, edgecolor=GAUGE, linewidth=0.8, linestyle=dashes, zorder=2))
    if site.floor is not None:
        axes.add_patch(_arc(plan, number, 360.0, GAUGE, 2))


def gauge(plan: Sketch, number: int, share: float) -> Arc:
    """The part of a ring that says which share of the floor space is in use, clockwise from the top."""
    return _arc(plan, number, 360.0 * min(share, 1.0), FULL, 3)


def _arc(plan: Sketch, number: int, degrees: float, colour: str, zorder: int) -> Arc:
    across = 2.0 * (float(plan.plates[number]) * plan.scale + 0.055)
    x, y = plan.middles[number]
    return Arc((x, y), across, across, theta1=90.0 - degrees, theta2=90.0, color=colour, linewidth=4.0, zorder=zorder)


def _words(figure: Figure, plan: Sketch, number: int, site: Site, corner: tuple[float, float], language: str) -> None:
    x, top = corner[0] + float(plan.middles[number, 0]), corner[1] + plan.text_top(number)
    lines = [(line, LABEL, INK) for line in plan.names[number]] + [(text, SMALL, GREY) for text in site_words(site, language)]
    for text, size, colour in lines:
        style.write(figure, x, top - style.line_height(size) / 2, text, size, colour, "center")
        top -= style.line_height(size)


def site_words(site: Site, language: str) -> tuple[str, str]:
    """Floor space with the share in use, and firms with their staff, in two short lines."""
    zh, n = language == "zh", len(site.firms)
    floor = "项目自带，无上限" if zh else "without a limit"
    if site.floor is not None and site.share is None:
        floor = "尚无载体" if zh else "no floor space yet"
    elif site.share is not None and site.floor is not None:
        size = f"{wording.number(site.floor * 1e-4)} 万㎡" if zh else f"{wording.number(site.floor * 1e-3)}k m²"
        floor = f"{size}，已用 {site.share:.0%}" if zh else f"{size}, {site.share:.0%} used"
    if zh:
        return floor, f"{n:,} 家，{wording.amount(round(site.staff), 'persons', 'zh')}"
    return floor, f"{n:,} firm{'' if n == 1 else 's'}, {round(site.staff):,} staff"


def firms_and_staff(n_firms: int, staff: float, language: str) -> str:
    """Firms and their staff, in one line."""
    if language == "zh":
        return f"{n_firms:,} 家，{wording.amount(round(staff), 'persons', 'zh')}"
    return f"{n_firms:,} firm{'' if n_firms == 1 else 's'}, {wording.amount(round(staff), 'persons', 'en')}"
