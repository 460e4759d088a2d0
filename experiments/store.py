"""The store of an experiment: every finished run durable at once in one SQLite file, read back measure by measure.

A run is a row: its id, whose it is, and its measures as float32, each byte-shuffled and compressed by itself, so that one measure
of many runs can be read without the others.  One process writes; whatever kills it, what was stored stays.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from experiments.packing import Layout, packed, unpacked
from model.facts import Floats, Label
from model.history import History
from model.scenario import Case

FILE = "store.sqlite"
FORMAT = 1
HELD_BYTES = 60_000_000  # of measures in memory, for each scenario and policy
TABLES = """
CREATE TABLE IF NOT EXISTS about (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS layouts (number INTEGER PRIMARY KEY, layout TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS runs (
  id TEXT PRIMARY KEY, layout INTEGER NOT NULL, ends BLOB NOT NULL, content BLOB NOT NULL, checksum INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS failures (
  id TEXT PRIMARY KEY, quarter TEXT NOT NULL, error TEXT NOT NULL, traceback TEXT NOT NULL) WITHOUT ROWID;
"""


class StoreError(Exception):
    """The store cannot be used; ``message`` says why, in both languages."""

    def __init__(self, message: Label) -> None:
        super().__init__(message.en)
        self.message = message


@dataclass(frozen=True)
class Failed:
    """Why a run gave no result."""

    quarter: str
    error: str
    traceback: str


class Store:
    """An open store.  Use :func:`opened`."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path, self._connection = path, connection
        self._layouts: dict[str, int] = {}

    # ── Writing ──────────────────────────────────────────────────────────────────────────────────────────────────────
    def add(self, ids: Sequence[str], history: History | None, failed: Mapping[str, Failed]) -> None:
        """Keep the runs of a batch and the failures among them, all or none, durable when this returns.

        Parameters
        ----------
        ids : one a world of the history; none where there is no history
        failed : by id
        """
        rows = []
        if history is not None:
            layout = Layout.of(history)
            number = self._layout(layout)
            values = {name: np.asarray(history.values[name], np.float32) for name in layout.measures}
            for world, run_id in enumerate(ids):
                ends, content = packed([values[name][:, world].T for name in layout.measures])
                rows.append((run_id, number, ends, content, zlib.crc32(content)))
        with told(self.path), self._connection:
            self._connection.executemany("INSERT OR IGNORE INTO runs VALUES (?, ?, ?, ?, ?)", rows)
            self._connection.executemany("DELETE FROM failures WHERE id = ?", [(run_id,) for run_id in ids])
            told_rows = [(run_id, f.quarter, f.error, f.traceback) for run_id, f in failed.items()]
            self._connection.executemany("INSERT OR REPLACE INTO failures VALUES (?, ?, ?, ?)", told_rows)

    def _layout(self, layout: Layout) -> int:
        text = layout.text()
        if text not in self._layouts:
            with told(self.path), self._connection:
                self._connection.execute("INSERT OR IGNORE INTO layouts (layout) VALUES (?)", (text,))
            row = self._connection.execute("SELECT number FROM layouts WHERE layout = ?", (text,)).fetchone()
            self._layouts[text] = int(row[0])
        return self._layouts[text]

    def refilled(self, rows: Mapping[str, Sequence[tuple[object, ...]]], layouts: set[object]) -> int:
        """Put rows of another store into this empty one, those of runs only where they are whole; the number of runs."""
        whole = [r for r in rows["runs"] if r[1] in layouts and isinstance(r[3], bytes) and zlib.crc32(r[3]) == r[4]]
        with told(self.path), self._connection:
            self._connection.executemany("INSERT INTO layouts VALUES (?, ?)", rows["layouts"])
            self._connection.executemany("INSERT INTO runs VALUES (?, ?, ?, ?, ?)", whole)
            self._connection.executemany("INSERT INTO failures VALUES (?, ?, ?, ?)", rows["failures"])
        return len(whole)

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

    def history(self, cases: Sequence[Case], ids: Sequence[str]) -> History:
        """The runs of some cases of one scenario and policy; a measure is read when it is asked for.

        Raises
        ------
        StoreError
            If a run is missing or damaged, or the runs are arranged differently.
        """
        with told(self.path):
            numbers = {self._connection.execute("SELECT layout FROM runs WHERE id = ?", (i,)).fetchone() for i in ids}
            if len(numbers) != 1 or None in numbers:
                raise StoreError(Label(f"“{self.path}”中缺少部分运行", f"{self.path} lacks some of the runs"))
            row = self._connection.execute("SELECT layout FROM layouts WHERE number = ?", next(iter(numbers))).fetchone()
        layout = Layout.read(row[0])
        return History(tuple(cases), layout.start, layout.axes, layout.facts(), StoredValues(self, layout, tuple(ids)))

    def measure(self, layout: Layout, ids: Sequence[str], measure: str) -> Floats:
        """A measure of some runs, of shape (n_quarters + 1, n_runs, n_members)."""
        n_members, n_rows = layout.shape(measure)
        position = layout.measures.index(measure)
        out = np.empty((n_rows, len(ids), n_members))
        with told(self.path):
            for n, run_id in enumerate(ids):
                ends = np.frombuffer(
                    self._connection.execute("SELECT ends FROM runs WHERE id = ?", (run_id,)).fetchone()[0], "<u4"
                )
                first = int(ends[position - 1]) if position else 0
                query = "SELECT substr(content, ?, ?) FROM runs WHERE id = ?"
                part = self._connection.execute(query, (first + 1, int(ends[position]) - first, run_id)).fetchone()[0]
                out[:, n, :] = unpacked(part, (n_members, n_rows)).T
        return out

    def damaged(self) -> list[str]:
        """Ids of the runs whose content is not what was written."""
        with told(self.path):
            rows = self._connection.execute("SELECT id, content, checksum FROM runs")
            return [run_id for run_id, content, checksum in rows if zlib.crc32(content) != checksum]

    def same(self, run_id: str, history: History) -> bool:
        """Whether the only world of a history is what is kept of a run, bit for bit."""
        with told(self.path):
            row = self._connection.execute("SELECT content FROM runs WHERE id = ?", (run_id,)).fetchone()
        values = [np.asarray(value[:, 0].T, np.float32) for value in history.values.values()]
        return row is not None and row[0] == packed(values)[1]

    def forget_failures(self) -> None:
        """Forget what failed, so that it is tried again."""
        with told(self.path), self._connection:
            self._connection.execute("DELETE FROM failures")

    def drop(self, ids: Sequence[str]) -> None:
        """Forget runs, so that they are run again."""
        with told(self.path), self._connection:
            self._connection.executemany("DELETE FROM runs WHERE id = ?", [(run_id,) for run_id in ids])


class StoredValues(Mapping[str, Floats]):
    """Measures of some runs, read from the store when asked for; the oldest are let go where they would take too much memory."""

    def __init__(self, store: Store, layout: Layout, ids: tuple[str, ...]) -> None:
        self._store, self._layout, self._ids = store, layout, ids
        self._held: dict[str, Floats] = {}

    def __getitem__(self, measure: str) -> Floats:
        if measure not in self._layout.measures:
            raise KeyError(measure)
        if measure not in self._held:
            values = self._store.measure(self._layout, self._ids, measure)
            values.flags.writeable = False
            while self._held and sum(v.nbytes for v in self._held.values()) + values.nbytes > HELD_BYTES:
                del self._held[next(iter(self._held))]
            self._held[measure] = values
        return self._held[measure]

    def __iter__(self) -> Iterator[str]:
        return iter(self._layout.measures)

    def __len__(self) -> int:
        return len(self._layout.measures)


@contextmanager
def opened(path: Path, *, new: bool = False) -> Iterator[Store]:
    """The store of a file, for this process alone while it is open.

    Raises
    ------
    StoreError
        If there is none (or already one, if ``new``), it is no store, of another format, damaged, or open elsewhere.
    """
    if path.exists() == new:
        zh, en = ("已存在", "exists already") if new else ("不存在", "does not exist")
        raise StoreError(Label(f"结果库“{path}”{zh}", f"the store {path} {en}"))
    with told(path):
        connection = sqlite3.connect(path, timeout=1.0, isolation_level="DEFERRED")
        try:
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            connection.execute("PRAGMA journal_mode = WAL")  # where it is not to be had, SQLite keeps its rollback journal
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("BEGIN IMMEDIATE")
            connection.commit()
            if new:
                connection.executescript(TABLES)
                with connection:
                    connection.execute("INSERT INTO about VALUES ('format', ?)", (str(FORMAT),))
            _check(connection, path)
            yield Store(path, connection)
        finally:
            connection.close()


def _check(connection: sqlite3.Connection, path: Path) -> None:
    row = connection.execute("SELECT value FROM about WHERE key = 'format'").fetchone()
    if row is None or row[0] != str(FORMAT):
        raise StoreError(Label(f"“{path}”是另一版本的结果库", f"{path} is a store of another version"))


def salvaged(path: Path) -> int:
    """Rebuild a damaged store from what can still be read of it, and return the number of runs in it.

    The damaged file is kept beside it, with ``.damaged`` at the end of its name.
    """
    broken = path.with_name(path.name + ".damaged")
    for suffix in ("", "-wal"):
        if path.with_name(path.name + suffix).exists():
            path.with_name(path.name + suffix).replace(broken.with_name(broken.name + suffix))
    rows: dict[str, list[tuple[object, ...]]] = {"layouts": [], "runs": [], "failures": []}
    source = sqlite3.connect(broken)
    for table, found in rows.items():
        try:
            for row in source.execute(f"SELECT * FROM {table}"):
                found.append(row)
        except sqlite3.Error:
            continue
    source.close()
    known = {row[0] for row in rows["layouts"]}
    with opened(path, new=True) as store:
        return store.refilled(rows, known)


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Turn what SQLite says into words for the user."""
    try:
        yield
    except sqlite3.Error as error:
        raise StoreError(_words(path, str(error))) from error


def _words(path: Path, said: str) -> Label:
    if "locked" in said:
        return Label(f"结果库“{path}”正被另一个程序使用", f"the store {path} is in use by another program")
    if "full" in said:
        return Label(f"磁盘已满，无法写入“{path}”；已完成的运行都已保存", f"the disk is full: {path}; the finished runs are kept")
    if "readonly" in said or "unable to open" in said:
        return Label(f"无法写入结果库“{path}”", f"the store {path} cannot be written")
    if "malformed" in said or "not a database" in said or "no such table" in said:
        zh = f"结果库“{path}”已损坏；可用 resume --repair 保留能读出的运行，其余重新运行"
        return Label(zh, f"the store {path} is damaged; resume --repair keeps what can be read and runs the rest again")
    return Label(f"结果库“{path}”出错：{said}", f"the store {path}: {said}")
