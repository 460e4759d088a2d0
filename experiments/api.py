"""What the command line does, from Python: run, sweep, resume, read.

    from wutong.experiments import plots
    from wutong.experiments.api import Request, perform
    from wutong.experiments.datasets import totals

    results = perform(Request(("baseline",), ("none", "as_announced"), tuple(range(20)), until="2026Q4"), "my_results")
    print(results.answer("en"))
    software = totals(results.selection(), "revenue", ["software"]).sel(scenario="baseline", scope="software")
    gain = software.sel(policy="as_announced") - software.sel(policy="none")  # by replication: the same draws of chance
    print(gain.sel(quarter="2026Q4").quantile([0.05, 0.5, 0.95]))
    plots.trajectory(results.histories(), "revenue", "software", "en").savefig("software.png")

The folder that is written is that of the command line, and each can take up what the other began.  Runs are made by threads of
this process: a script needs no guard, and a notebook, a REPL and a script from standard input are all the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from wutong.experiments.design import at_point, point_of
from wutong.experiments.errors import WordedError
from wutong.experiments.experiment import Ended, Experiment, available_cores, begun, carried_out, gathered
from wutong.experiments.factors import Values
from wutong.experiments.given_points import plan_of_points
from wutong.experiments.kept import Align, Kept, Selection, kept_of, selected
from wutong.experiments.outputs import Pictures, in_words
from wutong.experiments.plan import Plan, Request, plan_for, plan_of, plan_of_design
from wutong.experiments.reading import ReadingError, read_policy, read_scenario
from wutong.experiments.reopening import mended, reopened
from wutong.experiments.runner import Failure, Progress, Runs, Workers, run_cases, silent
from wutong.experiments.store import FILE, Access, opened
from wutong.model.history import History
from wutong.model.scenario import Case

__all__ = [
    "Align", "Case", "Ended", "Failure", "Pictures", "Plan", "Progress", "ReadingError", "Request", "Results", "Runs",
    "Selection", "Values", "WordedError", "Workers", "at_point", "perform", "plan_for", "plan_of", "plan_of_design",
    "plan_of_points", "point_of", "read", "read_policy", "read_scenario", "resume", "run_cases",
]  # fmt: skip
NO_PICTURES = Pictures(languages=())


@dataclass(frozen=True)
class Results:
    """The finished runs of an experiment, read from its folder when asked for; also while it still runs.

    Attributes
    ----------
    ended : what came of it, where it was run by this process
    """

    experiment: Experiment
    ended: Ended | None = None

    @property
    def folder(self) -> Path:
        return self.experiment.folder

    def kept(self) -> Kept:
        """The finished runs by scenario and policy, and how many there are not."""
        return kept_of(self.folder / FILE, self.experiment.plan.cases, self.experiment.ids)

    def selection(
        self,
        *,
        scenarios: Sequence[str] | None = None,
        policies: Sequence[str] | None = None,
        quarters: tuple[str, str] | None = None,
        align: Align = Align.EXACT,
    ) -> Selection:
        """Runs that line up, for ``experiments.datasets``: ``dataset``, ``totals``, ``quantiles``.

        Raises
        ------
        ResultsError
            If a name is unknown, or scenarios and policies do not have the same replications or quarters.
        """
        return selected(self.kept(), scenarios=scenarios, policies=policies, quarters=quarters, align=align)

    def histories(self, measures: Sequence[str] | None = None) -> tuple[History, ...]:
        """One history a scenario and policy, held in memory, for ``wutong.experiments.plots`` and ``wutong.experiments.answers``.

        Parameters
        ----------
        measures : those that are held; all if None, which takes about 0.2 MB a run
        """
        with opened(self.folder / FILE, Access.READ) as store:
            return tuple(_held(history, measures) for history in gathered(self.experiment, store).histories)

    def failures(self) -> tuple[Failure, ...]:
        """The runs that raised, each with its error, its quarter and its traceback."""
        with opened(self.folder / FILE, Access.READ) as store:
            return gathered(self.experiment, store).failures

    def answer(self, language: str = "en") -> str:
        """The answer in words, with its table."""
        with opened(self.folder / FILE, Access.READ) as store:
            runs = gathered(self.experiment, store)
            return in_words(self.experiment.plan, runs, language, self.experiment.question) if runs.histories else ""


def perform(
    what: Request | Plan | str | Path,
    out: str | Path | None = None,
    workers: Workers | None = None,
    *,
    pictures: Pictures = NO_PICTURES,
    progress: Progress = silent,
    max_failures: int | None = None,
) -> Results:
    """Run an experiment, keep every run at once, and write tables and answer into its folder.

    Parameters
    ----------
    what : names of scenarios and policies, a plan, or the name or file of a design
    out : an empty folder; a new one below ``results`` if None
    workers : all cores of this machine if None

    Raises
    ------
    ReadingError
        With every problem of every input, before the first run.
    WordedError
        If an input, the folder, the store or the cluster cannot be used.
    """
    plan = what if isinstance(what, Plan) else plan_of(what) if isinstance(what, Request) else plan_of_design(str(what))
    crew = workers or Workers(available_cores())
    experiment = begun(plan, None if out is None else Path(out), crew.jobs)
    return Results(experiment, carried_out(experiment, crew, pictures, progress=progress, max_failures=max_failures))


def resume(
    folder: str | Path,
    workers: Workers | None = None,
    *,
    pictures: Pictures = NO_PICTURES,
    progress: Progress = silent,
    max_failures: int | None = None,
    retry_failed: bool = False,
    repair: bool = False,
) -> Results:
    """Finish an experiment that was interrupted: run what is missing, and nothing else.

    Parameters
    ----------
    retry_failed : whether runs that failed before are tried again
    repair : whether a damaged store is first rebuilt from what can be read of it

    Raises
    ------
    WordedError
        If the folder holds no experiment, or its inputs or the model's code are no longer what they were.
    """
    experiment = reopened(Path(folder))
    crew = workers or Workers(experiment.record.jobs)
    if repair:
        mended(experiment)
    ended = carried_out(experiment, crew, pictures, progress=progress, max_failures=max_failures, retry_failed=retry_failed)
    return Results(experiment, ended)


def read(folder: str | Path) -> Results:
    """The results in a folder.

    Raises
    ------
    WordedError
        If the folder holds no experiment, or its inputs are no longer what they were.
    """
    return Results(reopened(Path(folder), to_run=False))


def _held(history: History, measures: Sequence[str] | None) -> History:
    names = history.values if measures is None else measures
    return replace(history, values={name: history.values[name] for name in names})
