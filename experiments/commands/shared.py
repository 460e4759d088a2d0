"""What every command that runs an experiment has in common: its options, its language, its exit code."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Annotated, get_type_hints

import typer

from wutong.experiments.commands.exits import Exit, exits, say
from wutong.experiments.commands.language import LOCALE, Language, told
from wutong.experiments.commands.options import Cluster, DryRun, Jobs, Lang, MaxFailures, Out, Quiet, Sets
from wutong.experiments.commands.usage import LARGEST_SEED, whole

SCENARIO = "baseline"
UNTIL = "2030Q4"  # to which the shipped park is run where nothing else is said

Count = Annotated[
    int, typer.Option("-n", metavar="N", parser=whole("-n", 1), help=told("每个方案的重复次数", "replications of each policy"))
]
Seed = Annotated[
    int,
    typer.Option(
        "--seed", metavar="S", parser=whole("--seed", 0, LARGEST_SEED), help=told("随机种子", "seed of all random numbers")
    ),
]
Until = Annotated[
    str | None, typer.Option("--until", metavar="QUARTER", help=told("模拟到该季度为止", "last quarter, such as 2030Q4"))
]
Policies = Annotated[
    list[str] | None,
    typer.Option("--policy", metavar="P", help=told("政策方案名称或文件，可重复", "name or file of a policy; may be repeated")),
]


@dataclass(frozen=True)
class Shared:
    """Options of every command that runs an experiment, in the order of its help."""

    seed: Seed = 1
    jobs: Jobs = None
    sets: Sets = None
    until: Until = None
    out: Out = None
    lang: Lang = None
    max_failures: MaxFailures = None
    cluster: Cluster = None
    dry_run: DryRun = False
    quiet: Quiet = False

    @property
    def language(self) -> Language:
        return self.lang or LOCALE

    def ends(self, scenario: str) -> str | None:
        """Last quarter of the runs: the shipped park stops early, unless something is said of its clock or its numbers."""
        return self.until or (UNTIL if scenario == SCENARIO and not self.sets else None)

    def unused(self, option: str, given: object, other: str, *, without: bool = False) -> None:
        """Say that an option was given and does nothing, as another stands beside it, or does not."""
        if given:
            zh, en = ("没有", "without") if without else ("有", "with")
            say(told(f"注意：{zh} {other} 时，{option} 不起作用。", f"Note: {option} does nothing {en} {other}.", self.language))


Command = Callable[..., Exit]


def command(asked: Command) -> Callable[..., None]:
    """A command for Typer from a function of the shared options and of its own, which returns the exit code.

    The signature that Typer reads is put together here: the command's own options, then those of :class:`Shared`.
    """
    own = list(inspect.signature(asked, eval_str=True).parameters.values())[1:]
    hints = get_type_hints(Shared, include_extras=True)
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    common = [inspect.Parameter(f.name, kind, default=f.default, annotation=hints[f.name]) for f in fields(Shared)]
    context = inspect.Parameter("context", kind, annotation=typer.Context)

    @functools.wraps(asked)
    def typed(context: typer.Context, **given: object) -> None:
        values = {f.name: given.pop(f.name) for f in fields(Shared)}
        shared = Shared(**{**values, "lang": values["lang"] or context.obj})  # type: ignore[arg-type]
        shared.unused("--jobs", shared.jobs and shared.cluster, "--cluster")
        ends = [text for text in shared.sets or () if text.replace(" ", "").startswith("clock.end=")]
        shared.unused(f"--set {ends[-1]}" if ends else "", ends and shared.until, "--until")
        with exits(shared.language):
            raise typer.Exit(asked(shared, **given))

    parameters = [context, *own, *common]
    typed.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    typed.__annotations__ = {p.name: p.annotation for p in parameters}
    return typed
