"""The report of a results folder: one HTML file in both languages, made from the folder alone, that asks nothing of a network."""

from __future__ import annotations

from pathlib import Path

from experiments.errors import FolderError
from experiments.report.document import document
from experiments.report.material import material
from experiments.report.pages import page
from experiments.report.pictures import pictures
from experiments.results import replacing
from model.facts import Label

__all__ = ["FILE", "report", "write_report"]

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
    languages = [language, *(other for other in LANGUAGES if other != language)]
    with material(Path(folder)) as found:
        drawn = pictures(found, languages)
        pages = [page(found, own, drawn.by_language[own], drawn.n_left_out) for own in languages]
    return document(pages, drawn.letters)


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
    text = report(folder, language)
    try:
        with replacing(path) as unfinished:
            unfinished.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        zh, en = f"无法写入“{path}”：{error.strerror}", f"{path} cannot be written: {error.strerror}"
        raise FolderError(Label(zh, en)) from error
    return path
