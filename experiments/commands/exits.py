"""How a command ends: its exit code, and what it says of an input that cannot be used."""

from __future__ import annotations

import enum
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from wutong.experiments.commands.engine import shown_engine
from wutong.experiments.commands.language import Language, told
from wutong.experiments.errors import WordedError


class Exit(enum.IntEnum):
    WELL = 0
    SOME_FAILED = 1
    BAD_INPUT = 2
    INTERRUPTED = 130


def say(text: str) -> None:
    """Write a line for the user beside the answer, on standard error."""
    sys.stderr.write(f"{text}\n")


@contextmanager
def exits(language: Language) -> Iterator[None]:
    """Turn inputs that cannot be used, and Ctrl-C, into words and an exit code; anything else is a fault of the program."""
    from wutong.experiments.reading import ReadingError
    from wutong.model.compiled import EngineMissingError

    try:
        with shown_engine(language):
            yield
    except ReadingError as error:
        say("\n".join(problem.text(language) for problem in error.problems))
        raise typer.Exit(Exit.BAD_INPUT) from error
    except (WordedError, EngineMissingError) as error:
        say(told("错误：", "Error: ", language) + error.message.in_language(language))
        raise typer.Exit(Exit.BAD_INPUT) from error
    except KeyboardInterrupt as error:
        say(told("已中断，结果没有写完。", "Interrupted; the results are not complete.", language))
        raise typer.Exit(Exit.INTERRUPTED) from error
