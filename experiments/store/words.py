"""What SQLite says of a store, and what is wrong with one, in words for the user."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from wutong.experiments.errors import StoreError
from wutong.model.facts import Label

BROKEN = (
    "malformed",
    "not a database",
    "no such",
    "already exists",
    "decode",
    "file format",
    "logic error",
    "constraint",
    "syntax",
)


@contextmanager
def told(path: Path, *, early: bool = False) -> Iterator[None]:
    """Turn what SQLite says into words for the user."""
    try:
        yield
    except sqlite3.Error as error:
        raise _worded(path, str(error), early=early) from error


def damaged(path: Path, *, early: bool = False) -> StoreError:
    """That what stands in a store is not what was written, and what to do.

    Parameters
    ----------
    early : whether the store is known to be of an earlier version, which is not repaired
    """
    if early:
        zh = f"结果库“{path}”已损坏，且由较早版本的程序写成，不能修复；旁边的表格仍可查看，请用 inputs 中的文件重新开始一次实验"
        en = f"the store {path} is damaged, and of an earlier version, which is not repaired: the tables beside it can be read; "
        return StoreError(Label(zh, f"{en}begin anew with the files of inputs"))
    zh = f"结果库“{path}”已损坏；可用 resume --repair 保留能读出的运行，其余重新运行"
    return StoreError(Label(zh, f"the store {path} is damaged; resume --repair keeps what can be read and runs the rest again"))


def later(path: Path) -> StoreError:
    """That a store was written by a program that this one does not know."""
    zh = f"结果库“{path}”由更新版本的程序写成；请用那个版本打开"
    return StoreError(Label(zh, f"the store {path} was written by a later version of this program: open it with that one"))


def earlier(path: Path) -> StoreError:
    """That no runs are put beside those of an earlier version."""
    zh = f"结果库“{path}”由较早版本的程序写成：可以读取、写报告和导出，但不能续跑；请重新开始一次实验"
    en = f"the store {path} is of an earlier version: it is read, reported and exported, but not resumed; begin anew"
    return StoreError(Label(zh, en))


def unchecked(path: Path) -> Label:
    """That parts of a store of an earlier version cannot be checked."""
    zh = f"结果库“{path}”由较早版本的程序写成，只有数值带校验和，其余部分无法核对"
    return Label(zh, f"the store {path} is of an earlier version: its numbers have checksums, all else is read unchecked")


def _worded(path: Path, said: str, *, early: bool) -> StoreError:
    if any(word in said for word in BROKEN):
        return damaged(path, early=early)
    return StoreError(_words(path, said))


def _words(path: Path, said: str) -> Label:
    if "locked" in said:
        return Label(f"结果库“{path}”正被另一个程序使用", f"the store {path} is in use by another program")
    if "full" in said:
        return Label(f"磁盘已满，无法写入“{path}”；已完成的运行都已保存", f"the disk is full: {path}; the finished runs are kept")
    if "readonly" in said or "unable to open" in said:
        return Label(f"无法写入结果库“{path}”", f"the store {path} cannot be written")
    if "I/O" in said:
        zh = f"读写结果库“{path}”时磁盘出错或已满；已完成的运行都已保存"
        return Label(zh, f"the disk fails or is full: {path}; the finished runs are kept")
    return Label(f"结果库“{path}”出错：{said}", f"the store {path}: {said}")
