"""A calibration in words: what the figures tell, of what they are silent, and whether the method finds known truths."""

from __future__ import annotations

from wutong.experiments.calibration.posterior import Posterior
from wutong.experiments.calibration.proof import Ranks
from wutong.experiments.calibration.ranks import VERDICTS, Verdict
from wutong.experiments.wording import lower_first, number
from wutong.model.assumptions import parameter_facts
from wutong.model.facts import Floats, Label

TIED = 0.3  # rank correlation from which on two parameters are said to go together


def told(one: Posterior, rank: Ranks | None) -> Label:
    """One calibration, a line each for what it says."""
    parts = [_worth(one), *(_learnt(one, name) for name in one.told()), _silent(one), _together(one), _foreseen(one)]
    parts += [] if rank is None else [_proved(rank)]
    kept = [part for part in parts if part.en]
    return Label("\n  ".join(part.zh for part in kept), "\n  ".join(part.en for part in kept))


def _worth(one: Posterior) -> Label:
    label, n, worth = one.calibration.label, len(one.weights), f"{one.n_effective:.0f}"
    zh = f"{label.zh}：{n} 个世界按与数据的相符程度加权，相当于 {worth} 个。"
    return Label(zh, f"{label.en}: {n} worlds weighed by how well they agree with the figures, worth {worth}.")


def _learnt(one: Posterior, name: str) -> Label:
    fact = parameter_facts()[name]
    before, after = _range(one.before(name)), _range(one.after(name))
    unit = "" if fact.unit == "1" else f", {fact.unit}"
    zh = f"{fact.label.zh}{unit.replace(', ', '，')}：{after.zh}，校准前 {before.zh}"
    return Label(zh, f"{fact.label.en}{unit}: {after.en}, before {before.en}")


def _range(quantiles: Floats) -> Label:
    low, middle, high = map(number, map(float, quantiles))
    return Label(f"{middle}（{low} 至 {high}）", f"{middle} ({low} to {high})")


def _silent(one: Posterior) -> Label:
    labels = [parameter_facts()[name].label for name in one.silent()]
    if not labels:
        return Label("", "")
    zh = "数据几乎不能说明：" + "、".join(label.zh for label in labels) + "。"
    return Label(zh, "The figures say next to nothing of: " + "; ".join(lower_first(label.en) for label in labels) + ".")


def _together(one: Posterior) -> Label:
    pair = one.strongest_pair()
    if pair is None or abs(pair[2]) < TIED:
        return Label("", "")
    first, second = (parameter_facts()[name].label for name in pair[:2])
    up = Label("同高同低", "high or low together")
    way = Label("此高彼低", "the higher the one, the lower the other") if pair[2] < 0 else up
    size = number(pair[2])
    zh = f"数据把“{first.zh}”与“{second.zh}”连在一起：{way.zh}（秩相关 {size}）。"
    return Label(zh, f"Tied together: {lower_first(first.en)} and {lower_first(second.en)}, {way.en} (rank correlation {size}).")


def _foreseen(one: Posterior) -> Label:
    """Every figure as foreseen from all the others."""
    zh, en = [], []
    for place, figure in enumerate(one.calibration.figures):
        found = one.foreseen(place)
        text, seen, miss = _range(found), number(figure.seen), not found[0] <= figure.seen <= found[2]
        zh.append(f"{figure.label.zh} {text.zh}，观测 {seen}" + ("，不符" if miss else ""))
        en.append(f"{lower_first(figure.label.en)} {text.en}, seen {seen}" + (", outside" if miss else ""))
    return Label(
        "每个数只用其余数据预测：" + "；".join(zh) + "。", "Each figure foreseen from the others: " + "; ".join(en) + "."
    )


def _proved(rank: Ranks) -> Label:
    """How known truths of the model's own were found."""
    names, n = rank.calibration.names, len(rank.shares)
    if not n:
        return Label("", "")
    held = sorted(rank.coverage(name) for name in names)
    between = f"{held[0]:.0%}", f"{held[-1]:.0%}"
    zh = f"以模型自身的 {n} 个已知真值检验：90% 区间含真值的比重为 {between[0]} 至 {between[1]}"
    en = f"Looked for {n} known truths of the model's own: the 90 % ranges hold {between[0]} to {between[1]} of them"
    if rank.n_left_out:
        zh += f"（另有 {rank.n_left_out} 个真值附近世界太少，未计）"
        en += f" ({rank.n_left_out} more had too few worlds about them and are left out)"
    found = {name: spread.verdict for name, spread in zip(names, rank.spreads, strict=True)}
    uneven = {parameter_facts()[name].label: VERDICTS[v] for name, v in found.items() if v is not Verdict.EVEN}
    zh += "；" + "，".join(f"{k.zh}：{v.zh}" for k, v in uneven.items()) if uneven else "，名次均匀"
    en += "; " + ", ".join(f"{lower_first(k.en)}: {v.en}" for k, v in uneven.items()) if uneven else ", and the ranks are even"
    return Label(zh + "。", en + ".")
