"""How a command ends: its exit code, and what it says of an input that cannot be used."""

from __future__ import annotations

import enum
import errno
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from wutong.experiments.commands.engine import shown_engine
from wutong.experiments.commands.language import Language, told
from wutong.experiments.errors import ToldError, WordedError, WordedWarning, said_by_system


class Exit(enum.IntEnum):
    WELL = 0
    SOME_FAILED = 1
    BAD_INPUT = 2
    INTERRUPTED = 130


def say(text: str) -> None:
    """Write a line for the user beside the answer, on standard error."""
    from wutong.experiments.reading.wide import harmless

    sys.stderr.write(f"{harmless(text)}\n")


def show(text: str) -> None:
    """Print a part of the answer: a folder or a title may hold what a terminal would act on."""
    from wutong.experiments.reading.wide import harmless

    print(harmless(text))


REFUSALS = {  # of the system: a full disk, a place that cannot be written, too many open files, a cable that is pulled
    errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO, errno.EMFILE, errno.ENFILE,
    errno.ENOMEM, errno.EAGAIN, errno.ENAMETOOLONG, errno.ENODEV, errno.ESTALE,
}  # fmt: skip


@contextmanager
def exits(language: Language) -> Iterator[None]:
    """Turn inputs that cannot be used, a system that refuses, and Ctrl-C into words and an exit code, and warnings into words.

    Anything else is a fault of the program.
    """
    from wutong.model.compiled import EngineMissingError

    try:
        with shown_engine(language), _warned(language):
            yield
    except ToldError as error:
        say(error.text(language))
        raise typer.Exit(Exit.BAD_INPUT) from error
    except (WordedError, EngineMissingError) as error:
        say(told("错误：", "Error: ", language) + error.message.in_language(language))
        raise typer.Exit(Exit.BAD_INPUT) from error
    except OSError as error:
        if error.errno not in REFUSALS:
            raise
        say(told("错误：", "Error: ", language) + said_by_system(error).in_language(language))
        raise typer.Exit(Exit.BAD_INPUT) from error
    except KeyboardInterrupt as error:
        say(told("已中断，结果没有写完。", "Interrupted; the results are not complete.", language))
        raise typer.Exit(Exit.INTERRUPTED) from error


@contextmanager
def _warned(language: Language) -> Iterator[None]:
    """Say in words what is to be known of what is read, once."""
    with warnings.catch_warnings():
        otherwise, said = warnings.showwarning, set[str]()

        def shown(message: Warning | str, *about: object) -> None:
            if not isinstance(message, WordedWarning):
                otherwise(message, *about)  # type: ignore[arg-type]
            elif (text := message.message.in_language(language)) not in said:
                said.add(text)
                say(text)

        warnings.simplefilter("always", WordedWarning)
        warnings.showwarning = shown  # type: ignore[assignment]
        yield
