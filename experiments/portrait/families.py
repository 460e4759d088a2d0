"""Families: an anchor, a laboratory or a firm, with everything that goes back to it; and the lines of their trees."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from wutong.experiments.answers.both_accounts import members_of
from wutong.experiments.errors import BadInputError
from wutong.experiments.portrait.world import Portrait
from wutong.experiments.reading.messages import choices
from wutong.experiments.reading.understanding import meant
from wutong.model.facts import Ints, Label
from wutong.model.scenario import RECRUITED
from wutong.model.tables import NONE

ROOT = -1  # parent of those that the root itself brought


class Kind(enum.StrEnum):
    """What a family goes back to."""

    ANCHOR = "anchor"
    LAB = "lab"
    FIRM = "firm"


@dataclass(frozen=True)
class Family:
    """What goes back to one anchor, laboratory or firm.

    Attributes
    ----------
    index : slot of the anchor, number of the laboratory, or row of the firm
    root : row of its firm in the ledger, NONE for a laboratory and for an anchor that never opened
    since : quarter from which it can bring anything: signing, opening or birth
    until : quarter in which it closed or was given up, or NEVER
    members : rows of the firms that it brought, in order of their birth
    parents : of each member, its row of the ledger, or ROOT
    """

    kind: Kind
    index: int
    key: str
    label: Label
    root: int
    since: int
    until: int
    members: tuple[int, ...]
    parents: tuple[int, ...]


@dataclass(frozen=True)
class Line:
    """One line of a drawn tree: a firm, or several small ones without a line of their own.

    Attributes
    ----------
    firms : rows of the ledger; none for the root
    parent : number of the line from which it branches off, ROOT for the root's own line
    folded : whether it stands for several firms, or for one among such
    """

    firms: tuple[int, ...]
    parent: int
    folded: bool = False


def families(of: Portrait) -> list[Family]:
    """All families, the largest first: every anchor and laboratory, and every other firm from which another span off."""
    ledger, origin = of.ledger, _origins(of)
    found = [_anchor(of, slot, np.flatnonzero(ledger.anchor == slot)) for slot in range(len(ledger.anchors))]
    found += [
        _family(of, Kind.LAB, n, np.flatnonzero((ledger.lab == n) & (ledger.anchor == NONE))) for n in range(len(of.park.labs))
    ]
    sizes = np.bincount(origin[origin != NONE], minlength=ledger.n_firms)
    for row in np.flatnonzero(sizes > 1):
        rows = np.flatnonzero(origin == row)
        found.append(_family(of, Kind.FIRM, int(row), rows[rows != row]))
    staff = ledger.staff.max(axis=0, initial=0.0)
    return sorted(found, key=lambda f: (-len(f.members), -float(staff[list(f.members)].sum()), f.kind, f.index))


def family_of(of: Portrait, name: str) -> Family:
    """The family of an anchor or laboratory, by its key; recruited anchors are ``recruited_1`` and so on.

    Raises
    ------
    BadInputError
        If the world has no such anchor or laboratory.
    """
    found = {f.key: f for f in reversed(families(of)) if f.kind is not Kind.FIRM}
    called = meant(name, {m.key: m.label for m in members_of(of.park) if m.key in found})
    if len(called) == 1:
        return found[called[0]]
    if name not in found:
        labels = {m.key: m.label.zh for m in members_of(of.park)}
        near = choices(name, [*labels, *(key for key in found if key not in labels and name.startswith(RECRUITED))], labels)
        zh, en = f"这个世界没有龙头或实验室“{name}”。{near.zh}", f"this world has no anchor or lab {name!r}; {near.en}"
        raise BadInputError(Label(zh, en))
    return found[name]


def _origins(of: Portrait) -> Ints:
    """First ancestor of every firm that goes back to no anchor or laboratory, of shape (n_firms,); NONE for the others."""
    ledger = of.ledger
    origin = np.where((ledger.anchor == NONE) & (ledger.lab == NONE) & (ledger.leads == NONE), np.arange(ledger.n_firms), NONE)
    for row in np.flatnonzero((ledger.parent != NONE) & (origin != NONE)):  # parents come first
        origin[row] = origin[ledger.parent[row]]
    return origin


def _anchor(of: Portrait, slot: int, rows: Ints) -> Family:
    return _family(of, Kind.ANCHOR, slot, rows)


def _family(of: Portrait, kind: Kind, index: int, rows: Ints) -> Family:
    ledger = of.ledger
    if kind is Kind.ANCHOR:
        line = ledger.anchors[index]
        key, label, root, since, until = of.anchor_key(index), of.anchor_label(index), line.firm, line.signed, line.closed
    elif kind is Kind.LAB:
        lab = of.park.labs[index]
        key, label, root, since, until = lab.key, lab.label, NONE, lab.opened, lab.closes
    else:
        segment = of.firm_label(index)
        label = Label(f"{segment.zh}企业（{index + 1} 号）", f"Firm {index + 1} ({segment.en})")
        key, root, since, until = f"firm_{index + 1}", index, int(ledger.born[index]), int(ledger.ended[index])
    parents = [int(ledger.parent[row]) for row in rows]
    own = tuple(ROOT if parent in (NONE, root) else parent for parent in parents)
    return Family(kind, index, key, label, root, since, until, tuple(map(int, rows)), own)


# ── Lines of a tree ──────────────────────────────────────────────────────────────────────────────────────────────────
def tree(of: Portrait, family: Family, room: int) -> list[Line]:
    """Lines of a family's tree from the top down, the root's own first, at most ``room`` of them.

    Whatever branches off later stands nearer to its parent, so that no branch crosses a line.  Where there is no room for all,
    those with the largest staff have a line of their own, and the others share one under their parent.
    """
    parent = dict(zip(family.members, family.parents, strict=True))
    kept = _kept(of, parent, room)
    shared: dict[int, list[int]] = {}
    for row in family.members:
        if row not in kept:
            shared.setdefault(_above(row, parent, kept), []).append(row)
    lines = [Line((), ROOT)]

    def grow(above: int, number: int) -> None:
        branches = [Line((row,), number) for row in kept if parent[row] == above]
        branches += [Line(tuple(shared[above]), number, folded=True)] if above in shared else []
        for line in sorted(branches, key=lambda b: (-int(of.ledger.born[b.firms[0]]), b.folded, b.firms[0])):
            lines.append(line)
            if not line.folded:
                grow(line.firms[0], len(lines) - 1)

    grow(ROOT, 0)
    return lines


def _above(row: int, parent: dict[int, int], kept: Sequence[int] | set[int]) -> int:
    """The nearest ancestor that has a line of its own."""
    above = parent[row]
    while above != ROOT and above not in kept:
        above = parent[above]
    return above


def _kept(of: Portrait, parent: dict[int, int], room: int) -> set[int]:
    """Firms with a line of their own: with their ancestors, and with the shared lines of the others, within the room."""
    if len(parent) < room:
        return set(parent)
    staff, kept = of.ledger.staff.max(axis=0), set[int]()
    for row in sorted(parent, key=lambda r: (-float(staff[r]), r)):
        trial, above = {*kept, row}, parent[row]
        while above != ROOT:
            trial.add(above)
            above = parent[above]
        n_shared = len({_above(other, parent, trial) for other in parent if other not in trial})
        if 1 + len(trial) + n_shared <= room:
            kept = trial
    return kept
