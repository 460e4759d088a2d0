"""What stands behind an option of the command line, read as strictly as a file, and refused in the same words."""

from __future__ import annotations

from collections.abc import Mapping

from wutong.experiments.reading.messages import Problem, ReadingError, hint, problem, unknown
from wutong.experiments.reading.nodes import Mark
from wutong.experiments.reading.quantities import Quantity, QuantityError, read_quarter
from wutong.experiments.reading.text import scalar
from wutong.experiments.reading.understanding import meant
from wutong.model.facts import Label
from wutong.model.units import quarter_name


def whole_option(option: str, text: str, low: int, high: int) -> int:
    """A whole number between bounds.

    Raises
    ------
    ReadingError
        If it is anything else.
    """
    try:
        value = Quantity("1", low, high).read(scalar(text))
    except QuantityError as error:
        value = low - 0.5
        if error.code == "wide_text":
            raise ReadingError([_refused(option, text, error)]) from None
    if value != int(value):
        facts = {"given": text, "low": f"{low:,}", "high": f"{high:,}"}
        raise ReadingError([problem("not_a_count", Mark(option, 0, 0), facts=facts)])
    return int(value)


def quantity_option(option: str, text: str, quantity: Quantity) -> float:
    """A number in a unit.

    Raises
    ------
    ReadingError
        If it is anything else, or out of bounds.
    """
    try:
        return quantity.read(scalar(text))
    except QuantityError as error:
        raise ReadingError([_refused(option, text, error)]) from None


def quarter_option(option: str, text: str) -> int:
    """A quarter, however it is written.

    Raises
    ------
    ReadingError
        If it is none, or far away.
    """
    try:
        return read_quarter(text)
    except QuantityError as error:
        raise ReadingError([_refused(option, text, error)]) from None


def key_option(option: str, name: str, labels: Mapping[str, Label], kind: Label) -> str:
    """The key of a thing that is named by its key or its title.

    Raises
    ------
    ReadingError
        If there is no such thing, or several.
    """
    found = meant(name, labels)
    if len(found) == 1:
        return found[0]
    code, facts, mend = unknown(name, labels, kind, {key: label.zh for key, label in labels.items()})
    if found:
        code, mend = "several_meant", hint("one_key")
        facts = {"name": name, "names": ", ".join(found), "kind_zh": kind.zh, "kind_en": kind.en}
    raise ReadingError([problem(code, Mark(option, 0, 0), facts=facts, hint=mend)])


def canonical(option: str, text: str) -> str:
    """A quarter as files write it; empty where nothing is asked."""
    return quarter_name(quarter_option(option, text)) if text else ""


def _refused(option: str, text: str, error: QuantityError) -> Problem:
    return problem(error.code, Mark(f"{option} {text}", 0, 0), facts=error.facts, hint=error.mend)
