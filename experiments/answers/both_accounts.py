"""What an anchor or a lab brought, told twice: by lineage, and by the same worlds without it.

Lineage counts who came by name: the anchor itself, its followers and spin-offs, and their spin-offs in turn.  The other account
takes the anchor away at the start of the same worlds and looks at what the whole park lacks.  The two differ by what the anchor
does to everybody else, and by partners that would have come anyway; for firms that difference is taken apart without a rest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from wutong.experiments.goals import pairs
from wutong.model.base import directions
from wutong.model.codes import Direction
from wutong.model.facts import Floats, Ints, Label
from wutong.model.history import History
from wutong.model.scenario import Anchor, Case, Lab, Park, Status
from wutong.model.units import QUARTERS_PER_YEAR

QUANTITIES = ("firms", "employees", "revenue")
ROUNDING = 1e-12  # of the amounts that are subtracted
SPINS_OFF = ("entrants_firm_spin_off", "entrants_lab_spin_off")


@dataclass(frozen=True)
class Account:
    """One quantity of one anchor or lab, of shape (n_quarters + 1, n_pairs) each.

    Attributes
    ----------
    own : the anchor itself, 0 for a lab
    first, later : by lineage, first round and later ones
    upstream, downstream : the part of both rounds in segments that supply the anchor's, and that buy from it; 0 for a lab
    difference : of the whole park, with minus without; None where no worlds without it were run
    beside : of the same difference, what falls on segments upstream, downstream, and elsewhere
    """

    own: Floats
    first: Floats
    later: Floats
    upstream: Floats
    downstream: Floats
    difference: Floats | None
    beside: Mapping[str, Floats]

    @property
    def brought(self) -> Floats:
        return self.first + self.later

    @property
    def lineage(self) -> Floats:
        """The anchor itself and all that goes back to it."""
        return self.own + self.first + self.later

    @property
    def others(self) -> Floats | None:
        """What the same worlds without it show beyond lineage: its effect on all others."""
        return None if self.difference is None else self.difference - self.lineage


@dataclass(frozen=True)
class Attribution:
    """Both accounts of an anchor or lab.

    Attributes
    ----------
    case : one of the worlds with it, for its scenario and policy
    present : the worlds with it, cut to those that have a partner
    accounts : by quantity
    channels : how others changed in firms, of shape (n_quarters + 1, n_pairs) each, and together ``others`` of the firms
    signals : what the whole park felt, of the same shape; they explain and add up to nothing
    value_added : by lineage, of the same shape [亿元/year]
    support : paid so far to it and to what goes back to it, of the same shape [亿元]
    n_unpaired : finished runs of either side that had no partner
    """

    case: Case
    member: Anchor | Lab
    present: History
    accounts: Mapping[str, Account]
    channels: Mapping[str, Floats]
    signals: Mapping[str, Floats]
    value_added: Floats
    support: Floats
    n_unpaired: int

    @property
    def n(self) -> int:
        return len(self.present.cases)

    @property
    def label(self) -> Label:
        return self.member.label

    @property
    def ran_already(self) -> bool:
        """Whether it operated at the start, so that taking it away is closing it."""
        return self.member.status is Status.OPERATING


@dataclass(frozen=True)
class Interaction:
    """How much more an anchor brings where the other is there too, by quantity, of shape (n_quarters + 1, n_pairs) each."""

    case: Case
    one: Anchor | Lab
    other: Anchor | Lab
    present: History
    values: Mapping[str, Floats]


# ── The two accounts ─────────────────────────────────────────────────────────────────────────────────────────────────
def attributed(present: History, absent: History | None, name: str) -> Attribution:
    """Both accounts of an anchor or lab; by lineage alone where ``absent`` is None.

    Parameters
    ----------
    present, absent : one scenario and policy each; in ``absent`` it was taken away

    Raises
    ------
    ValueError
        If the park has no such anchor or lab, or the histories do not cover the same quarters.
    """
    member = find(present.cases[0].scenario.park, name)
    here = np.arange(len(present.cases))
    gone, n_unpaired = None, 0
    if absent is not None:
        check_clock(present, absent)
        here, there = pairs(present, absent)
        n_unpaired = len(present.cases) + len(absent.cases) - 2 * len(here)
        gone = worlds_of(absent, there)
    kept = worlds_of(present, here)
    groups = segment_groups(present.cases[0].scenario.park, member)
    accounts = {quantity: _account(kept, gone, member, quantity, groups) for quantity in QUANTITIES}
    return Attribution(
        case=present.cases[0],
        member=member,
        present=kept,
        accounts=accounts,
        channels={} if gone is None else _channels(kept, gone, member),
        signals={} if gone is None else _signals(kept, gone),
        value_added=_line(kept, member, "value_added"),
        support=np.cumsum(_line(kept, member, "support"), axis=0) / QUARTERS_PER_YEAR,
        n_unpaired=n_unpaired,
    )


def interaction(
    present: History, less_one: History, less_other: History, less_both: History, names: tuple[str, str]
) -> Interaction:
    """Second differences of two anchors or labs, over the replications that all four histories have.

    Raises
    ------
    ValueError
        If the park has none of a name, or the histories do not cover the same quarters.
    """
    park, histories = present.cases[0].scenario.park, (present, less_one, less_other, less_both)
    for history in histories[1:]:
        check_clock(present, history)
    for history in histories[1:]:
        here, _ = pairs(histories[0], history)
        histories = (worlds_of(histories[0], here), *histories[1:])
    kept = [worlds_of(history, pairs(histories[0], history)[1]) for history in histories]
    values = {q: _second_difference([h.total(q) for h in kept]) for q in QUANTITIES}
    return Interaction(present.cases[0], find(park, names[0]), find(park, names[1]), kept[0], values)


def _second_difference(totals: Sequence[Floats]) -> Floats:
    """What both bring less what each brings alone; what is left of rounding counts as nothing."""
    present, less_one, less_other, less_both = totals
    found = present - less_one - less_other + less_both
    return np.where(np.abs(found) <= ROUNDING * np.sum(np.abs(totals), axis=0), 0.0, found)


def members_of(park: Park) -> tuple[Anchor | Lab, ...]:
    """The named anchors and the labs of a park."""
    return (*park.anchors, *park.labs)


def find(park: Park, name: str) -> Anchor | Lab:
    """The anchor or lab of a key; an anchor where both have it.

    Raises
    ------
    ValueError
        If there is none.
    """
    for member in members_of(park):
        if member.key == name:
            return member
    raise ValueError(f"park {park.name} has no anchor or lab named {name}")


def check_clock(one: History, other: History) -> None:
    """Refuse histories of different quarters."""
    if (one.start, one.n_quarters) != (other.start, other.n_quarters):
        raise ValueError("the worlds with and without it must cover the same quarters")


def worlds_of(history: History, worlds: Ints) -> History:
    """The history of some of its worlds, in the given order."""
    values = {name: value[:, worlds] for name, value in history.values.items()}
    return replace(history, cases=tuple(history.cases[i] for i in worlds), values=values)


def segment_groups(park: Park, member: Anchor | Lab) -> dict[str, tuple[str, ...]]:
    """Segments upstream and downstream of an anchor's; none for a lab."""
    keys = [s.key for s in park.segments]
    if isinstance(member, Lab):
        return {"upstream": (), "downstream": ()}
    row = directions(np.array(park.purchases))[keys.index(member.segment)]
    return {way.name.lower(): tuple(np.array(keys)[row == way].tolist()) for way in (Direction.UPSTREAM, Direction.DOWNSTREAM)}


def _line(history: History, member: Anchor | Lab, kind: str) -> Floats:
    """Value added or support by lineage, the anchor itself included, of shape (n_quarters + 1, n_worlds)."""
    if isinstance(member, Anchor):
        names = [f"anchor_{kind}", f"brought_{kind}"]
    else:
        names = ["lab_value_added"] if kind == "value_added" else ["lab_support", "lab_brought_support"]
    return np.asarray(sum(history.total(name, (member.key,)) for name in names))


def _account(
    present: History, absent: History | None, member: Anchor | Lab, quantity: str, groups: Mapping[str, tuple[str, ...]]
) -> Account:
    def of(measure: str) -> Floats:
        return present.total(measure, (member.key,))

    prefix = "" if isinstance(member, Anchor) else "lab_"
    first, later = of(f"{prefix}first_round_{quantity}"), of(f"{prefix}later_rounds_{quantity}")
    nothing = np.zeros_like(first)
    named = isinstance(member, Anchor)
    own, up, down = (of(f"{way}_{quantity}") if named else nothing for way in ("anchor", "upstream", "downstream"))
    beside: dict[str, Floats] = {}
    if absent is not None:
        beside = {way: present.total(quantity, keys) - absent.total(quantity, keys) for way, keys in groups.items()}
    difference = None if absent is None else present.total(quantity) - absent.total(quantity)
    if difference is not None:
        beside["elsewhere"] = difference - beside["upstream"] - beside["downstream"]
    return Account(own, first, later, up, down, difference, beside)


def _channels(present: History, absent: History, member: Anchor | Lab) -> dict[str, Floats]:
    """How the number of all other firms changed, of shape (n_quarters + 1, n_pairs) each; nothing is left over."""

    def more(*measures: str) -> Floats:
        return np.asarray(sum(np.cumsum(present.total(m) - absent.total(m), axis=0) for m in measures))

    def own(measure: str) -> Floats:
        return present.total(measure, (member.key,))

    if isinstance(member, Anchor):
        itself = own("anchor_firms")
        opened = np.maximum.accumulate(itself, axis=0) - itself[:1]
        followed, spun_off = (np.cumsum(own(m), axis=0) for m in ("opened_followers", "opened_spin_offs"))
        alive = own("first_round_firms") + own("later_rounds_firms")
    else:
        spun_off = np.cumsum(own("lab_opened_spin_offs"), axis=0)
        itself = opened = followed = np.zeros_like(spun_off)
        alive = own("lab_first_round_firms") + own("lab_later_rounds_firms")
    closed = followed + spun_off - alive + opened - itself  # of the anchor and its line; less than 0 where it closes without it
    return {
        "entry": more("entrants_attracted"),
        "followers": more("entrants_followed") - followed,
        "spin_offs": more(*SPINS_OFF) - spun_off,
        "anchors": more("entrants_scheduled", "entrants_recruited") - opened,
        "exits": closed - more("exits"),
    }


def _signals(present: History, absent: History) -> dict[str, Floats]:
    """Changes of the whole park that explain why others changed, of shape (n_quarters + 1, n_pairs) each."""

    def change(measure: str) -> Floats:
        return present.total(measure) - absent.total(measure)

    return {
        "local_orders": change("local_orders"),
        "turned_away": np.cumsum(change("turned_away"), axis=0),
        "hires_missed": np.cumsum(change("hires_wanted") - change("hires"), axis=0),
        "knowledge": change("knowledge"),
    }
