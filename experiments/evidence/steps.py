"""The steps of the evidence, in order: each gives tables with their words, and pictures, and is kept when it is done."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from wutong.experiments.answers import Answer, together
from wutong.experiments.answers.attainment import goals_in_depth
from wutong.experiments.calibration.answers import answers as calibration_answers
from wutong.experiments.calibration.calibrations import CALIBRATIONS
from wutong.experiments.calibration.posterior import posterior_of, write_posterior
from wutong.experiments.calibration.proof import TRUTHS, ranks_of
from wutong.experiments.calibration.ranks import calibration_answer
from wutong.experiments.calibration.runs import table_of
from wutong.experiments.evidence.facts import FACTS
from wutong.experiments.evidence.hindcasts import HINDCASTS, hindcast_answer
from wutong.experiments.evidence.scorecard import scorecard
from wutong.experiments.evidence.seen import NO_POLICY, PARK, seen
from wutong.experiments.hindcast import hindcast
from wutong.experiments.hindcast.subject import of_name
from wutong.experiments.pictures import Picture
from wutong.experiments.reading import read_policy, read_scenario
from wutong.experiments.runner import Progress, run_cases, silent, whole
from wutong.model.facts import Label
from wutong.model.scenario import Case

LANGUAGES = ("zh", "en")


@dataclass(frozen=True)
class Setting:
    """How much is run, and where what is under way is kept.

    Attributes
    ----------
    n : worlds of each kind that facts and goals are read off
    worlds : of a calibration, as declared if None
    n_past : of a hindcast, runs of the past
    """

    folder: Path
    n: int = 100
    worlds: int | None = None
    n_past: int = 2000
    seed: int = 1
    jobs: int = 1


@dataclass(frozen=True)
class Done:
    """What a step gives."""

    answers: tuple[Answer, ...]
    pictures: Mapping[str, tuple[Picture, ...]] = field(default_factory=dict)  # by language
    files: tuple[Path, ...] = ()  # that it wrote itself


Run = Callable[[Setting, Progress], Done]


@dataclass(frozen=True)
class Step:
    """A step by its name, what it is, and what it does."""

    key: str
    label: Label
    run: Run


def calibrated(key: str, setting: Setting, progress: Progress = silent) -> Done:
    """A calibration, its draws written into ``posteriors`` of the folder, and known truths looked for with its worlds."""
    calibration = CALIBRATIONS[key]
    table = table_of(calibration, setting.worlds or calibration.n, setting.seed, setting.jobs, setting.folder / "parts", progress)
    found, proof = posterior_of(calibration, table), ranks_of(calibration, table, TRUTHS, setting.seed)
    draws = write_posterior(setting.folder, found, setting.seed)
    ranks = replace(calibration_answer(calibration.names, proof.shares), words=Label("", ""))

    def drawn(language: str) -> Iterator[Picture]:
        from wutong.experiments import plots

        yield plots.Named(f"posterior-{key}", plots.posterior(found, language))

    pictures = {lang: tuple(drawn(lang)) for lang in LANGUAGES}
    return Done((*calibration_answers([found], [proof]), ranks), pictures, (draws,))


def scored(setting: Setting, progress: Progress = silent) -> Done:
    """The scorecard."""
    found = scorecard(seen(setting.n, setting.seed, setting.jobs, progress), FACTS)

    def drawn(language: str) -> Iterator[Picture]:
        from wutong.experiments import plots

        yield plots.Named("scorecard", plots.scorecard(found, language))

    return Done((found,), {lang: tuple(drawn(lang)) for lang in LANGUAGES})


def hindcasted(setting: Setting, progress: Progress = silent) -> Done:
    """All hindcasts on the data at hand."""
    found = []
    for i, one in enumerate(HINDCASTS):
        n_kept = max(setting.n_past // 10, 2)
        subject = of_name(one.name)
        found.append(hindcast(subject.scenario, one.until, n=n_kept, n_past=setting.n_past, seed=setting.seed, jobs=setting.jobs))
        progress(i + 1, 0, len(HINDCASTS))

    def drawn(language: str) -> Iterator[Picture]:
        from wutong.experiments import plots

        for one, result in zip(HINDCASTS, found, strict=True):
            yield plots.Named(f"hindcast-{one.name}", plots.hindcast_picture(result, language))

    return Done((hindcast_answer(found),), {lang: tuple(drawn(lang)) for lang in LANGUAGES})


def judged(setting: Setting, progress: Progress = silent) -> Done:
    """The article's goals in the Science City without new policy, overall and per band of the entry rate."""
    scenario, policy = read_scenario(PARK), read_policy(NO_POLICY)
    cases = [Case(scenario, policy, replication, setting.seed) for replication in range(setting.n)]
    history = whole(run_cases(cases, jobs=setting.jobs, progress=progress))

    def drawn(language: str) -> Iterator[Picture]:
        from wutong.experiments import plots

        yield plots.Named("goals-by-entry", plots.attainment_by_band([history], language))

    return Done((goals_in_depth([history]),), {lang: tuple(drawn(lang)) for lang in LANGUAGES})


STEPS: Mapping[str, Step] = {
    **{key: Step(key, c.label, partial(calibrated, key)) for key, c in CALIBRATIONS.items()},
    "scorecard": Step("scorecard", Label("记分卡", "Scorecard"), scored),
    "hindcasts": Step("hindcasts", Label("历史回推检验", "Hindcasts"), hindcasted),
    "goals": Step("goals", Label("科学城各项目标", "Goals of the Science City"), judged),
}


def one_a_key(answers: Sequence[Answer]) -> list[Answer]:
    """The answers of several steps, those to one question together."""
    keys = dict.fromkeys(answer.key for answer in answers)
    return [together([a for a in answers if a.key == key]) for key in keys]
