"""The evidence at the command line: begun or resumed, shown while it is made, told when it ends."""

from __future__ import annotations

import sys
from pathlib import Path

from wutong.experiments.commands.exits import Exit, say, show
from wutong.experiments.commands.experiment import Manner
from wutong.experiments.commands.language import told
from wutong.experiments.commands.progress import Progress
from wutong.experiments.evidence.outputs import Asked, begun, carried_out
from wutong.experiments.experiment import available_cores
from wutong.experiments.outputs import command
from wutong.experiments.runner import silent
from wutong.model.facts import Label


def begin(asked: Asked, out: Path | None, manner: Manner) -> Exit:
    """Make what is asked in a new folder."""
    return finish(begun(asked, out, manner.jobs or available_cores()), manner)


def finish(folder: Path, manner: Manner) -> Exit:
    """Do what a folder lacks; an interruption says how to go on."""
    language, shown = manner.language, Shown(manner)
    try:
        words = carried_out(folder, manner.jobs or available_cores(), language.value, shown.progress, shown.begins)
    except KeyboardInterrupt:
        how = command("resume", str(folder))
        say(told(f"已中断；已完成的部分都已保存。继续：{how}", f"Interrupted; what finished is kept. To go on: {how}", language))
        return Exit.INTERRUPTED
    finally:
        shown.close()
    if not manner.quiet:
        show(words.in_language(language))
        show(told(f"\n结果：{folder}", f"\nResults: {folder}", language))
    return Exit.WELL


class Shown:
    """Which step is under way and how far it is; nothing at all where that is asked for."""

    def __init__(self, manner: Manner) -> None:
        self._manner = manner
        self._line = Progress(sys.stderr, manner.language)

    def begins(self, step: Label) -> None:
        self.close()
        self._line = Progress(sys.stderr, self._manner.language)
        if not self._manner.quiet:
            say(step.in_language(self._manner.language))

    def progress(self, done: int, failed: int, total: int) -> None:
        (silent if self._manner.quiet else self._line)(done, failed, total)

    def close(self) -> None:
        self._line.close()
