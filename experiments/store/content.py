"""What a store holds: chunks of runs, a part for each measure, put in and read back; what is read is checked."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from wutong.experiments.errors import ResultsError, StoreError
from wutong.experiments.packing import Layout, Packed, unpack
from wutong.experiments.store.index import (
    BAD_ROWS,
    NOBODY,
    Failed,
    Index,
    Place,
    index_of,
    part_checksum,
    row_checksum,
    seal,
)
from wutong.experiments.store.words import damaged, told
from wutong.model.facts import Floats, Label
from wutong.model.history import History
from wutong.model.scenario import Case

HELD_BYTES = 60_000_000  # of measures in memory, for each scenario and policy


class Store:
    """An open store, as it was when it was opened and with what was put in since.  Use :func:`opened`."""

    def __init__(self, path: Path, connection: sqlite3.Connection, *, early: bool = False) -> None:
        self.path, self._connection, self._early = path, connection, early
        self._known: Index | None = None

    @property
    def _index(self) -> Index:
        if self._known is None:
            with self._told():
                self._known = index_of(self._connection)
        return self._known

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Words for what SQLite says, and for what is not as it was written."""
        try:
            with told(self.path, early=self._early):
                yield
        except BAD_ROWS:
            raise damaged(self.path, early=self._early) from None

    # ── Writing ──────────────────────────────────────────────────────────────────────────────────────────────────────
    def add(self, ids: Sequence[str], runs: Packed | None, failed: Mapping[str, Failed]) -> None:
        """Keep the runs of a batch and the failures among them, all or none, durable when this returns.

        Parameters
        ----------
        ids : one a world; none where there are no runs
        failed : by id
        """
        with self._changing() as connection:
            if runs is not None:
                self._add_chunk(ids, runs)
            connection.executemany("DELETE FROM failures WHERE id = ?", [(run_id,) for run_id in ids])
            rows = [(run_id, *map(_writable, (f.quarter, f.error, f.traceback))) for run_id, f in failed.items()]
            checked = [(row[0], row_checksum(*row), *row[1:]) for row in rows]
            connection.executemany("INSERT OR REPLACE INTO failures VALUES (?, ?, ?, ?, ?)", checked)

    @contextmanager
    def _changing(self) -> Iterator[sqlite3.Connection]:
        """A transaction: what is changed in it is sealed and durable at its end, and nothing of it otherwise."""
        with told(self.path), self._connection as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield connection
            connection.execute("INSERT OR REPLACE INTO about VALUES ('seal', ?)", (seal(connection),))
        self._known = None

    def _add_chunk(self, ids: Sequence[str], runs: Packed) -> None:
        connection, layout = self._connection, runs.layout.text()
        row = connection.execute("SELECT number FROM layouts WHERE layout = ?", (layout,)).fetchone()
        of = row[0] if row else self._next("layouts")
        if row is None:
            connection.execute("INSERT INTO layouts VALUES (?, ?, ?)", (of, row_checksum(of, layout), layout))
        number, own = self._next("chunks"), " ".join(ids)
        connection.execute("INSERT INTO chunks VALUES (?, ?, ?, ?)", (number, row_checksum(number, of, own), of, own))
        parts = ((number, n, part_checksum(part, number, n), part) for n, part in enumerate(runs.parts))
        connection.executemany("INSERT INTO parts VALUES (?, ?, ?, ?)", parts)

    def _next(self, table: str) -> int:
        return int(self._connection.execute(f"SELECT coalesce(max(number), 0) + 1 FROM {table}").fetchone()[0])

    def forget_failures(self) -> None:
        """Forget what failed, so that it is tried again."""
        with self._changing() as connection:
            connection.execute("DELETE FROM failures")

    def drop(self, ids: Sequence[str]) -> None:
        """Forget runs, so that they are run again; a chunk goes when none of its runs is left."""
        gone = set(ids)
        chunks = self._index.chunks
        with self._changing() as connection:
            for number, chunk in chunks.items():
                left = [NOBODY if run_id in gone else run_id for run_id in chunk.ids]
                if set(left) <= {NOBODY}:
                    connection.execute("DELETE FROM parts WHERE chunk = ?", (number,))
                    connection.execute("DELETE FROM chunks WHERE number = ?", (number,))
                elif gone.intersection(chunk.ids):
                    row = (number, chunk.layout, " ".join(left))
                    connection.execute(
                        "UPDATE chunks SET checksum = ?, ids = ? WHERE number = ?", (row_checksum(*row), row[2], number)
                    )

    # ── Reading ──────────────────────────────────────────────────────────────────────────────────────────────────────
    def complete(self) -> frozenset[str]:
        """Ids of the runs that are kept."""
        return self._index.complete

    def only(self, ids: Sequence[str]) -> frozenset[str]:
        """Ids of the runs that are kept, all of which must be among some.

        Raises
        ------
        ResultsError
            If there are others.
        """
        if strange := len(self.complete() - set(ids)):
            zh = f"结果库“{self.path}”中有 {strange} 次运行与其输入不符：输入或模型已改变"
            en = f"{self.path} holds {strange} runs that its inputs do not describe: they or the model changed"
            raise ResultsError(Label(zh, en))
        return self.complete()

    def failures(self) -> Mapping[str, Failed]:
        """Runs that gave no result, by id."""
        return self._index.failed

    def places(self, ids: Sequence[str]) -> list[Place]:
        """Where some runs stand.

        Raises
        ------
        StoreError
            If one is missing.
        """
        runs = self._index.runs
        if any(run_id not in runs for run_id in ids):
            raise StoreError(Label(f"“{self.path}”中缺少部分运行", f"{self.path} lacks some of the runs"))
        return [runs[run_id] for run_id in ids]

    def layout(self, places: Sequence[Place]) -> Layout:
        """How some runs are arranged.

        Raises
        ------
        StoreError
            If they are arranged differently.
        """
        numbers = {self._index.chunks[place.chunk].layout for place in places}
        if len(numbers) != 1:
            zh, en = "中的运行记录的内容不同", "holds runs that record different things"
            raise StoreError(Label(f"“{self.path}”{zh}", f"{self.path} {en}"))
        return self._index.layouts[numbers.pop()]

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
        """A measure of some runs, of shape (n_quarters + 1, n_runs, n_members).

        Raises
        ------
        StoreError
            If it is not what was written.
        """
        n_members, n_rows = layout.shape(measure)
        position = layout.measures.index(measure)
        out = np.empty((n_rows, len(places), n_members))
        chunks: dict[int, list[int]] = {}
        for n, place in enumerate(places):
            chunks.setdefault(place.chunk, []).append(n)
        for chunk, runs in chunks.items():
            shape = (self._index.chunks[chunk].n_worlds, n_members, n_rows)
            values = unpack(self.part(chunk, position), shape)
            out[:, runs] = values[[places[n].world for n in runs]].transpose(2, 0, 1)
        return out

    def part(self, chunk: int, position: int) -> bytes:
        """A part as it was written.

        Raises
        ------
        StoreError
            If it is missing, or another.
        """
        query = "SELECT content, checksum FROM parts WHERE chunk = ? AND measure = ?"
        with self._told():
            content, checksum = self._connection.execute(query, (chunk, position)).fetchone()
            if part_checksum(content, chunk, position) == checksum:
                return bytes(content)
        raise damaged(self.path, early=self._early)

    def damaged(self) -> list[str]:
        """Ids of the runs whose content is not what was written.

        Raises
        ------
        StoreError
            If the damage is to more than runs.
        """
        with self._told():
            if self._connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
                raise damaged(self.path, early=self._early)
        bad = [chunk for number, chunk in self._index.chunks.items() if not self._whole(number)]
        return [run_id for chunk in bad for run_id in chunk.ids if run_id != NOBODY]

    def _whole(self, number: int) -> bool:
        try:
            for position in range(len(self._index.layouts[self._index.chunks[number].layout].measures)):
                self.part(number, position)
        except StoreError:
            return False
        return True

    def same(self, run_id: str, history: History) -> bool:
        """Whether the only world of a history is what is kept of a run, bit for bit."""
        (place,) = self.places([run_id])
        layout = self.layout([place])
        if layout != Layout.of(history):
            return False
        pairs = ((self.measure(layout, [place], name), history.values[name]) for name in layout.measures)
        return all(kept.astype(np.float32).tobytes() == np.asarray(new, np.float32).tobytes() for kept, new in pairs)


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


def _writable(text: str) -> str:
    """A text without halves of characters, which no file can hold."""
    return text.encode(errors="replace").decode()
