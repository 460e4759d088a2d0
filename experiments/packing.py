"""How the runs of a batch are packed: float32, bytes of equal rank together, one part a measure with all worlds in it.

Few large parts cost a third of what a part for every run and measure does, and one measure is still read without the others.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from wutong.model.history import Axis, History, MeasureFact
from wutong.model.measures import MEASURES


@dataclass(frozen=True)
class Layout:
    """How the content of a run is arranged: measures in order, each of shape (n_members, n_quarters + 1)."""

    start: int
    n_quarters: int
    axes: Mapping[Axis, tuple[str, ...]]
    measures: tuple[str, ...]

    @classmethod
    def of(cls, history: History) -> Layout:
        return cls(history.start, history.n_quarters, history.axes, tuple(history.values))

    def text(self) -> str:
        axes = {axis.value: list(names) for axis, names in self.axes.items()}
        return json.dumps([self.start, self.n_quarters, axes, self.measures], ensure_ascii=False)

    @classmethod
    def read(cls, text: str) -> Layout:
        start, n_quarters, axes, measures = json.loads(text)
        return cls(start, n_quarters, {Axis(axis): tuple(names) for axis, names in axes.items()}, tuple(measures))

    def facts(self) -> dict[str, MeasureFact]:
        """What is declared of the measures that the runs hold, ratios of them included."""
        held = set(self.measures)
        return {
            key: fact for key, fact in MEASURES.items() if key in held or (fact.ratio is not None and held >= set(fact.ratio))
        }

    def shape(self, measure: str) -> tuple[int, int]:
        return len(self.axes[MEASURES[measure].axis]), self.n_quarters + 1


@dataclass(frozen=True)
class Packed:
    """The runs of a batch, packed: a part for each measure of the layout."""

    layout: Layout
    n_worlds: int
    parts: tuple[bytes, ...]


def packed(history: History) -> Packed:
    """A history, packed; its cases are left to the caller."""
    layout = Layout.of(history)
    parts = tuple(pack(history.values[name].transpose(1, 2, 0)) for name in layout.measures)
    return Packed(layout, history.values[layout.measures[0]].shape[1], parts)


def pack(values: np.ndarray) -> bytes:
    """Numbers as float32, bytes of equal rank together, compressed.

    Runs of equal bytes are what there is to gain in measures, so zlib looks for nothing else, which takes a third less time.
    """
    shuffled = np.ascontiguousarray(values, "<f4").view(np.uint8).reshape(-1, 4).T.tobytes()
    zipper = zlib.compressobj(1, zlib.DEFLATED, -zlib.MAX_WBITS, 9, zlib.Z_RLE)
    return zipper.compress(shuffled) + zipper.flush()


def unpack(part: bytes, shape: tuple[int, ...]) -> np.ndarray:
    """Numbers as they were packed, in float32 and of the given shape."""
    raw = np.frombuffer(zlib.decompress(part, -zlib.MAX_WBITS), np.uint8).reshape(4, -1).T
    return np.ascontiguousarray(raw).view("<f4").reshape(shape)
