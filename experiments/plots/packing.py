"""Circles packed side by side around a middle, and boxes moved apart: places for dots and for cards, without chance."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from wutong.model.facts import Floats

SLACK = 1e-6  # of a radius: circles this near only touch
STEPS = 300  # after which boxes that still overlap are taken not to fit
Spot = tuple[float, float]


def packed(radii: Sequence[float]) -> Floats:
    """Middles of circles that touch and do not overlap, of shape (n, 2): the first in the middle, later ones around it.

    Each circle is laid against two neighbours on the outline of those before it, where that is nearest to the middle (Wang et al.
    2006, visualisation of large hierarchical data by circle packing).
    """
    spots: list[Spot] = []
    if radii:
        spots.append((0.0, 0.0))
    if len(radii) > 1:
        spots.append((radii[0] + radii[1], 0.0))
    if len(radii) > 2:
        _around(spots, list(radii))
    return np.array(spots, np.float64).reshape(-1, 2)


def outer_radius(spots: Floats, radii: Floats) -> float:
    """Radius about the first circle's middle that holds all circles."""
    return float((np.hypot(spots[:, 0], spots[:, 1]) + radii).max()) if len(radii) else 0.0


def _around(spots: list[Spot], radii: list[float]) -> None:
    """Lay all circles from the third on against the outline, a ring of circles linked both ways, counterclockwise."""
    after, before = {0: 1, 1: 0}, {0: 1, 1: 0}
    a, b = 0, 1
    for new in range(2, len(radii)):
        spots.append((0.0, 0.0))
        while True:
            spots[new] = _against(spots, radii, a, b, new)
            hit = _first_hit(spots, radii, (a, b, new), (after, before))
            if hit is None:
                break
            a, b = hit
            after[a], before[b] = b, a
        after[a], before[new], after[new], before[b] = new, a, b, new
        a = _nearest_pair(spots, radii, new, after)
        b = after[a]


def _against(spots: Sequence[Spot], radii: Sequence[float], a: int, b: int, new: int) -> Spot:
    """Middle of a circle that touches two others, on the right as one goes from the first to the second."""
    (ax, ay), (bx, by) = spots[a], spots[b]
    to_a, to_b, apart = radii[a] + radii[new], radii[b] + radii[new], math.hypot(bx - ax, by - ay)
    along = (to_a * to_a - to_b * to_b + apart * apart) / (2.0 * apart)
    aside = math.sqrt(max(to_a * to_a - along * along, 0.0))
    ux, uy = (bx - ax) / apart, (by - ay) / apart
    return ax + along * ux + aside * uy, ay + along * uy - aside * ux


def _first_hit(
    spots: Sequence[Spot],
    radii: Sequence[float],
    trial: tuple[int, int, int],
    ring: tuple[dict[int, int], dict[int, int]],
) -> tuple[int, int] | None:
    """The pair to lay a circle against instead, if it runs into another of the ring; looked for from both sides at once."""
    (a, b, new), (after, before) = trial, ring
    forward, back = after[b], before[a]
    gone_forward, gone_back = radii[b], radii[a]
    while True:
        last = forward == back
        if gone_forward <= gone_back:
            if _overlap(spots, radii, forward, new):
                return a, forward
            gone_forward += radii[forward]
            forward = after[forward]
        else:
            if _overlap(spots, radii, back, new):
                return back, b
            gone_back += radii[back]
            back = before[back]
        if last or forward in (a, new) or back in (b, new):
            return None


def _overlap(spots: Sequence[Spot], radii: Sequence[float], one: int, other: int) -> bool:
    reach = (radii[one] + radii[other]) * (1.0 - SLACK)
    dx, dy = spots[one][0] - spots[other][0], spots[one][1] - spots[other][1]
    return dx * dx + dy * dy < reach * reach


def _nearest_pair(spots: Sequence[Spot], radii: Sequence[float], start: int, after: dict[int, int]) -> int:
    """The circle of the ring which, with the one after it, leaves a place nearest to the middle."""
    best, nearest, one = start, math.inf, start
    while True:
        other = after[one]
        share = radii[other] / (radii[one] + radii[other])
        x = spots[one][0] * share + spots[other][0] * (1.0 - share)
        y = spots[one][1] * share + spots[other][1] * (1.0 - share)
        if x * x + y * y < nearest:
            best, nearest = one, x * x + y * y
        one = other
        if one == start:
            return best


# ── Boxes ────────────────────────────────────────────────────────────────────────────────────────────────────────────
def moved_apart(wanted: Sequence[Spot], sizes: Sequence[Spot], room: Spot, gap: float) -> list[Spot] | None:
    """Middles of boxes near to where they are wanted, without overlap and inside a room, or None if no way is found.

    Parameters
    ----------
    wanted, sizes : of every box, its middle, and its width and height [inch]
    room : width and height from the origin [inch]
    """
    low = [(w / 2, h / 2) for w, h in sizes]
    high = [(room[0] - w / 2, room[1] - h / 2) for w, h in sizes]
    if any(a > b for one, other in zip(low, high, strict=True) for a, b in zip(one, other, strict=True)):
        return None
    spots = [list(spot) for spot in wanted]
    for _ in range(STEPS):
        for spot, least, most in zip(spots, low, high, strict=True):
            spot[:] = (min(max(v, a), b) for v, a, b in zip(spot, least, most, strict=True))
        if not _pushed(spots, sizes, gap):
            return [(x, y) for x, y in spots]
    return None


def _pushed(spots: list[list[float]], sizes: Sequence[Spot], gap: float) -> bool:
    """Push every two boxes that overlap apart, along the side where they overlap less; whether any did."""
    any_did = False
    for i, one in enumerate(spots):
        for j in range(i + 1, len(spots)):
            other = spots[j]
            over = [(sizes[i][k] + sizes[j][k]) / 2 + gap - abs(other[k] - one[k]) for k in (0, 1)]
            if min(over) > 1e-6:
                k = 0 if over[0] < over[1] else 1
                step = (over[k] / 2 + 1e-6) * (1.0 if other[k] >= one[k] else -1.0)
                one[k] -= step
                other[k] += step
                any_did = True
    return any_did
