"""What SQLite says of a store, in words for the user."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from wutong.experiments.errors import StoreError
from wutong.model.facts import Label


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
