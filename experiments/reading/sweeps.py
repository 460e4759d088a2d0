"""Designs from the command line: ``--sweep growth.people=8000,20000`` and ``--sample 64 --factor attraction.creation_share``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from wutong.experiments.design import Design
from wutong.experiments.factors import Method
from wutong.experiments.reading.catalogue import Catalogue, declared
from wutong.experiments.reading.checking import Findings
from wutong.experiments.reading.drawing import Chance, PointsEntry, drawn_of
from wutong.experiments.reading.messages import Problem, ReadingError, hint, problem
from wutong.experiments.reading.nodes import Mark, Node, moved
from wutong.experiments.reading.probing import Given
from wutong.experiments.reading.text import parse, scalar
from wutong.experiments.reading.understanding import Understanding, factor_names
from wutong.model.facts import Label
from wutong.model.scenario import Policy

SWEEP, FACTOR, SAMPLE, METHOD = "--sweep", "--factor", "--sample", "--method"
DEFAULT_SAMPLE = Method.LATIN_HYPERCUBE


@dataclass(frozen=True)
class Arguments:
    """What the command line says of points.

    Attributes
    ----------
    sweeps : ``name=value,value,…``: all combinations run
    factors : ``name`` (its declared range), ``name=low..high`` or ``name=value,value,…``, sampled
    n : points of the sample
    method : name of a method; of a sample a Latin hypercube if None
    """

    sweeps: tuple[str, ...] = ()
    factors: tuple[str, ...] = ()
    n: int | None = None
    method: str | None = None


def design_of(
    arguments: Arguments, given: Sequence[Given], policies: Sequence[Sequence[Policy]], replications: Sequence[int], seed: int,
    catalogue: Catalogue | None = None,
) -> Design:  # fmt: skip
    """The design that scenarios, their policies and the command line make; a plain one if it names no factor.

    Raises
    ------
    ReadingError
        With every argument that cannot be used.
    """
    known = declared() if catalogue is None else catalogue
    tree, problems = _tree(arguments)
    findings = Findings(Understanding(factor_names(known)).entry(tree, PointsEntry))
    entry = findings.validated(PointsEntry)
    drawn = None if entry is None else drawn_of(entry, given, policies, Chance(len(replications), seed), findings, known)
    problems += findings.problems
    if problems or drawn is None:
        raise ReadingError(dict.fromkeys(problems))
    scenarios, own = tuple(one.scenario for one in given), tuple(map(tuple, policies))
    whole = (drawn.factors, drawn.method, drawn.n, drawn.listed)
    return Design(Label("", ""), scenarios, own, tuple(replications), seed, *whole)


def _tree(arguments: Arguments) -> tuple[Node, list[Problem]]:
    """The arguments as a design file would say them, each placed at its own argument."""
    problems: list[Problem] = []
    value: dict[str, Node] = {}
    method = arguments.method
    sampled = bool(arguments.factors) or arguments.n is not None
    if sampled and arguments.sweeps:
        problems.append(problem("sweep_and_factor", Mark(SWEEP, 0, 0)))
    if method is None and sampled:
        method = DEFAULT_SAMPLE.value
    if method is not None:
        value["method"] = Node(method, Mark(f"{METHOD} {method}", 0, 0))
    if arguments.n is not None:
        value["n"] = Node(arguments.n, Mark(f"{SAMPLE} {arguments.n}", 0, 0))
    factors: dict[str, Node] = {}
    for option, texts in ((SWEEP, arguments.sweeps), (FACTOR, arguments.factors)):
        for text in texts:
            mark = Mark(f"{option} {text}", 0, 0)
            name, equals, said = (part.strip() for part in text.partition("="))
            if not name or (equals and not said) or (option == SWEEP and not equals):
                example = {"example": f"{SWEEP} growth.people=8000,20000,40000"}
                problems.append(problem("sweep_form", mark, hint=hint("example", example)))
            elif name in factors:
                problems.append(problem("factor_twice", mark, facts={"name": name}, hint=hint("delete")))
            else:
                factors[name] = _values(said, mark, problems)
    if factors:
        value["factors"] = Node(factors, Mark(SWEEP, 0, 0), {name: node.mark for name, node in factors.items()})
    return Node(value, Mark(SWEEP, 0, 0), {key: node.mark for key, node in value.items()}), problems


def _values(said: str, mark: Mark, problems: list[Problem]) -> Node:
    """What stands behind ``=``: nothing, ``low..high``, values with commas between, or what a file would say."""
    if not said:
        return Node({}, mark)
    if said[0] in "{[":
        try:
            given = parse(said, mark.file)
        except ReadingError as error:
            problems += _unplaced(error.problems)
            return Node({}, mark)
        problems += _unplaced(given.problems)
        return moved(given.tree, mark)
    low, dots, high = said.partition("..")
    form, texts = ("uniform", (low, high)) if dots else ("values", tuple(said.split(",")))
    pair = Node(tuple(Node(scalar(text.strip()), mark) for text in texts), mark)
    return Node({form: pair}, mark, {form: mark})


def _unplaced(found: Sequence[Problem]) -> list[Problem]:
    """Problems of an argument, which has no lines."""
    return [Problem(p.code, p.file, 0, 0, p.path, p.message, p.hint) for p in found]
