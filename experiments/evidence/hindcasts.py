"""The hindcasts on the data at hand, by moving the cut-off back, as one table and in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from wutong.experiments.answers import Answer, Column
from wutong.experiments.hindcast import Hindcast
from wutong.experiments.hindcast.naive import LABELS, Rule
from wutong.experiments.hindcast.scores import REJECTED_BELOW, binomial_test
from wutong.experiments.hindcast.scoring import POOLED, Summary
from wutong.experiments.hindcast.words import date
from wutong.experiments.wording import DASH, lower_first, number
from wutong.model.facts import Label

BINS = 5  # of the PIT


@dataclass(frozen=True)
class Asked:
    """A park or an episode, and the year of its cut-off; an illustration is not pooled."""

    name: str
    until: int
    pooled: bool = True


HINDCASTS = (
    Asked("sophia_antipolis_1999", 1999),
    Asked("hsinchu_2001", 2001),
    Asked("laptop_episode", 2011, pooled=False),
    Asked("research_triangle", 1970, pooled=False),
)
COLUMNS: Mapping[str, Column] = {
    "park": Column(Label("园区", "Park")),
    "cutoff": Column(Label("截止", "Cut-off")),
    "pooled": Column(Label("是否合并计入：yes 是", "Whether it is pooled")),
    "n": Column(Label("检验的数值个数", "Values held back"), "1"),
    "crps": Column(Label("模型 CRPS，占截止时数值的比重", "CRPS of the model, share of the value at the cut-off"), "share"),
    "n_compared": Column(Label("可与简单规则比较的数值个数", "Values that a naive rule can speak of"), "1"),
    "crps_compared": Column(Label("模型在这些数值上的 CRPS", "CRPS of the model over these"), "share"),
    **{
        f"crps_{rule.value}": Column(Label(f"“{label.zh}”的 CRPS", f"CRPS of {lower_first(label.en)}"), "share")
        for rule, label in LABELS.items()
    },
    "best_rule": Column(Label("最好的规则（有无区间取其优）", "Best rule, with or without its band"), "share"),
    "inside_90": Column(Label("90% 区间含有个数", "Inside the 90 % intervals"), "1"),
    "inside_50": Column(Label("50% 区间含有个数", "Inside the 50 % intervals"), "1"),
    **{f"pit_{i + 1}": Column(Label(f"PIT 第 {i + 1} 格（共五格）", f"PIT, bin {i + 1} of five"), "1") for i in range(BINS)},
}


def hindcast_answer(found: Sequence[Hindcast]) -> Answer:
    """Every hindcast on a row, and in words what they show together.

    Parameters
    ----------
    found : in the order of :data:`HINDCASTS`
    """
    rows = tuple(_row(asked, one) for asked, one in zip(HINDCASTS, found, strict=True))
    lines = [_line(one) for one in found]
    together = _pooled([one for asked, one in zip(HINDCASTS, found, strict=True) if asked.pooled])
    parts = [part for part in (*lines, together) if part.en]
    return Answer("hindcasts", COLUMNS, rows, Label("\n".join(p.zh for p in parts), "\n".join(p.en for p in parts)))


def _all(one: Hindcast) -> Summary | None:
    return next((s for s in one.summaries if s.kind == POOLED), None)


def _row(asked: Asked, one: Hindcast) -> tuple[str | float | None, ...]:
    s = _all(one)
    name, when = one.projection.scenario.name, date(one.projection.cutoff)
    head = (name, when, "yes" if asked.pooled else "no")
    if s is None:
        return (*head, 0, *[None] * (len(COLUMNS) - len(head) - 1))
    rules = (*(s.rules[rule].crps for rule in Rule), s.best_rule) if s.n_compared else (None,) * (len(Rule) + 1)
    inside = (s.n - s.misses_90, round(s.share_50 * s.n))
    bins = [sum(min(int(BINS * score.pit), BINS - 1) == i for score in one.scores) for i in range(BINS)]
    compared = (s.n_compared, s.crps_compared if s.n_compared else None)
    return (*head, s.n, s.crps, *compared, *rules, *inside, *bins)


def _line(one: Hindcast) -> Label:
    s, park, when = _all(one), one.projection.scenario.park.label, date(one.projection.cutoff)
    if s is None or not s.n_compared:
        return Label("", "")
    own, part, best = (f"{100 * v:.1f}%" for v in (s.crps, s.crps_compared, s.best_rule))
    hits, some = f"{s.n - s.misses_90}/{s.n}", s.n_compared < s.n
    zh = f"{park.zh}（截止 {when}）：CRPS {own}，" + (f"可比的 {s.n_compared} 个为 {part}，" if some else "")
    en = f"{park.en} (cut-off {when}): CRPS {own}, " + (f"{part} over the {s.n_compared} that can be compared, " if some else "")
    return Label(zh + f"最好的简单规则 {best}；90% 区间含 {hits}。", en + f"best naive rule {best}; 90 % intervals hold {hits}.")


def _pooled(found: Sequence[Hindcast]) -> Label:
    """Misses of all that are pooled, against what a 90 % interval should miss."""
    all_of = [s for one in found if (s := _all(one)) is not None]
    n, misses = sum(s.n for s in all_of), sum(s.misses_90 for s in all_of)
    if not n:
        return Label("", "")
    p = binomial_test(misses, n)
    agree = p >= REJECTED_BELOW
    zh = f"合并：{n} 个数值漏出 {misses} 个，二项检验 p = {number(p)}，" + (
        "与 90% 相容。" if agree else f"与 90% 不符{DASH}见各行。"
    )
    en = f"Pooled: {misses} of {n} values missed, binomial test p = {number(p)}: "
    return Label(zh, en + ("it agrees with 90 %." if agree else "it does not agree with 90 %."))
