"""Errors that the user can do something about: said in words, in both languages, and never shown as a traceback."""

from __future__ import annotations

import errno

from wutong.model.facts import Label

SAID = {
    errno.EACCES: Label("没有权限", "permission denied"),
    errno.EMFILE: Label("打开的文件过多，请提高系统限制（ulimit -n）", "too many open files; raise the limit (ulimit -n)"),
    errno.ENAMETOOLONG: Label("名称过长", "the name is too long"),
    errno.ENFILE: Label("系统打开的文件过多", "too many open files in the system"),
    errno.ENOENT: Label("不存在", "it does not exist"),
    errno.ENOSPC: Label("磁盘已满", "the disk is full"),
    errno.EROFS: Label("只读，不能写入", "it is read-only"),
}


def said_by_system(error: OSError) -> Label:
    """What the system says of a file that it cannot open or write, and of which file."""
    own = error.strerror or str(error)
    words = SAID.get(error.errno or 0, Label(own, own))
    name = str(error.filename or "")
    return Label(f"“{name}”：{words.zh}", f"{name!r}: {words.en}") if name else words


class ToldError(Exception):
    """Several things cannot be used; ``text`` says all of them."""

    def text(self, language: str) -> str:
        """What is wrong, line by line."""
        raise NotImplementedError


class WordedError(Exception):
    """Something cannot be used or done; ``message`` says why and what to do, in both languages."""

    def __init__(self, message: Label) -> None:
        super().__init__(message.en)
        self.message = message

    def __reduce__(self) -> tuple[type[WordedError], tuple[Label]]:
        return type(self), (self.message,)  # a worker's error reaches the user whole


class BadInputError(WordedError):
    """What the user gave cannot be used."""


class ClusterError(WordedError):
    """The cluster cannot be used."""


class FolderError(WordedError):
    """The results cannot be kept where they should be, or are not where they should be read."""


class MissingLibraryError(WordedError, ImportError):
    """A library that only some results need is not installed."""


class ResultsError(WordedError):
    """What is asked of the results is not in them."""


class StoreError(WordedError):
    """The store cannot be used."""


class WordedWarning(UserWarning):
    """Something to be known of what is read; ``message`` says it in both languages."""

    def __init__(self, message: Label | str) -> None:
        worded = message if isinstance(message, Label) else Label(message, message)  # a text where a process passed it on
        super().__init__(worded.en)
        self.message = worded
