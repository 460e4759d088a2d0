"""What can vary in a scenario, by path, and the scenario with other values there."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_type_hints

from wutong.experiments.factors import Value, Values
from wutong.model.assumptions import parameter_facts
from wutong.model.facts import Assumption, fixed
from wutong.model.levers import LEVERS
from wutong.model.scenario import Anchor, Industry, Lab, PartnerKind, Scenario, Segment, Shock, Zone

ASSUMPTION, LEVER = "assumptions.", "levers."
BLOCKS = ("industries", "segments", "zones", "partner_kinds", "anchors", "labs", "shocks")
FILE_NAMES: Mapping[str, str] = {"entry_share": "entry"}  # what a file calls the entry of a segment where it is a share
NO_KEYS = frozenset({"entry_per_firm", "punctual"})  # follow from other keys of a file
SOURCE = "design"


def is_lever(name: str) -> bool:
    return name.startswith(LEVER) and name.removeprefix(LEVER) in LEVERS


def full_name(name: str) -> str:
    """The path of a factor: parameters may be named without ``assumptions.``."""
    return ASSUMPTION + name if name in parameter_facts() else name


def with_values(scenario: Scenario, values: Values) -> Scenario:
    """The scenario with parameters and numbers of its park fixed at the values, its name as it was.

    Raises
    ------
    ValueError
        If a name is neither a parameter nor a number of this scenario.
    """
    assumptions = dict(scenario.assumptions)
    blocks: dict[str, list[Any]] = {}
    for name, value in values.items():
        if name.startswith(ASSUMPTION) and name.removeprefix(ASSUMPTION) in parameter_facts():
            assumptions[name.removeprefix(ASSUMPTION)] = fixed(float(value), SOURCE)
            continue
        place = place_of(scenario, name)
        if place is None:
            raise ValueError(f"scenario {scenario.name}: {name} is nothing that can vary")
        entries = blocks.setdefault(place.block, list(_block(scenario, place.block)))
        given = fixed(float(value), SOURCE) if numbers_of(entries[place.position])[place.field] is Assumption else value
        entries[place.position] = dataclasses.replace(entries[place.position], **{place.field: given})
    whole: dict[str, Any] = {block: tuple(entries) for block, entries in blocks.items()}
    shocks = whole.pop("shocks", scenario.shocks)
    park = dataclasses.replace(scenario.park, **whole) if whole else scenario.park
    return dataclasses.replace(scenario, assumptions=assumptions, park=park, shocks=shocks)


@dataclass(frozen=True)
class Place:
    """A field of an entry of a block of the park, or of the shocks."""

    block: str
    position: int
    field: str


def place_of(scenario: Scenario, path: str) -> Place | None:
    """Where a path such as ``segments.software.products.entry`` leads; None if to no number and no yes or no."""
    block, _, rest = path.partition(".")
    key, _, field = rest.rpartition(".")
    for position, entry in enumerate(_block(scenario, block) if block in BLOCKS else ()):
        name = FILE_NAMES.get(field, field)
        if entry.key == key and name in numbers_of(entry):
            return Place(block, position, name)
    return None


def can_vary(scenario: Scenario, name: str) -> bool:
    """Whether a name is that of a parameter, of a lever or of a number of this scenario."""
    known = name.startswith(ASSUMPTION) and name.removeprefix(ASSUMPTION) in parameter_facts()
    return known or is_lever(name) or place_of(scenario, name) is not None


def paths_of(scenario: Scenario) -> Iterator[str]:
    """Paths of everything in the park and the shocks that can vary."""
    for block in BLOCKS:
        for entry in _block(scenario, block):
            for name in numbers_of(entry):
                shown = "entry_share" if name == "entry" and getattr(entry, "entry_per_firm", False) else name
                yield f"{block}.{entry.key}.{shown}"


def default_of(scenario: Scenario, name: str) -> Value | None:
    """What a run at the defaults uses for a parameter or a number of the park; None for a lever, or where nothing is said."""
    bare = name.removeprefix(ASSUMPTION)
    if name.startswith(ASSUMPTION) and bare in parameter_facts():
        return scenario.assumptions.get(bare, parameter_facts()[bare].assumption).default
    place = place_of(scenario, name)
    value = None if place is None else getattr(_block(scenario, place.block)[place.position], place.field)
    return value.default if isinstance(value, Assumption) else value


def _block(scenario: Scenario, block: str) -> Sequence[Any]:
    found: Sequence[Any] = scenario.shocks if block == "shocks" else getattr(scenario.park, block)
    return found


def _numbers_of(kind: type) -> Mapping[str, type]:
    hints = get_type_hints(kind)
    bare = {name: Assumption if hint == (Assumption | None) else hint for name, hint in hints.items() if name not in NO_KEYS}
    return {name: hint for name, hint in bare.items() if hint in (Assumption, float, bool)}


NUMBERS: Mapping[type[Any], Mapping[str, type]] = {
    kind: _numbers_of(kind) for kind in (Industry, Segment, Zone, PartnerKind, Anchor, Lab, Shock)
}


def numbers_of(entry: object) -> Mapping[str, type]:
    """Fields of an entry that hold an assumption, a number or a yes or no, and which of them; dates are none of these."""
    return NUMBERS[type(entry)]
