"""The report of a results folder: one HTML file in both languages, made from the folder alone, that asks nothing of a network."""

from __future__ import annotations

from pathlib import Path

from wutong.experiments.errors import FolderError
from wutong.experiments.experiment import Experiment
from wutong.experiments.manifest import writing
from wutong.experiments.outputs import Written
from wutong.experiments.report.document import document
from wutong.experiments.report.material import Material, material
from wutong.experiments.report.pages import page
from wutong.experiments.report.pictures import Drawn, pictures
from wutong.experiments.runner import Runs
from wutong.experiments.unfinished import replacing, swept
from wutong.model.facts import Label

__all__ = ["FILE", "report", "report_beside", "write_report"]

FILE = "report.html"
LANGUAGES = ("zh", "en")


def report(folder: str | Path, language: str = "zh") -> str:
    """The report as HTML; the same folder gives the same text.

    Parameters
    ----------
    folder : of results, also of an experiment that was interrupted
    language : in which it opens; both are in it

    Raises
    ------
    WordedError
        If the folder holds no experiment, its store cannot be read, or inputs or code are no longer what they were.
    """
    with material(Path(folder)) as found:
        return _text(found, language, {})


def _text(found: Material, language: str, drawn: Drawn) -> str:
    languages = [language, *(other for other in LANGUAGES if other != language)]
    shown = pictures(found, languages, drawn)
    return document([page(found, own, shown.by_language[own], shown.n_left_out) for own in languages], shown.letters)


def report_beside(experiment: Experiment, runs: Runs, made: Written, language: str) -> None:
    """Write ``report.html`` beside results that were just written: nothing is read, answered or drawn a second time.

    Raises
    ------
    FolderError
        If it cannot be written.
    """
    text = _text(Material(experiment, runs, tuple(made.answers)), language, made.drawn)
    _write(experiment.folder / FILE, text)


def write_report(folder: Path, out: Path | None = None, language: str = "zh") -> Path:
    """Write the report and return its path; nothing is overwritten but an earlier report in the folder itself.

    Parameters
    ----------
    out : a new file; ``report.html`` in the folder if None

    Raises
    ------
    WordedError
        If ``out`` exists or cannot be written, or as in :func:`report`.
    """
    own = folder / FILE
    path = out or own
    if path.exists() and not (own.is_file() and path.samefile(own)):
        raise FolderError(Label(f"“{path}”已存在，不会覆盖", f"{path} exists; nothing is overwritten"))
    _write(path, report(folder, language))
    return path


def _write(path: Path, text: str) -> None:
    with writing(path.parent):
        swept(path.parent, deep=False)
        with replacing(path) as unfinished:
            unfinished.write_text(text, encoding="utf-8", newline="\n")
