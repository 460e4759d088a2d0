"""A quarter's end as the measures see it, and what a measure is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from wutong.model.facts import Floats, Label
from wutong.model.history import Axis, Kind, MeasureFact
from wutong.model.settlement import Settled
from wutong.model.state import ParkState


@dataclass(frozen=True)
class Moment:
    """A quarter's end: the park before and after the settlement, what the settlement did, and what the rules counted."""

    before: ParkState
    after: ParkState
    settled: Settled
    flows: Mapping[str, Floats]
    revenue: Floats  # (n_worlds, n_segments), shared by several measures
    staff: Floats  # (n_worlds, n_segments, n_zones), after the settlement
    lines: Mapping[str, Floats]  # what goes back to anchors and labs, see model.lineage


@dataclass(frozen=True)
class Measure:
    fact: MeasureFact
    compute: Callable[[Moment], Floats] | None  # None for ratios and for what is derived once the run is over


def counted(name: str) -> Callable[[Moment], Floats]:
    return lambda m: m.flows[name] if name in m.flows else np.zeros(m.after.shape)


def entry(
    key: str, zh: str, en: str, unit: str, kind: Kind, compute: Callable[[Moment], Floats] | None,
    says_zh: str, says_en: str, axis: Axis = Axis.SEGMENT, ratio: tuple[str, str] | None = None,
) -> Measure:  # fmt: skip
    return Measure(MeasureFact(key, Label(zh, en), unit, kind, axis, Label(says_zh, says_en), ratio), compute)
