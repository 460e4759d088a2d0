"""How much of an answer hangs on numbers without a source: tables and sentences."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from wutong.experiments import wording
from wutong.experiments.answers import Answer
from wutong.experiments.answers.robust_choice import yardstick_of
from wutong.experiments.answers.robustness import grid
from wutong.experiments.answers.sensitivity_found import OfGoal, OfRanking, of_goal, of_ranking
from wutong.experiments.answers.sensitivity_tables import (
    COLUMNS,
    PLACE_COLUMNS,
    RANKING_COLUMNS,
    goal_rows,
    place_rows,
    ranking_rows,
)
from wutong.experiments.answers.sensitivity_words import goal_words, ranking_words
from wutong.experiments.answers.series import main_targets
from wutong.experiments.answers.uncertain import uncertain_in
from wutong.model.facts import Label
from wutong.model.history import History


def sensitivity(histories: Sequence[History]) -> tuple[Answer, ...]:
    """What the goals hang on under the first policy, and how the ranking of all of them moves with what the worlds drew.

    Parameters
    ----------
    histories : of one scenario, one policy each; without a second one the ranking is left out
    """
    goals, rank = goals_of(histories[0]), _ranking(histories)
    words = Label(*(goal_words(goals, language) for language in ("zh", "en")))
    answers = [Answer("sensitivity", COLUMNS, tuple(goal_rows(goals)), words)]
    if rank is not None:
        chosen = rank.table.yardstick
        unit = wording.target_unit(histories[0].facts[chosen.measure], chosen)
        told = Label(*(ranking_words(rank, unit, language) for language in ("zh", "en")))
        answers.append(Answer("sensitivity_ranking", RANKING_COLUMNS, tuple(ranking_rows(rank, unit)), told))
        answers.append(Answer("sensitivity_places", PLACE_COLUMNS, tuple(place_rows(rank)), Label("", "")))
    return tuple(answers)


def goals_of(history: History) -> tuple[OfGoal, ...]:
    """What each goal of a history hangs on; where it has none that the runs cover, what its main measures do."""
    numbers = uncertain_in(history.cases)
    return tuple(of_goal(history, target, numbers) for target in main_targets(history))


def _ranking(histories: Sequence[History]) -> OfRanking | None:
    with suppress(ValueError):  # the policies share no replication
        table = grid(histories, yardstick_of(histories))
        return of_ranking(table) if len(table.policies) > 1 else None
    return None
