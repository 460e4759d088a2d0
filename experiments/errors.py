"""Errors that the user can do something about: said in words, in both languages, and never shown as a traceback."""

from __future__ import annotations

from wutong.model.facts import Label


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

    def __init__(self, message: Label) -> None:
        super().__init__(message.en)
        self.message = message
