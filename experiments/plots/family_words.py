"""The words of family trees, in both languages."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from wutong.experiments import wording
from wutong.experiments.portrait.families import Family, Kind, Line
from wutong.experiments.portrait.world import Portrait
from wutong.model.tables import NONE
from wutong.model.units import NEVER, quarter_name

DOT = " · "  # between a name and what is said of it


def titles(of: Portrait, shown: Sequence[Family], language: str) -> str:
    """Title of a picture of one family or of several."""
    if len(shown) > 1:
        park = of.park.label.in_language(language)
        return f"{park}：一次模拟中的企业家族" if language == "zh" else f"{park}: families of firms in one world"
    name = shown[0].label.in_language(language)
    return f"{name}：一次模拟中的企业家族" if language == "zh" else f"{name}: its family of firms in one world"


def counted(of: Portrait, shown: Sequence[Family], language: str) -> str:
    """Size of a single family, to go behind the subtitle; nothing for several."""
    if len(shown) > 1:
        return ""
    joiner = "；" if language == "zh" else " · "
    return joiner + size_of(of, shown[0], language)


def size_of(of: Portrait, family: Family, language: str) -> str:
    """How many firms a family brought, how many of them are there at the end, and their staff."""
    n, still, staff = len(family.members), *_still(of, family.members)
    own = family.kind is Kind.FIRM  # of which all others span off
    if language == "zh":
        there = f"期末在营 {still:,} 家、{people(staff, language)}"
        return f"{'衍生' if own else '带来'} {n:,} 家企业，{there}" if n else "未带来企业"
    there = f"{still:,} there at the end with {people(staff, language)}"
    return f"{n:,} firm{'' if n == 1 else 's'} {'span off' if own else 'brought'}, {there}" if n else "brought no firm"


def _still(of: Portrait, rows: Sequence[int]) -> tuple[int, float]:
    here = of.ledger.operating(of.ledger.end)[list(rows)]
    return int(np.count_nonzero(here)), float(of.ledger.staff_at(of.ledger.end)[list(rows)].sum())


def people(staff: float, language: str) -> str:
    """A number of people; where there are any, at least one."""
    whole = max(round(staff), 1) if staff > 0.0 else 0
    return "1 person" if whole == 1 and language == "en" else wording.amount(whole, "persons", language)


def line_words(of: Portrait, family: Family, line: Line, language: str) -> tuple[str, bool]:
    """What stands beside a line, and whether anything of it is there at the end."""
    if line.folded:
        return _several(of, line, language)
    if not line.firms:
        return _root(of, family, language)
    return _firm(of, line.firms[0], of.firm_label(line.firms[0]).in_language(language), language)


def _firm(of: Portrait, row: int, name: str, language: str) -> tuple[str, bool]:
    ended = int(of.ledger.ended[row])
    dot = DOT if name else ""
    if ended < NEVER:
        left = f"{quarter_name(ended)} 退出" if language == "zh" else f"left {quarter_name(ended)}"
        return f"{name}{dot}{left}", False
    return f"{name}{dot}{people(float(of.ledger.staff_at(of.ledger.end)[row]), language)}", True


def _several(of: Portrait, line: Line, language: str) -> tuple[str, bool]:
    n, still, staff = len(line.firms), *_still(of, line.firms)
    if language == "zh":
        return f"另有 {n} 家：期末在营 {still} 家，{people(staff, language)}", still > 0
    return f"and {n} more: {still} there at the end, {people(staff, language)}", still > 0


def _root(of: Portrait, family: Family, language: str) -> tuple[str, bool]:
    zh, end = language == "zh", of.ledger.end
    itself = "自身" if zh else "itself"
    if family.root != NONE:
        return _firm(of, family.root, itself, language)
    gone = quarter_name(family.until) if family.until <= end else ""
    if family.kind is Kind.LAB:
        if family.since > end:
            return ("期末尚未启用" if zh else "not open yet at the end"), False
        return (f"{gone} 关停" if zh else f"closed {gone}") if gone else ("实验室" if zh else "the laboratory"), not gone
    if gone:
        return (f"{gone} 终止，未投产" if zh else f"given up {gone}, never opened"), False
    if family.since > end:
        return ("期末尚未签约" if zh else "not signed yet at the end"), False
    return ("已签约，期末尚未投产" if zh else "signed, not open yet at the end"), False


def nothing(of: Portrait, language: str) -> str:
    """That a family is empty."""
    last = quarter_name(of.ledger.end)
    if language == "zh":
        return f"到 {last} 末，它在这次模拟中没有带来企业，也没有衍生企业。"
    return f"To the end of {last} it brought no firm in this world, and none span off."


def signs(language: str) -> tuple[str, ...]:
    """What the marks mean: the root, those that followed, spin-offs of firms and laboratories, an end, a folded birth."""
    if language == "zh":
        return "签约、投产或启用", "跟随而来", "企业衍生", "实验室衍生", "退出", "合并行中的一家"
    return "signed or opened", "followed", "span off a firm", "span off a lab", "left", "one of several on a line"


def staff(language: str) -> str:
    """Lead of the samples of thickness."""
    return "人数：" if language == "zh" else "Staff:"


def how_to_read(language: str) -> str:
    """How the tree is read."""
    if language == "zh":
        return (
            "横线为企业从开业到退出，粗细表示人数，每差十倍加粗一级；虚线为签约后、投产前；竖线连到带来它的一方，晚来的在近处；"
            "起点已有的从点线开始。放不下时，人数少的合并为一行。"
        )
    return (
        "A line runs from the opening of a firm to its end and is as thick as its staff, by the same step for every ten times; "
        "dashes: signed, not open yet. Uprights lead to whoever brought it; those that came later stand nearer. Firms of the "
        "start begin at the dotted upright. Where there is no room, the smaller firms share a line."
    )
