"""Posteriors: sets of rule parameters that a calibration found to agree with what was seen, each row one set.

A CSV file in a folder ``posteriors`` beside the scenario, or a shipped one.  The first row names parameters, every other row is
as likely as any other.  A world takes one whole row: what the calibration found to go together stays together.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path as FilePath

import numpy as np

from wutong.experiments.reading.catalogue import Catalogue, quantity_of
from wutong.experiments.reading.checking import Findings
from wutong.experiments.reading.messages import Problem, ReadingError, choices, problem, unknown
from wutong.experiments.reading.nodes import Path
from wutong.experiments.reading.quantities import QuantityError
from wutong.experiments.reading.resolve import SHIPPED, shown_path
from wutong.experiments.reading.tables import Rows, read_rows
from wutong.experiments.reading.text import scalar
from wutong.experiments.reading.workbooks import wrong
from wutong.model.facts import Assumption, Floats, Label, Shape

FOLDER = "posteriors"
PATH, LONGEST = re.compile(r"[/\\\\:]|\.\."), 80
PARAMETER = Label("参数", "parameter")


def list_posteriors(folder: FilePath = SHIPPED) -> tuple[str, ...]:
    """Names of the posteriors of a scenario folder, the shipped ones if none is given."""
    return tuple(sorted(path.stem for path in (folder / FOLDER).glob("*.csv")))


def posterior_file(name: str, folders: Sequence[FilePath]) -> FilePath | None:
    """The first file of that name beside a scenario, its parents or the shipped ones; None if there is none.

    A name is no path: what it means must not depend on where one stands, and a copy of it must stay in its folder.
    """
    if PATH.search(name) is not None or len(name) > LONGEST:
        return None
    paths = (folder / FOLDER / f"{name}.csv" for folder in (*folders, SHIPPED))
    return next((path for path in paths if path.is_file()), None)


def posterior_assumptions(
    names: Sequence[str], folders: Sequence[FilePath], known: Catalogue, findings: Findings
) -> dict[str, Assumption]:
    """The parameters of all posteriors that a scenario names, each with its draws; what is wrong goes to ``findings``."""
    out: dict[str, Assumption] = {}
    for i, name in enumerate(names):
        at: Path = ("posteriors", i)
        path = posterior_file(name, folders)
        if path is None:
            there = [known for folder in dict.fromkeys((*folders, SHIPPED)) for known in list_posteriors(folder)]
            findings.add("no_file", at, {"name": f"{FOLDER}/{name}.csv"}, choices(name, there) if there else None)
            continue
        try:
            found = read_posterior(name, path, known)
        except ReadingError as error:
            findings.problems += error.problems
            continue
        for parameter in found:
            if parameter in out:
                findings.add("posteriors_clash", at, {"name": parameter, "other": out[parameter].drawn_with})
        out |= found
    return out


def read_posterior(name: str, path: FilePath, known: Catalogue) -> dict[str, Assumption]:
    """The parameters of one file, each with its draws.

    Raises
    ------
    ReadingError
        With everything that is wrong in the file.
    """
    table = read_rows(path, shown_path(path)).whole()
    problems = list(_unknown(table, known))
    columns = [column for column in table.columns if column in known.parameters]
    values = np.zeros((len(table.rows), len(columns)))
    for row, (line, cells) in enumerate(table.rows):
        for place, column in enumerate(columns):
            try:
                values[row, place] = quantity_of(known.parameters[column]).read(scalar(cells[column]))
            except QuantityError as error:
                problems.append(problem(error.code, table.mark(line, column), (column,), error.facts, error.mend))
    if not table.rows:
        problems.append(wrong(table.mark(1, table.columns[0]), "没有一行抽样", "there is not a single draw"))
    if problems:
        raise ReadingError(problems)
    return joint(name, columns, values)


def _unknown(table: Rows, known: Catalogue) -> list[Problem]:
    labels = {name: fact.label.zh for name, fact in known.parameters.items()}
    strange = {
        column: unknown(column, known.parameters, PARAMETER, labels) for column in table.columns if column not in known.parameters
    }
    return [problem(code, table.mark(1, name), (name,), facts, mend) for name, (code, facts, mend) in strange.items()]


def joint(name: str, columns: Sequence[str], values: Floats) -> dict[str, Assumption]:
    """Assumptions that are drawn together, row by row.

    The default is the row nearest to the middle of all, so that the defaults too go together.

    Parameters
    ----------
    values : of shape (n_draws, n_columns), each column in the declared unit of its parameter
    """
    spread = np.maximum(values.std(axis=0), 1e-12)
    nearest = int((((values - np.median(values, axis=0)) / spread) ** 2).sum(axis=1).argmin())
    return {
        column: Assumption(
            float(values[nearest, i]),
            float(values[:, i].min()),
            float(values[:, i].max()),
            Shape.CHOICE,
            source=f"{FOLDER}/{name}.csv",
            options=tuple(map(float, values[:, i])),
            drawn_with=f"{FOLDER}/{name}",
        )
        for i, column in enumerate(columns)
    }
