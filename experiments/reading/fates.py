"""What a scenario lets become of an anchor: opens for sure, is cancelled, late, halved, or closes."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

from wutong.experiments.reading.messages import choices
from wutong.experiments.reading.quantities import Quantity, QuantityError, read_quarter, shown
from wutong.experiments.reading.titles import title_of
from wutong.model.facts import fixed
from wutong.model.scenario import Anchor, Status
from wutong.model.units import NEVER, QUARTERS_PER_YEAR

PLAIN = ("as_declared", "on_time", "cancelled", "halved")
DATED = ("delayed", "closes")


@dataclass(frozen=True)
class Fate:
    """One thing that becomes of an anchor; ``quarters`` is the delay, or the quarter of closing."""

    kind: str
    quarters: int = 0

    def possible(self, anchor: Anchor) -> bool:
        return anchor.status is not Status.OPERATING or self.kind not in ("cancelled", "delayed", "on_time")


Fates = tuple[Fate, ...]


def read_fates(raw: object) -> Fates:
    """One fate or a list of them: a word, ``{delayed: 2 years}`` or ``{closes: 2026Q1}``.

    Raises
    ------
    QuantityError
        If one of them is none of these, or a kind stands twice.
    """
    if not isinstance(raw, list):
        return (_read_fate(raw),)
    fates = []
    for i, item in enumerate(raw):
        try:
            fates.append(_read_fate(item))
        except QuantityError as error:
            raise QuantityError(error.code, error.facts, error.mend, (i, *error.at)) from None
        if fates[-1].kind in [fate.kind for fate in fates[:-1]]:
            raise QuantityError("fate_twice", {"fate": fates[-1].kind}, at=(i,))
    return tuple(fates)


def _read_fate(raw: object) -> Fate:
    if isinstance(raw, str) and (word := _word(raw, PLAIN)) in PLAIN:
        return Fate(word)
    if not isinstance(raw, dict) or len(raw) != 1:
        allowed = {name: title_of(name).zh for name in PLAIN}
        allowed |= {"delayed: 2 years": title_of("delayed").zh, "closes: 2026Q1": title_of("closes").zh}
        raise QuantityError("not_allowed", {"given": shown(raw)}, choices(shown(raw), list(allowed), allowed))
    said, value = next(iter(raw.items()))
    key = _word(str(said), DATED)
    if key not in DATED:
        raise QuantityError(
            "unknown_key", {"key": str(key)}, choices(str(key), DATED, {n: title_of(n).zh for n in DATED}), (str(said),)
        )
    try:
        if key == "closes":
            return Fate("closes", read_quarter(value))
        return Fate("delayed", round(Quantity("year", 0.25, 30.0).read(value) * QUARTERS_PER_YEAR))
    except QuantityError as error:
        raise QuantityError(error.code, error.facts, error.mend, (str(said),)) from None


def _word(said: str, words: Sequence[str]) -> str:
    """The fate that is called so in either language; what was said where none is."""
    return next((word for word in words if said in (title_of(word).zh, title_of(word).en)), said)


def befallen(anchor: Anchor, fates: Fates, start: int) -> Anchor:
    """The anchor after its fates, in their order."""
    for fate in fates:
        anchor = _befall(anchor, fate, start)
    return anchor


def _befall(anchor: Anchor, fate: Fate, start: int) -> Anchor:
    """A cancelled anchor stays in the list, so that worlds with and without it stay paired."""
    change = dataclasses.replace
    if fate.kind == "on_time":
        return change(anchor, opening_share=fixed(1.0, "scenario"), punctual=True)
    if fate.kind == "cancelled":
        return change(anchor, status=Status.PLANNED, signed=NEVER, opens=None)
    if fate.kind == "closes":
        return change(anchor, closes=fate.quarters)
    if fate.kind == "halved":
        revenue, jobs = (None if a is None else a.scaled(0.5) for a in (anchor.revenue, anchor.jobs))
        return change(anchor, investment=anchor.investment.scaled(0.5), revenue=revenue, jobs=jobs)
    if fate.kind == "delayed":
        return _delayed(anchor, fate.quarters, start)
    return anchor


def _delayed(anchor: Anchor, quarters: int, start: int) -> Anchor:
    """A declared opening moves; without one the signing moves, and past the start the anchor is planned again."""
    if anchor.opens is not None and anchor.signed <= start:
        return dataclasses.replace(anchor, opens=anchor.opens + quarters)
    signed = anchor.signed + quarters
    opens = None if anchor.opens is None else anchor.opens + quarters
    status = Status.PLANNED if signed > start else anchor.status
    return dataclasses.replace(anchor, signed=signed, opens=opens, status=status)
