"""Opening a store: one process writes, others may read at the same time; and what can be saved of a damaged one."""

from __future__ import annotations

import enum
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from wutong.experiments.errors import StoreError
from wutong.experiments.store.content import COLUMNS, Store
from wutong.experiments.store.words import told
from wutong.model.facts import Label

FILE = "store.sqlite"
FORMAT = 2
HEADER_BYTES = 100
PATIENCE_SECONDS = 10.0  # of a reader, while the writer is busy
TABLES = """
CREATE TABLE IF NOT EXISTS about (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS layouts (number INTEGER PRIMARY KEY, layout TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS chunks (number INTEGER PRIMARY KEY, layout INTEGER NOT NULL, n_worlds INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS parts (
  chunk INTEGER NOT NULL, measure INTEGER NOT NULL, content BLOB NOT NULL, checksum INTEGER NOT NULL, UNIQUE (chunk, measure)
);
CREATE TABLE IF NOT EXISTS runs (id TEXT PRIMARY KEY, chunk INTEGER NOT NULL, world INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS failures (
  id TEXT PRIMARY KEY, quarter TEXT NOT NULL, error TEXT NOT NULL, traceback TEXT NOT NULL) WITHOUT ROWID;
"""


class Access(enum.Enum):
    """For what a store is opened."""

    NEW = "new"  # to write one that is not there yet
    WRITE = "write"
    READ = "read"  # also while another process writes


@contextmanager
def opened(path: Path, access: Access) -> Iterator[Store]:
    """The store of a file; one process at a time may have it open for writing.

    Raises
    ------
    StoreError
        If there is none (or already one, if it should be new), it is no store, of another format, damaged, or being written by
        another process.
    """
    new = access is Access.NEW
    if path.exists() == new:
        zh, en = ("已存在", "exists already") if new else ("不存在", "does not exist")
        raise StoreError(Label(f"结果库“{path}”{zh}", f"the store {path} {en}"))
    if access is Access.READ:
        with told(path), closing(_reader(path)) as connection:
            connection.execute("PRAGMA query_only = ON")
            _check(connection, path)
            yield Store(path, connection)
        return
    with told(path), _alone(path), closing(sqlite3.connect(path, timeout=PATIENCE_SECONDS)) as connection:
        _prepare(connection)
        if new:
            connection.executescript(TABLES)
            with connection:
                connection.execute("INSERT INTO about VALUES ('format', ?)", (str(FORMAT),))
        _check(connection, path)
        yield Store(path, connection)
        with suppress(sqlite3.Error):  # a reader is at it; else one plain file, to be read also where nothing can be written
            connection.execute("PRAGMA journal_mode = DELETE")


def _reader(path: Path) -> sqlite3.Connection:
    """A connection to read with; also where nothing can be written, and somebody read when the writer ended.

    The store then still says that it has a write-ahead log, and SQLite would want to make one.
    """
    with path.open("rb") as file:
        logged = file.read(HEADER_BYTES)[18:19] == b"\x02"
    if logged and not path.with_name(f"{path.name}-wal").exists() and not os.access(path.parent, os.W_OK):
        return sqlite3.connect(f"{path.absolute().as_uri()}?immutable=1", uri=True)
    return sqlite3.connect(path, timeout=PATIENCE_SECONDS)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """The right to write, which the operating system gives back however this process ends."""
    lock = path.with_name(f".{path.name}.lock")
    with closing(sqlite3.connect(lock, timeout=1.0, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = MEMORY")
        connection.execute("BEGIN EXCLUSIVE")
        if not lock.exists():  # who had it ended while this one waited, and a third may have made another
            raise sqlite3.OperationalError("locked")
        try:
            yield
        finally:
            with suppress(OSError):  # some systems do not remove what is open
                lock.unlink()


def _prepare(connection: sqlite3.Connection) -> None:
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            raise
        connection.execute("PRAGMA journal_mode = DELETE")  # on drives of a network there is no WAL
        connection.execute("BEGIN IMMEDIATE")
    connection.commit()


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
    rows: dict[str, list[tuple[object, ...]]] = {table: [] for table in COLUMNS}
    with closing(sqlite3.connect(broken)) as source:
        for table, found in rows.items():
            with suppress(sqlite3.Error):
                for row in source.execute(f"SELECT * FROM {table}"):
                    found.append(row)
    with opened(path, Access.NEW) as store:
        return store.refilled(rows)
