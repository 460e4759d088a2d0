"""Who brought whom: firms that operate, and what they have, summed over the anchors and the labs that they go back to.

Named anchors stand in the order of the park; those recruited during the run have no name and are the last member, together.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from wutong.model.entities import Channel, Direction, Firms
from wutong.model.facts import Floats, Ints
from wutong.model.scenario import Park
from wutong.model.state import ParkState

RECRUITED = "recruited"  # the anchors without a name
GENERATIONS = 2  # the first round, and all later ones
FIRST, LATER = range(GENERATIONS)


@dataclass(frozen=True)
class Line:
    """Firms that go back to members of an axis, and where each counts in a table of the given shape.

    Attributes
    ----------
    row : of shape (n,) [row]
        In the firms table.
    place : of shape (n,) [index]
        In the table, flat.
    shape : (n_worlds, n_members, ...)
    """

    row: Ints
    place: Ints
    shape: tuple[int, ...]

    def sums(self, values: Floats) -> Floats:
        """A column of all firms summed over this line, of its shape; each world in the order of its own rows."""
        return self.totals(values.take(self.row))

    def totals(self, values: Floats) -> Floats:
        """Values of the firms of this line summed, of its shape."""
        sums = np.bincount(self.place, values, minlength=math.prod(self.shape))
        return np.asarray(sums.reshape(self.shape), np.float64)


def by_member(table: Floats) -> Floats:
    """Sums over generations and directions, of shape (n_worlds, n_members)."""
    return np.asarray(table.sum(axis=tuple(range(2, table.ndim))))


def anchor_names(park: Park) -> tuple[str, ...]:
    """Members of the anchors' axis."""
    return (*(anchor.key for anchor in park.anchors), RECRUITED)


def anchor_members(state: ParkState) -> Ints:
    """Member of every row of the anchors table, of shape (n_anchors,)."""
    return np.where(state.anchors.name >= 0, state.anchors.name, state.base.n_anchors)


def anchors_themselves(state: ParkState) -> Line:
    """The firms that are anchors, of shape (n_worlds, n_members)."""
    running = np.flatnonzero(state.anchors.firm >= 0)
    n = state.base.n_anchors + 1
    place = state.anchors.world[running] * n + anchor_members(state)[running]
    return Line(state.anchors.firm[running], place, (state.base.n_worlds, n))


def brought_by_anchors(state: ParkState) -> Line:
    """The firms that go back to an anchor, of shape (n_worlds, n_members, generation, direction)."""
    base, firms = state.base, state.firms
    row = np.flatnonzero(firms.anchor >= 0)
    world, segment = np.divmod(firms.site[row] // base.n_zones, base.n_segments)
    anchor = state.anchor_rows(world, firms.anchor[row])
    direction = base.direction[state.anchors.segment[anchor], segment]
    place = world * (base.n_anchors + 1) + anchor_members(state)[anchor]
    place = (place * GENERATIONS + (firms.round[row] > 1)) * len(Direction) + direction
    return Line(row, place, (base.n_worlds, base.n_anchors + 1, GENERATIONS, len(Direction)))


def brought_by_labs(state: ParkState) -> Line:
    """The firms that go back to a lab, of shape (n_worlds, n_labs, generation)."""
    base, firms = state.base, state.firms
    row = np.flatnonzero(firms.lab >= 0)
    world = firms.site[row] // (base.n_segments * base.n_zones)
    n = len(base.lab_university)
    place = (world * n + firms.lab[row]) * GENERATIONS + (firms.round[row] > 1)
    return Line(row, place, (base.n_worlds, n, GENERATIONS))


def summed(before: ParkState, after: ParkState) -> dict[str, Floats]:
    """Sums over the lines of a quarter, by line and quantity: ``anchor`` themselves, ``brought`` by anchors, ``lab``.

    Firms and staff are those after the settlement, money is that of the quarter, as in the measures of the whole park.
    """
    out: dict[str, Floats] = {}
    for line, old, new in _lines(before, after):
        firms = after.firms
        out[f"{line}.firms"] = new.totals(np.ones(len(new.row)))
        out[f"{line}.employees"] = new.sums(firms.employees)
        out[f"{line}.revenue"] = old.sums(before.firms.revenue)
        added = before.firms.revenue.take(old.row) * _value_added_share(before, old.row)
        out[f"{line}.value_added"] = old.totals(added)
        opened = firms.born.take(new.row) == after.quarter
        out[f"{line}.followed"] = new.totals(opened * _came(firms, new.row, Channel.FOLLOWED))
        out[f"{line}.spun_off"] = new.totals(
            opened * (_came(firms, new.row, Channel.FIRM_SPIN_OFF) + _came(firms, new.row, Channel.LAB_SPIN_OFF))
        )
    return out


def _lines(before: ParkState, after: ParkState) -> Iterator[tuple[str, Line, Line]]:
    makers = {"anchor": anchors_themselves, "brought": brought_by_anchors, "lab": brought_by_labs}
    for name, make in makers.items():
        new = make(after)
        yield name, new if before is after else make(before), new


def _came(firms: Firms, row: Ints, channel: Channel) -> Floats:
    return np.asarray(firms.channel.take(row) == channel, np.float64)


def _value_added_share(state: ParkState, row: Ints) -> Floats:
    return state.base.value_added_share.ravel().take(state.firms.site.take(row) // state.base.n_zones)
