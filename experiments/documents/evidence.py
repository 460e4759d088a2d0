"""docs/evidence.md: what a folder of evidence says, in tables, between the words of its template."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from experiments.answers import Answer
from experiments.documents.markdown import DOCS, document, table, write
from experiments.documents.smaller import smaller
from experiments.errors import ResultsError
from experiments.evidence.outputs import asked_in, kept_answers
from experiments.evidence.scorecard import KINDS, VERDICTS, Kind, Verdict
from experiments.evidence.steps import STEPS
from experiments.manifest import Status, read_manifest
from experiments.results import Cell
from experiments.wording import number
from model.facts import Label

PICTURES = ("scorecard", "posterior-laptop_wave")
ALL_BANDS = "all"


def write_evidence(folder: Path) -> list[Path]:
    """Write the document and its pictures from a finished folder of evidence.

    Raises
    ------
    ResultsError
        If the folder is not finished, or lacks a step.
    """
    record = read_manifest(folder)
    lacking = [key for key in STEPS if key not in asked_in(record).steps]
    if record.status is not Status.COMPLETE or lacking:
        zh, en = f"“{folder}”不是完整的证据文件夹", f"{folder} is no finished folder of all the evidence"
        raise ResultsError(Label(zh, en))
    written = [DOCS / "evidence.md"]
    write(written[0], evidence_text(kept_answers(folder), asked_in(record).n))
    for name in PICTURES:
        for language in ("zh", "en"):
            written.append(DOCS / "figures" / f"{name}_{language}.png")
            written[-1].write_bytes(smaller((folder / "figures" / language / f"{name}.png").read_bytes()))
    return written


def evidence_text(answers: Sequence[Answer], n: int) -> str:
    """The whole document.

    Parameters
    ----------
    n : worlds of the scorecard and of the goals
    """
    by_key = {answer.key: answer for answer in answers}
    blocks = {
        "parameters": parameter_table(by_key["calibrated_parameters"]),
        "figures": figure_table(by_key["calibrated_figures"]),
        "scorecard": scorecard_table(by_key["scorecard"]),
        "hindcasts": hindcast_table(by_key["hindcasts"]),
        "goals": goal_table(by_key["goals_in_depth"]),
        "worlds": f"{n} worlds of each kind, seed 1.",
    }
    return document("evidence", blocks)


def _rows(answer: Answer) -> list[dict[str, Cell]]:
    return [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]


def _range(row: dict[str, Cell], low: str, middle: str, high: str) -> str:
    return f"{_number(row[middle])} ({_number(row[low])}–{_number(row[high])})"


def _number(value: Cell) -> str:
    return number(float(value)) if isinstance(value, int | float) else "–"


def _share(value: Cell) -> str:
    return f"{100.0 * float(value):.1f} %" if isinstance(value, int | float) else "–"


def parameter_table(answer: Answer) -> str:
    """Every calibrated parameter before and after."""
    rows = (
        (
            str(row["calibration"]),
            f"{row['label_en']} {row['label_zh']}",
            str(row["unit"]),
            _range(row, "prior_q05", "prior_q50", "prior_q95"),
            _range(row, "q05", "q50", "q95"),
            f"{100.0 * float(row['narrowed'] or 0.0):.0f} %",
            str(row["ranks"] or "–"),
            _share(row["coverage"]),
        )
        for row in _rows(answer)
    )
    heads = ("Calibration", "Parameter", "Unit", "Before", "After", "Width left", "Ranks of known truths", "Truths inside 90 %")
    return table(heads, rows)


def figure_table(answer: Answer) -> str:
    """Every figure with what is foreseen of it."""
    rows = (
        (
            str(row["calibration"]),
            f"{row['label_en']} {row['label_zh']}",
            _number(row["seen"]),
            f"{100.0 * float(row['error'] or 0.0):.0f} %",
            _range(row, "q05", "q50", "q95"),
            _range(row, "foreseen_q05", "foreseen_q50", "foreseen_q95"),
            str(row["inside"]),
            str(row["source"]),
        )
        for row in _rows(answer)
    )
    return table(("Calibration", "Figure", "Seen", "Error", "After", "Foreseen from the others", "Inside", "Source"), rows)


def scorecard_table(answer: Answer) -> str:
    """Every fact with its target and verdict."""
    rows = (
        (
            KINDS[Kind(str(row["kind"]))].en,
            f"{row['label_en']} {row['label_zh']}",
            f"{_number(row['target_low'])}–{_number(row['target_high'])}",
            _range(row, "q05", "q50", "q95"),
            VERDICTS[Verdict(str(row["verdict"]))].en,
            str(row["source"]),
        )
        for row in _rows(answer)
    )
    return table(("Kind", "Fact", "Target", "Model: median (90 % of worlds)", "Verdict", "Source of the target"), rows)


def hindcast_table(answer: Answer) -> str:
    """Every hindcast with its scores."""
    rows = (
        (
            f"`{row['park']}`, {row['cutoff']}" + ("" if row["pooled"] == "yes" else " (not pooled)"),
            str(row["n"]),
            *(_share(row[key]) for key in ("crps", "crps_constant_growth", "crps_last_value", "best_rule")),
            f"{row['inside_90']} of {row['n']}",
            f"{row['inside_50']} of {row['n']}",
            ", ".join(str(row[f"pit_{i + 1}"]) for i in range(5)),
        )
        for row in _rows(answer)
    )
    return table(
        (
            "Park, cut-off",
            "Values",
            "Model",
            "Constant growth",
            "Last value",
            "Better rule",
            "In 90 %",
            "In 50 %",
            "PIT in fifths",
        ),
        rows,
    )


def goal_table(answer: Answer) -> str:
    """Chance of every goal, overall and per band of the entry rate."""
    rows = (
        (
            f"{row['title_en']} {row['title_zh']}",
            str(row["definition"]),
            _band(row),
            f"{row['attained']} of {row['n']}",
            f"{_share(row['prob_low'])} to {_share(row['prob_high'])}",
        )
        for row in _rows(answer)
        if row["n"] and (row["definition"] == "stated" or (row["definition"] == "joint" and not row["measure"]))
    )
    return table(("Goal", "Definition", "Entrants a year", "Reached", "Chance, 90 % interval"), rows)


def _band(row: dict[str, Cell]) -> str:
    if row["entry_band"] == ALL_BANDS:
        return "all"
    return f"{_number(row['entry_low'])}–{_number(row['entry_high'])}"
