"""How a run is packed: float32, bytes of equal rank together, every measure compressed by itself."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from model.history import Axis, History, MeasureFact
from model.measures import MEASURES


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


def packed(parts: Sequence[np.ndarray]) -> tuple[bytes, bytes]:
    """Where each part ends, as unsigned 32-bit numbers, and the parts: float32, bytes of equal rank together, compressed."""
    blobs = [zlib.compress(np.ascontiguousarray(part, "<f4").view(np.uint8).reshape(-1, 4).T.tobytes(), 1) for part in parts]
    return np.cumsum([len(blob) for blob in blobs], dtype="<u4").tobytes(), b"".join(blobs)


def unpacked(part: bytes, shape: tuple[int, int]) -> np.ndarray:
    """A part as it was packed, of the given shape."""
    raw = np.frombuffer(zlib.decompress(part), np.uint8).reshape(4, -1).T
    return np.ascontiguousarray(raw).view("<f4").reshape(shape)
