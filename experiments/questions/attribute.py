"""What every anchor and lab brought: by name, and by the same worlds without it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import ClassVar

from wutong.experiments.answers import Answer, words_of
from wutong.experiments.answers.attribution import attribution, worlds_for
from wutong.experiments.answers.both_accounts import Attribution, Interaction, attributed, interaction, members_of
from wutong.experiments.errors import BadInputError
from wutong.experiments.pictures import Picture
from wutong.experiments.plan import Plan
from wutong.experiments.questions.question import by_scenario
from wutong.experiments.reading.options import key_option
from wutong.model.facts import Label
from wutong.model.history import History
from wutong.model.scenario import Park
from wutong.model.units import quarter

DRAWN = 4  # anchors or labs whose picture is drawn: those with the largest effect
MEMBER = Label("龙头或实验室", "anchor or lab")
AND = "+"  # between the names of a pair


@dataclass(frozen=True)
class Attribute:
    """What anchors and labs of one scenario brought, under its first policy.

    Attributes
    ----------
    names : keys of anchors and labs; all named anchors if empty
    together : pairs such as ``quanta+foxconn``, whose common effect is told apart from those of each
    date : quarter of the sentences, such as ``2030Q4``; the last of the run if empty
    """

    name: ClassVar[str] = "attribute"
    names: tuple[str, ...] = ()
    together: tuple[str, ...] = ()
    date: str = ""

    def expanded(self, plan: Plan) -> Plan:
        """The plan of one scenario under one policy, with the worlds that lack each anchor or lab.

        Raises
        ------
        BadInputError
            If there is more than one scenario or policy, or the park has no such anchor or lab.
        """
        if len(plan.scenarios) != 1 or len(plan.policies[0]) != 1:
            zh, en = "请给出一个情景和一个政策方案", "name one scenario and one policy"
            raise BadInputError(Label(zh, en))
        (scenario,), ((policy,),) = plan.scenarios, plan.policies
        pairs = self._pairs(scenario.park)
        worlds = worlds_for(scenario, self._names(scenario.park), pairs)
        return plan.of(worlds, [(policy,)] * len(worlds))

    def answers(self, histories: Sequence[History]) -> tuple[Answer, ...]:
        found, pairs = self._found(histories)
        return (attribution(found, pairs, quarter=quarter(self.date) if self.date else None),) if found else ()

    def told(self, histories: Sequence[History], answers: Sequence[Answer], language: str) -> list[str]:  # noqa: ARG002
        return words_of(answers, language)

    def draw(self, histories: Sequence[History], language: str) -> Iterator[Picture]:
        from wutong.experiments import plots

        found, _ = self._found(histories)
        known = [one for one in found if one.n and one.accounts["firms"].difference is not None]
        for one in sorted(known, key=_size, reverse=True)[:DRAWN]:
            with suppress(ValueError):  # it opens in none of the runs
                yield plots.Named(f"{one.member.key}-firms", plots.accounts_event(one, "firms", language))

    def _found(self, histories: Sequence[History]) -> tuple[list[Attribution], list[Interaction]]:
        worlds = {group[0].cases[0].scenario.name: group[0] for group in by_scenario(histories)}
        present = histories[0]
        whole, park = present.cases[0].scenario.name, present.cases[0].scenario.park

        def less(*names: str) -> History | None:
            return worlds.get(f"{whole}_without_{'_and_'.join(names)}")

        if "_without_" in whole:  # the runs with all of them failed
            return [], []
        found = [attributed(present, less(name), name) for name in self._names(park)]
        pairs = []
        for one, other in self._pairs(park):
            first, second, both = less(one), less(other), less(one, other)
            if first is not None and second is not None and both is not None:
                pairs.append(interaction(present, first, second, both, (one, other)))
        return found, pairs

    def _names(self, park: Park) -> tuple[str, ...]:
        named = _known(park, self.names) or tuple(anchor.key for anchor in park.anchors)
        return tuple(dict.fromkeys((*named, *(name for pair in self._pairs(park) for name in pair))))

    def _pairs(self, park: Park) -> list[tuple[str, str]]:
        pairs = []
        for given in self.together:
            names = _known(park, [name.strip() for name in given.split(AND)])
            if len(names) != 2 or names[0] == names[1]:
                raise BadInputError(Label(f"“{given}”应写作 甲{AND}乙", f"{given!r} should be a pair, one{AND}other"))
            pairs.append((names[0], names[1]))
        return pairs


def _known(park: Park, names: Sequence[str]) -> tuple[str, ...]:
    """Keys of anchors and labs, by key or title."""
    labels = {member.key: member.label for member in members_of(park)}
    return tuple(key_option("--of", name, labels, MEMBER) for name in names)


def _size(one: Attribution) -> float:
    difference = one.accounts["firms"].difference
    return 0.0 if difference is None else abs(float(difference[-1].mean()))
