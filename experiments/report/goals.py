"""The table of goals: chance with its interval, median, what is missing, for every scenario and policy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from wutong.experiments import wording
from wutong.experiments.defined import quantiles
from wutong.experiments.goals import Attainment, attainment
from wutong.experiments.report.cells import EMPTY, Ranged, Units, units_for
from wutong.experiments.report.material import Material, said
from wutong.experiments.report.page import Cell, Heading, Table
from wutong.experiments.results import SUMMARY_COLUMNS
from wutong.model.history import History
from wutong.model.units import NEVER, quarter_name

MOST_ROWS = 400  # of a design with many points


@dataclass(frozen=True)
class Judged:
    """A goal in the runs of one scenario and policy."""

    history: History
    result: Attainment

    @property
    def asked(self) -> Ranged:
        return Ranged(self.result.target.at_least, unit=self.unit)

    @property
    def unit(self) -> str:
        return wording.target_unit(self.history.facts[self.result.target.measure], self.result.target)

    @property
    def reading(self) -> Ranged:
        """Median with the range of nine in ten runs; empty where the goal cannot be judged."""
        if not self.result.judged:
            return Ranged(None, unit=self.unit)
        low, high = (float(q) for q in quantiles(self.result.values, (0.05, 0.95)))
        return Ranged(self.result.median, low, high, self.unit)

    @property
    def missing(self) -> Ranged:
        return Ranged(self.result.shortfall if self.result.judged else None, unit=self.unit)


def judged_goals(histories: Sequence[History]) -> list[Judged]:
    """Every goal of every scenario, goal by goal, so that policies stand below one another."""
    found = [Judged(h, attainment(h, target)) for h in histories for target in h.cases[0].scenario.targets]
    order = list(dict.fromkeys((one.history.cases[0].scenario.name, one.result.target.key) for one in found))
    return sorted(found, key=lambda one: order.index((one.history.cases[0].scenario.name, one.result.target.key)))


def goals_table(material: Material, language: str) -> Table | None:
    """The table, or None where no goal is set or no run finished."""
    found = judged_goals(material.main)
    if not found:
        return None
    shown = found[:MOST_ROWS]
    units = units_for([r for one in shown for r in (one.asked, one.reading, one.missing)], language)
    left = len(found) - len(shown)
    caption = said(
        language,
        "目标：达到的可能性（括号内为 90% 区间）、中位数（括号内为九成运行的范围）和缺口",
        "Goals: chance of reaching each (90% interval in brackets), median (nine in ten runs in brackets), and what is missing",
    )
    if left:
        caption += said(language, f"；另有 {left} 行见 summary.csv", f"; {left} more rows stand in summary.csv")
    return Table(caption, _headings(language), [_row(material, one, units, language) for one in shown])


def scope_notes(material: Material, language: str) -> list[str]:
    """What each goal counts, as its note says; goals with the same note together, nothing for goals without one."""
    by_note: dict[str, list[str]] = {}
    for one in judged_goals(material.main):
        target = one.result.target
        label, note = target.label.in_language(language), target.note.in_language(language).strip()
        names = by_note.setdefault(note, []) if note else []
        names += [label] if label not in names else []
    lead, between, colon = said(language, "口径", "Definition"), said(language, "、", ", "), said(language, "：", ": ")
    told = [said(language, f"{between.join(names)}（{lead}）", f"{lead} of {between.join(names)}") for names in by_note.values()]
    return [f"{name}{colon}{note}" for name, note in zip(told, by_note, strict=True)]


def _headings(language: str) -> list[Heading]:
    def hidden(key: str) -> Heading:
        return Heading(SUMMARY_COLUMNS[key].in_language(language), numeric=True, hidden=True)

    return [
        Heading(said(language, "目标", "Goal")),
        Heading(said(language, "政策方案", "Policy")),
        Heading(said(language, "达到的可能性", "Chance"), numeric=True),
        hidden("prob_low"),
        hidden("prob_high"),
        Heading(said(language, "目标值", "Asked for"), numeric=True),
        Heading(said(language, "中位数", "Median"), numeric=True),
        hidden("q05"),
        hidden("q95"),
        Heading(said(language, "缺口", "Missing"), numeric=True),
        Heading(said(language, "单位", "Unit")),
        Heading(said(language, "期限", "Date")),
        Heading(said(language, "半数运行达到", "Half the runs by")),
        Heading(said(language, "运行次数", "Runs"), numeric=True),
    ]


def _row(material: Material, one: Judged, units: Units, language: str) -> list[Cell]:
    result, share = one.result, one.result.share
    chance = Cell(wording.short_chance(share, language), share.value if share.n else None)
    ends = (Cell(f"{share.low:.3f}", share.low), Cell(f"{share.high:.3f}", share.high)) if share.n else (Cell(""), Cell(""))
    first = quarter_name(result.median_first) if result.median_first < NEVER else wording.DASH
    return [
        Cell(result.target.label.in_language(language)),
        Cell(material.series_name(one.history, language)),
        chance,
        *ends,
        units.plain(one.asked.value, one.unit),
        *units.cells(one.reading, language),
        units.plain(one.missing.value, one.unit) if result.judged else EMPTY,
        Cell(units.name(one.unit)),
        Cell(wording.short_date(result.target, language)),
        Cell(first),
        Cell(str(share.n), float(share.n)),
    ]
