"""Both accounts of an anchor in time, from its opening on: by name, by the same worlds without it, and what lies between."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from wutong.experiments import wording
from wutong.experiments.answers.both_accounts import Attribution
from wutong.experiments.plots import event
from wutong.experiments.plots import fan as fans
from wutong.experiments.plots.style import Pen
from wutong.model.facts import Floats, Ints, Label
from wutong.model.scenario import Anchor
from wutong.model.units import quarter_name

BEFORE = 8  # quarters shown before it opens
COVERED = 0.5  # of the worlds in which it opens: fewer are no picture of the rest
PANELS = {
    "lineage": (
        Label("按来源记名", "By name"),
        Label("它自身、跟随它的企业、各轮衍生企业", "itself, its followers, spin-offs of all rounds"),
        Pen("#2b6cb8"),
    ),
    "difference": (
        Label("与没有它的同一批模拟相比", "Against the same worlds without it"),
        Label("全园区之差", "difference of the whole park"),
        Pen("#3f4b57"),
    ),
    "others": (
        Label("两者之差", "What lies between"),
        Label("它对名下以外企业的影响", "its effect on all other firms"),
        Pen("#d0562f"),
    ),
}


def accounts_event(found: Attribution, quantity: str, language: str) -> Figure:
    """Both accounts of an anchor or lab side by side, each run counted from the anchor's opening in it.

    One that operated at the start, and a lab, are counted from the start.

    Parameters
    ----------
    quantity : ``firms``, ``employees`` or ``revenue``

    Raises
    ------
    ValueError
        If the same worlds without it were not run, or it opens in none.
    """
    account, zero = found.accounts[quantity], zeros_of(found)
    if account.difference is None or account.others is None or not found.n:
        raise ValueError(f"{found.member.key}: the worlds without it are missing")
    if not len(zero[1]):
        raise ValueError(f"{found.member.key} opens in none of the runs")
    series = {"lineage": account.lineage, "difference": account.difference, "others": account.others}
    panels = []
    for name, values in series.items():
        heading, text, pen = PANELS[name]
        if name == "lineage" and not isinstance(found.member, Anchor):
            text = Label("各轮衍生企业", "spin-offs of all rounds")
        years, quantiles = counted_from(values, *zero, first=1 if found.ran_already else 0)
        panels.append(event.Panel(heading, text.in_language(language), fans.Fan(name, pen, years, quantiles)))
    titles, notes = _titles(found, quantity, language), _notes(found, len(zero[1]), quantity, language)
    return event.panel_row(panels, found.present.facts[quantity], _axis(found), titles, notes, language)


def zeros_of(found: Attribution) -> tuple[Ints, Ints]:
    """The row at which each run's clock is 0, and the runs that have one: the opening, or the start."""
    if from_start(found):
        return np.zeros(found.n, np.int64), np.arange(found.n)
    runs = found.accounts["firms"].own > 0.0
    opens = np.flatnonzero(runs.any(axis=0))
    return runs.argmax(axis=0)[opens], opens


def from_start(found: Attribution) -> bool:
    """Whether the clock starts with the run, since no opening is seen in it."""
    return found.ran_already or not isinstance(found.member, Anchor)


def counted_from(values: Floats, zero: Ints, worlds: Ints, *, first: int = 0) -> tuple[Floats, Floats]:
    """Years from each run's own zero, and quantiles over the runs seen at each, of shape (n_years,) and (5, n_years).

    Parameters
    ----------
    values : of shape (n_quarters + 1, n_worlds)
    zero, worlds : of shape (n_chosen,)
        The row that counts as zero, of each chosen world.
    first : the first row shown; what ran at the start is there on both sides in row 0
    """
    n_rows = len(values)
    offsets = np.arange(-BEFORE, n_rows)
    rows = offsets[:, None] + zero[None, :]
    seen = (rows >= first) & (rows < n_rows)
    chosen = np.flatnonzero(seen.mean(axis=1) >= COVERED)
    found = np.where(seen, values[rows.clip(0, n_rows - 1), worlds[None, :]], np.nan)[chosen]
    return offsets[chosen] / 4.0, np.nanquantile(found, fans.QUANTILES, axis=1)


def _axis(found: Attribution) -> Label:
    if from_start(found):
        start = quarter_name(found.present.start)
        return Label(f"{start} 以来年数", f"Years since {start}")
    return Label("投产后年数", "Years since opening")


def _titles(found: Attribution, quantity: str, language: str) -> tuple[str, str]:
    name, label = found.label.in_language(language), found.present.facts[quantity].label.in_language(language)
    scenario, policy = found.case.scenario.title.in_language(language), fans.names_of([found.present], language)[0]
    if language == "zh":
        return (
            f"{name}：{label}，两种算法",
            f"{scenario}，{policy}；{found.n} 对模拟；线为中位数，色带为 50% 和 90% 的模拟",
        )
    return (
        f"{name}: {wording.lower_first(label)} by two accounts",
        f"{scenario}, {policy} · {found.n} pairs of runs · lines: median; bands: 50% and 90% of the runs",
    )


def _notes(found: Attribution, n_opened: int, quantity: str, language: str) -> list[str]:
    definition = found.present.facts[quantity].definition.in_language(language).rstrip("。.")
    if from_start(found) and found.ran_already:
        zh, en = "起点已在营：对照为其从下一季起关停。", "It ran at the start: the other worlds close it a quarter later."
    elif from_start(found):
        zh, en = "从起点计年。", "Years are counted from the start."
    else:
        share = f"{n_opened}/{found.n}"
        zh = f"它在 {share} 对模拟中投产，只画这些；每次模拟从其自身投产的季度起计，只画半数以上模拟仍在期内的年份。"
        en = (
            f"It opens in {share} pairs, and only these are shown, each from its own quarter of opening, as long as half of them "
            "are still within the run."
        )
    if language == "zh":
        return [f"口径：{definition}。{zh}图右数字为末期中位数。"]
    return [f"Definition: {definition}. {en} Figures at the right: medians at the end."]
