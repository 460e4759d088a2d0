"""Opening a store: one process writes, others may read at the same time."""

from __future__ import annotations

import enum
import os
import sqlite3
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from wutong.experiments.errors import StoreError, WordedWarning
from wutong.experiments.store.content import Store
from wutong.experiments.store.earlier import lay_over
from wutong.experiments.store.index import BAD_ROWS, EARLIER, FORMAT, TABLES, seal, version_of
from wutong.experiments.store.words import damaged, earlier, told, unchecked
from wutong.experiments.unfinished import replacing
from wutong.model.facts import Label

FILE = "store.sqlite"
HEADER_BYTES = 100
PATIENCE_SECONDS = 10.0  # of a reader, while the writer is busy


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
        If there is none (or already one, if it should be new), it is no store, of another version, damaged, or being written by
        another process.
    """
    new = access is Access.NEW
    if path.exists() == new:
        zh, en = ("已存在", "exists already") if new else ("不存在", "does not exist")
        raise StoreError(Label(f"结果库“{path}”{zh}", f"the store {path} {en}"))
    if access is Access.READ:
        with told(path), closing(_reader(path)) as connection:
            early = (version := version_of(connection, path)) in EARLIER
            if early:
                _seen_as_now(connection, path, version)
            connection.execute("PRAGMA query_only = ON")
            yield Store(path, connection, early=early)
        return
    with told(path), alone(path):
        if new:
            create(path)
        with to_write(path) as store:
            yield store


def _seen_as_now(connection: sqlite3.Connection, path: Path, version: int) -> None:
    """Read a store of an earlier version as one of today, and say that it is one."""
    try:
        with told(path, early=True):
            lay_over(connection, version)
    except BAD_ROWS:
        raise damaged(path, early=True) from None
    warnings.warn(WordedWarning(unchecked(path)), stacklevel=4)


def _reader(path: Path) -> sqlite3.Connection:
    """A connection to read with; also where nothing can be written, and somebody read when the writer ended.

    The store then still says that it has a write-ahead log, and SQLite would want to make one.
    """
    try:
        with path.open("rb") as file:
            logged = file.read(HEADER_BYTES)[18:19] == b"\x02"
    except OSError as error:
        zh, en = f"无法读取结果库“{path}”：{error.strerror}", f"the store {path} cannot be read: {error.strerror}"
        raise StoreError(Label(zh, en)) from error
    if logged and not path.with_name(f"{path.name}-wal").exists() and not os.access(path.parent, os.W_OK):
        return sqlite3.connect(f"{path.absolute().as_uri()}?immutable=1", uri=True)
    return sqlite3.connect(path, timeout=PATIENCE_SECONDS)


@contextmanager
def alone(path: Path) -> Iterator[None]:
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


def create(path: Path) -> None:
    """Make an empty store, whole or not at all."""
    with replacing(path) as unfinished, closing(sqlite3.connect(unfinished)) as connection:
        connection.executescript(f"BEGIN; {TABLES} PRAGMA user_version = {FORMAT}; COMMIT;")
        with connection:
            rows = {"format": str(FORMAT), "seal": seal(connection)}
            connection.executemany("INSERT INTO about VALUES (?, ?)", rows.items())


@contextmanager
def to_write(path: Path) -> Iterator[Store]:
    """A store that nobody else writes."""
    with closing(sqlite3.connect(path, timeout=PATIENCE_SECONDS)) as connection:
        if version_of(connection, path) in EARLIER:
            raise earlier(path)
        _prepare(connection)
        yield Store(path, connection)
        with suppress(sqlite3.Error):  # a reader is at it; else one plain file, to be read also where nothing can be written
            connection.execute("PRAGMA journal_mode = DELETE")


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
