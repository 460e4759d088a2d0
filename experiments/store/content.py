"""What a store holds: chunks of runs, a part for each measure and a row for each run, put in and read back."""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np

from wutong.experiments.errors import StoreError
from wutong.experiments.packing import Layout, Packed, unpack
from wutong.experiments.store.words import told
from wutong.model.facts import Floats, Label
from wutong.model.history import History
from wutong.model.scenario import Case

T = TypeVar("T")

HELD_BYTES = 60_000_000  # of measures in memory, for each scenario and policy
ASKED_AT_ONCE = 500  # ids in a query
COLUMNS = {"layouts": 2, "chunks": 3, "parts": 4, "runs": 3, "failures": 4}


@dataclass(frozen=True)
class Failed:
    """Why a run gave no result."""

    quarter: str
    error: str
    traceback: str


@dataclass(frozen=True)
class Place:
    """Where a run stands: a chunk, and which of its worlds."""

    chunk: int
    world: int


class Store:
    """An open store.  Use :func:`opened`."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path, self._connection = path, connection

    # ── Writing ──────────────────────────────────────────────────────────────────────────────────────────────────────
    def add(self, ids: Sequence[str], runs: Packed | None, failed: Mapping[str, Failed]) -> None:
        """Keep the runs of a batch and the failures among them, all or none, durable when this returns.

        Parameters
        ----------
        ids : one a world; none where there are no runs
        failed : by id
        """
        with told(self.path), self._connection:
            if runs is not None:
                number = self._add_chunk(runs)
                rows = ((run_id, number, world) for world, run_id in enumerate(ids))
                self._connection.executemany("INSERT OR IGNORE INTO runs VALUES (?, ?, ?)", rows)
            self._connection.executemany("DELETE FROM failures WHERE id = ?", [(run_id,) for run_id in ids])
            told_rows = [(run_id, f.quarter, f.error, f.traceback) for run_id, f in failed.items()]
            self._connection.executemany("INSERT OR REPLACE INTO failures VALUES (?, ?, ?, ?)", told_rows)

    def _add_chunk(self, runs: Packed) -> int:
        layout = runs.layout.text()
        self._connection.execute("INSERT OR IGNORE INTO layouts (layout) VALUES (?)", (layout,))
        of = self._connection.execute("SELECT number FROM layouts WHERE layout = ?", (layout,)).fetchone()[0]
        number = self._connection.execute("INSERT INTO chunks (layout, n_worlds) VALUES (?, ?)", (of, runs.n_worlds)).lastrowid
        parts = ((number, n, part, zlib.crc32(part)) for n, part in enumerate(runs.parts))
        self._connection.executemany("INSERT INTO parts VALUES (?, ?, ?, ?)", parts)
        return int(number or 0)

    def refilled(self, rows: Mapping[str, Sequence[tuple[object, ...]]]) -> int:
        """Put rows of another store into this empty one, those of runs only where they are whole; the number of runs."""
        layouts: dict[object, Layout] = {}
        for number, text in rows["layouts"]:
            with suppress(ValueError):
                layouts[number] = Layout.read(str(text))
        sound: dict[object, int] = {}
        for chunk, _, content, checksum in rows["parts"]:
            if isinstance(content, bytes) and zlib.crc32(content) == checksum:
                sound[chunk] = sound.get(chunk, 0) + 1
        whole = {r[0] for r in rows["chunks"] if r[1] in layouts and sound.get(r[0]) == len(layouts[r[1]].measures)}
        kept = dict(rows)
        kept["chunks"] = [row for row in rows["chunks"] if row[0] in whole]
        kept["parts"] = [row for row in rows["parts"] if row[0] in whole]
        kept["runs"] = [row for row in rows["runs"] if row[1] in whole]
        with told(self.path), self._connection:
            for table, n in COLUMNS.items():
                self._connection.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * n)})", kept[table])
        return len(kept["runs"])

    def forget_failures(self) -> None:
        """Forget what failed, so that it is tried again."""
        with told(self.path), self._connection:
            self._connection.execute("DELETE FROM failures")

    def drop(self, ids: Sequence[str]) -> None:
        """Forget runs, so that they are run again."""
        with told(self.path), self._connection:
            self._connection.executemany("DELETE FROM runs WHERE id = ?", [(run_id,) for run_id in ids])

    # ── Reading ──────────────────────────────────────────────────────────────────────────────────────────────────────
    def complete(self) -> set[str]:
        """Ids of the runs that are kept."""
        with told(self.path):
            return {row[0] for row in self._connection.execute("SELECT id FROM runs")}

    def failures(self) -> dict[str, Failed]:
        """Runs that gave no result, by id."""
        with told(self.path):
            rows = self._connection.execute("SELECT id, quarter, error, traceback FROM failures").fetchall()
        return {row[0]: Failed(*row[1:]) for row in rows}

    def places(self, ids: Sequence[str]) -> list[Place]:
        """Where some runs stand.

        Raises
        ------
        StoreError
            If one is missing.
        """
        found: dict[str, Place] = {}
        with told(self.path):
            for some in _by_the(ASKED_AT_ONCE, ids):
                query = f"SELECT id, chunk, world FROM runs WHERE id IN ({', '.join('?' * len(some))})"
                found |= {row[0]: Place(row[1], row[2]) for row in self._connection.execute(query, some)}
        if any(run_id not in found for run_id in ids):
            raise StoreError(Label(f"“{self.path}”中缺少部分运行", f"{self.path} lacks some of the runs"))
        return [found[run_id] for run_id in ids]

    def layout(self, places: Sequence[Place]) -> Layout:
        """How some runs are arranged.

        Raises
        ------
        StoreError
            If they are arranged differently.
        """
        numbers: set[int] = set()
        with told(self.path):
            for some in _by_the(ASKED_AT_ONCE, sorted({place.chunk for place in places})):
                query = f"SELECT DISTINCT layout FROM chunks WHERE number IN ({', '.join('?' * len(some))})"
                numbers |= {row[0] for row in self._connection.execute(query, some)}
            if len(numbers) != 1:
                zh, en = "中的运行记录的内容不同", "holds runs that record different things"
                raise StoreError(Label(f"“{self.path}”{zh}", f"{self.path} {en}"))
            row = self._connection.execute("SELECT layout FROM layouts WHERE number = ?", tuple(numbers)).fetchone()
        return Layout.read(row[0])

    def history(self, cases: Sequence[Case], ids: Sequence[str]) -> History:
        """The runs of some cases of one scenario and policy; a measure is read when it is asked for.

        Raises
        ------
        StoreError
            If a run is missing or damaged, or the runs are arranged differently.
        """
        places = self.places(ids)
        layout = self.layout(places)
        return History(tuple(cases), layout.start, layout.axes, layout.facts(), StoredValues(self, layout, places))

    def measure(self, layout: Layout, places: Sequence[Place], measure: str) -> Floats:
        """A measure of some runs, of shape (n_quarters + 1, n_runs, n_members)."""
        n_members, n_rows = layout.shape(measure)
        position = layout.measures.index(measure)
        out = np.empty((n_rows, len(places), n_members))
        chunks: dict[int, list[int]] = {}
        for n, place in enumerate(places):
            chunks.setdefault(place.chunk, []).append(n)
        query = "SELECT content, n_worlds FROM parts JOIN chunks ON number = chunk WHERE chunk = ? AND measure = ?"
        with told(self.path):
            for chunk, runs in chunks.items():
                content, n_worlds = self._connection.execute(query, (chunk, position)).fetchone()
                values = unpack(content, (n_worlds, n_members, n_rows))
                out[:, runs] = values[[places[n].world for n in runs]].transpose(2, 0, 1)
        return out

    def damaged(self) -> list[str]:
        """Ids of the runs whose content is not what was written."""
        with told(self.path):
            rows = self._connection.execute("SELECT chunk, content, checksum FROM parts")
            bad = {chunk for chunk, content, checksum in rows if zlib.crc32(content) != checksum}
            return [row[0] for row in self._connection.execute("SELECT id, chunk FROM runs") if row[1] in bad]

    def same(self, run_id: str, history: History) -> bool:
        """Whether the only world of a history is what is kept of a run, bit for bit."""
        with suppress(StoreError):
            (place,) = self.places([run_id])
            layout = self.layout([place])
            if layout == Layout.of(history):
                pairs = ((self.measure(layout, [place], name), history.values[name]) for name in layout.measures)
                return all(kept.astype(np.float32).tobytes() == np.asarray(new, np.float32).tobytes() for kept, new in pairs)
        return False


class StoredValues(Mapping[str, Floats]):
    """Measures of some runs, read from the store when asked for; the oldest are let go where they would take too much memory."""

    def __init__(self, store: Store, layout: Layout, places: Sequence[Place]) -> None:
        self._store, self._layout, self._places = store, layout, places
        self._held: dict[str, Floats] = {}

    def __getitem__(self, measure: str) -> Floats:
        if measure not in self._layout.measures:
            raise KeyError(measure)
        if measure not in self._held:
            values = self._store.measure(self._layout, self._places, measure)
            values.flags.writeable = False
            while self._held and sum(v.nbytes for v in self._held.values()) + values.nbytes > HELD_BYTES:
                del self._held[next(iter(self._held))]
            self._held[measure] = values
        return self._held[measure]

    def __iter__(self) -> Iterator[str]:
        return iter(self._layout.measures)

    def __len__(self) -> int:
        return len(self._layout.measures)


def _by_the(size: int, items: Sequence[T]) -> Iterator[Sequence[T]]:
    return (items[first : first + size] for first in range(0, len(items), size))
