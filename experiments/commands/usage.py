"""What was typed and cannot be used, said in the user's language: unknown commands and options, numbers out of bounds."""

from __future__ import annotations

import itertools
import os
import re
import sys
from collections.abc import Callable, Sequence
from typing import Any

import typer
from typer.core import TyperGroup

from wutong.experiments.commands.exits import Exit, exits, say
from wutong.experiments.commands.language import LOCALE, Language, told

MOST = 1_000_000  # of anything that is counted at the command line: all runs are listed before the first of them
LARGEST_SEED = 2**63 - 1


def language_of(words: Sequence[str]) -> Language:
    """The language that a command line asks for, also where it cannot be read otherwise."""
    given = [after for word, after in itertools.pairwise([*words, ""]) if word == "--lang"]
    given += [word.removeprefix("--lang=") for word in words if word.startswith("--lang=")]
    return next((Language(word) for word in reversed(given) if word in list(Language)), LOCALE)


def whole(option: str, low: int, high: int = MOST) -> Callable[[str | int], int]:
    """Reads a whole number between bounds, written as a file would write it: ``200``, ``1万``.

    Raises
    ------
    ReadingError
        If it is anything else.
    """

    def read(raw: str | int) -> int:
        if isinstance(raw, int):
            return raw
        from wutong.experiments.reading.options import whole_option

        return whole_option(option, raw, low, high)

    read.__name__ = "whole number"
    return read


class Commands(TyperGroup):
    """The commands, with everything that is wrong in how they were typed said in words."""

    def main(  # type: ignore[override]
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,  # noqa: FBT001 - as Typer declares it
        windows_expand_args: bool = True,  # noqa: FBT001
    ) -> Any:  # noqa: ANN401
        typed = list(sys.argv[1:] if args is None else args)
        language = language_of(typed)
        try:
            with exits(language):
                code = super().main(typed, prog_name, complete_var, False, windows_expand_args)
        except typer.Exit as ended:
            code = ended.exit_code
        except typer.Abort:
            code = Exit.INTERRUPTED
        except Exception as error:
            if not hasattr(error, "format_message"):  # no word of the command line's library: a fault of the program
                raise
            say(told("错误：", "Error: ", language) + _words(error, language))
            code = Exit.BAD_INPUT
        if standalone_mode:
            sys.exit(code or Exit.WELL)
        return code


def _words(error: Any, language: Language) -> str:  # noqa: ANN401 - its class depends on the library's version
    """What is wrong with a command line."""
    kind = type(error).__name__
    help_of = f"{error.ctx.command_path} --help" if getattr(error, "ctx", None) is not None else "--help"
    help_of = help_of.replace(os.sep, "/")
    see = told(f"；用法见 {help_of}", f"; see {help_of}", language)
    if kind == "NoSuchOption":
        near = ", ".join(error.possibilities or ())
        hint = told(f"；是否指 {near}？", f"; did you mean {near}?", language) if near else see
        return told(f"没有选项 {error.option_name}", f"there is no option {error.option_name}", language) + hint
    if kind == "MissingParameter":
        name = _name(error)
        return told(f"缺少 {name}", f"{name} is missing", language) + see
    if kind == "BadParameter":
        if "is not one of" in error.message:
            _, *words = re.findall(r"'([^']*)'", error.message)
            choices = ", ".join(words)
            return told(f"{_name(error)} 可选：{choices}", f"{_name(error)} takes one of {choices}", language)
        return told(f"{_name(error)} 的取值不对：", f"{_name(error)} cannot be that: ", language) + str(error.message)
    if kind in ("NoSuchCommand", "UsageError") and "'" in error.message and "command" in error.message:
        name = error.message.split("'")[1]
        return told(f"没有命令 {name}", f"there is no command {name}", language) + see
    return told("这样的命令行不能用：", "", language) + str(error.format_message()) + see


def _name(error: Any) -> str:  # noqa: ANN401 - its class depends on the library's version
    """What the user calls a parameter: its option, or the word of the help."""
    param = error.param
    options = [option for option in getattr(param, "opts", ()) if option.startswith("-")]
    return options[-1] if options else str(getattr(param, "metavar", None) or getattr(param, "name", "") or "").strip("{}.[]")
