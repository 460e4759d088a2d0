"""What the pictures of answers show: the sentences that are made from their tables."""

from __future__ import annotations

from collections.abc import Sequence

from wutong.experiments import wording
from wutong.experiments.questions import Conditions, Dose
from wutong.experiments.report.answer_tables import rows_of
from wutong.experiments.report.captions_of_maps import map_sentence
from wutong.experiments.report.cells import Ranged, in_words
from wutong.experiments.report.code_words import in_plain_words
from wutong.experiments.report.material import Material, listed, said
from wutong.experiments.results import Cell
from wutong.model.history import History

Values = dict[str, Cell]
LEAST_GAP = 1e-4  # 亿元/year that are named


def levers(material: Material, group: Sequence[History], rest: str, language: str) -> str:  # noqa: ARG001
    found = [row for key in ("tornado", "dose_response") for row in table_rows(material, key)]
    several = len({row["lever"] for row in found}) > 1
    told = []
    for row in found:
        level = Ranged(number(row, "level"), unit=str(row["level_unit"]))
        name = in_plain_words(material, row, "lever", language) if several else in_words(level, language)
        told.append(f"{name} {mean(row, ('mean', 'low', 'high'), language)}")
    about = [in_plain_words(material, found[0], key, language) for key in ("scope", "measure", "quarter")] if found else []
    zh, en = (
        f"{''.join(about[:2])}，{''.join(about[2:])}，平均变化（90% 区间）",
        f"Mean change ({', '.join(about)}; 90% interval)",
    )
    lead = said(language, zh, en)
    return listed(lead, told, language)


def mix(material: Material, group: Sequence[History], rest: str, language: str) -> str:  # noqa: ARG001
    policies = {history.cases[0].policy.name for history in group}
    rows = [row for row in table_rows(material, "mix") if row["policy"] in policies]
    whole = next(row for row in rows if row["kind"] == "whole")
    told = [
        f"{in_plain_words(material, row, 'lever', language)} {mean(row, ('mean', 'low', 'high'), language)}"
        for row in rows
        if row["kind"] == "share"
    ]
    change, name = mean(whole, ("mean", "low", "high"), language), material.title_of(str(whole["policy"]), language)
    lead = said(
        language, f"“{name}”的平均变化 {change}，各工具的份额（90% 区间）", f"“{name}” changes {change}; shares (90% interval)"
    )
    return listed(lead, told, language)


def chain(material: Material, group: Sequence[History], rest: str, language: str) -> str:
    here = group[0].cases[0].scenario.name
    rows = [row for row in table_rows(material, "chain") if (row["scenario"], row["quarter"]) == (here, rest)]
    ordered = sorted(rows, key=lambda row: -(number(row, "gap_mean") or 0.0))
    park = group[0].cases[0].scenario.park
    told = [
        f"{wording.scope_label(park, str(row['segment']), language)} "
        + in_words(Ranged(number(row, "gap_mean"), unit="亿元/year"), language)
        for row in ordered
        if (number(row, "gap_mean") or 0.0) > LEAST_GAP
    ]
    lead = said(
        language, f"产业链图，{rest}；本地缺口（平均）由大到小", f"Map of the chain, {rest}; mean local gap, largest first"
    )
    return listed(lead, told[:6] or [said(language, "没有缺口", "none")], language)


def hangs_on(material: Material, group: Sequence[History], rest: str, language: str) -> str:
    here = group[0].cases[0].scenario.name
    rows = [row for row in table_rows(material, "sensitivity") if (row["scenario"], row["target"]) == (here, rest)]
    told = [
        f"{row[f'title_{language}']} [{row['tag']}] " + in_words(Ranged(number(row, "index"), unit="share"), language)
        for row in rows
        if row["named"] == "yes"
    ]
    name = in_plain_words(material, {"target": rest}, "target", language)
    lead = said(language, f"{name}取决于哪些数，单独解释的方差份额", f"{name}: what it hangs on, share of the variance")
    return listed(lead, told or [said(language, "没有超出偶然的", "none beyond chance")], language)


def brought(material: Material, group: Sequence[History], name: str, language: str) -> str:  # noqa: ARG001
    rows = [
        row for row in table_rows(material, "attribution")
        if (row["name"], row["measure"], row["part"]) == (name, "firms", "all") and row["account"] in ("lineage", "without")
    ]  # fmt: skip
    last = {str(row["account"]): row for row in rows}
    told = [
        f"{in_plain_words(material, row, 'account', language)} {mean(row, ('mean', 'mean_low', 'mean_high'), language)}"
        for row in last.values()
    ]
    title = next((str(row[f"title_{language}"]) for row in rows), name)
    end = next((str(row["quarter"]) for row in last.values()), "")
    lead = said(
        language, f"{title}带来的企业，{end}，平均（90% 区间）", f"Firms that {title} brought by {end}, mean (90% interval)"
    )
    return listed(lead, told, language)


def goal_map(material: Material, group: Sequence[History], rest: str, language: str) -> str:
    question = material.experiment.question
    maps = question.maps(group) if isinstance(question, Dose) else {}
    maps |= question.maps(material.histories) if isinstance(question, Conditions) else {}
    return map_sentence(maps[f"goal-map-{rest}"], language)


def late_starts(material: Material, group: Sequence[History], rest: str, language: str) -> str:
    target = next(t for t in group[0].cases[0].scenario.targets if t.key == rest)
    rows = [row for row in table_rows(material, "last_starts") if row["target"] == rest and row["last"] == "yes"]
    told = [f"{in_plain_words(material, row, 'lever', language)} {row['start']}" for row in rows]
    label = target.label.in_language(language)
    lead = said(language, f"{label}：各工具最迟仍有作用的开始季度", f"{label}: last start at which each lever still helps")
    return listed(lead, told or [said(language, "没有一项看得出作用", "none is seen to help")], language)


def table_rows(material: Material, key: str) -> list[Values]:
    """All rows of the answers with a key."""
    return [row for given in material.answers if given.key == key for row in rows_of(given)]


def number(row: Values, key: str) -> float | None:
    """What stands in a cell, or None if it is no number."""
    found = row[key]
    return float(found) if isinstance(found, int | float) else None


def mean(row: Values, keys: tuple[str, str, str], language: str) -> str:
    """A mean and its interval in words, from three cells of a row and its unit."""
    value, low, high = (number(row, key) for key in keys)
    return in_words(Ranged(value, low, high, str(row["unit"])), language)
