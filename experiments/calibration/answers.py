"""What calibrations say, as tables: parameters before and after, figures seen and expected, and how known truths were found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from wutong.experiments.answers import Answer, Column
from wutong.experiments.calibration.posterior import Posterior
from wutong.experiments.calibration.proof import Ranks
from wutong.experiments.calibration.words import told
from wutong.model.assumptions import parameter_facts
from wutong.model.facts import Label

CALIBRATION = Column(Label("校准", "Calibration"))
PARAMETERS: Mapping[str, Column] = {
    "calibration": CALIBRATION,
    "parameter": Column(Label("参数", "Parameter")),
    "label_zh": Column(Label("中文名称", "In Chinese")),
    "label_en": Column(Label("英文名称", "In English")),
    "unit": Column(Label("单位", "Unit")),
    "prior_q05": Column(Label("校准前 5%", "5 % before"), "see unit"),
    "prior_q50": Column(Label("校准前中位数", "Median before"), "see unit"),
    "prior_q95": Column(Label("校准前 95%", "95 % before"), "see unit"),
    "q05": Column(Label("校准后 5%", "5 % after"), "see unit"),
    "q50": Column(Label("校准后中位数", "Median after"), "see unit"),
    "q95": Column(Label("校准后 95%", "95 % after"), "see unit"),
    "narrowed": Column(Label("校准后 90% 区间宽度与校准前之比", "Width of the 90 % range relative to before"), "share"),
    "ranks": Column(Label("已知真值的名次：even 均匀", "Ranks of known truths: even, or what is wrong")),
    "coverage": Column(Label("90% 区间含已知真值的比重", "Known truths inside the 90 % range"), "share"),
}
FIGURES: Mapping[str, Column] = {
    "calibration": CALIBRATION,
    "figure": Column(Label("数据", "Figure")),
    "label_zh": PARAMETERS["label_zh"],
    "label_en": PARAMETERS["label_en"],
    "unit": PARAMETERS["unit"],
    "seen": Column(Label("观测值", "Seen"), "see unit"),
    "error": Column(Label("误差（对数标准差）", "Error, sd of the logarithm"), "1"),
    "q05": Column(Label("校准后 5%", "5 % after"), "see unit"),
    "q50": Column(Label("校准后中位数", "Median after"), "see unit"),
    "q95": Column(Label("校准后 95%", "95 % after"), "see unit"),
    "foreseen_q05": Column(Label("只用其他数据的预测 5%", "5 % as foreseen from the others"), "see unit"),
    "foreseen_q50": Column(Label("只用其他数据的预测中位数", "Median as foreseen"), "see unit"),
    "foreseen_q95": Column(Label("只用其他数据的预测 95%", "95 % as foreseen"), "see unit"),
    "inside": Column(Label("观测值在该预测区间内：yes 是", "Whether the foreseen range holds what was seen")),
    "source": Column(Label("来源", "Source")),
}


def answers(found: Sequence[Posterior], ranks: Sequence[Ranks | None]) -> tuple[Answer, Answer]:
    """Parameters and figures of all calibrations, and their words.

    Parameters
    ----------
    ranks : of each calibration, None where no known truths were looked for
    """
    words = [told(one, rank) for one, rank in zip(found, ranks, strict=True)]
    parameters = tuple(
        _parameter(one, rank, name) for one, rank in zip(found, ranks, strict=True) for name in one.calibration.names
    )
    figures = tuple(_figure(one, place) for one in found for place in range(len(one.calibration.figures)))
    all_words = Label("\n\n".join(w.zh for w in words), "\n\n".join(w.en for w in words))
    return (
        Answer("calibrated_parameters", PARAMETERS, parameters, all_words),
        Answer("calibrated_figures", FIGURES, figures, Label("", "")),
    )


def _parameter(one: Posterior, rank: Ranks | None, name: str) -> tuple[str | float | None, ...]:
    fact = parameter_facts()[name]
    proof: tuple[str | None, float | None] = (None, None)
    if rank is not None and len(rank.shares):
        proof = (rank.spreads[one.calibration.place(name)].verdict.value, rank.coverage(name))
    ranges = (*map(float, one.before(name)), *map(float, one.after(name)))
    return (one.calibration.key, name, fact.label.zh, fact.label.en, fact.unit, *ranges, one.narrowed(name), *proof)


def _figure(one: Posterior, place: int) -> tuple[str | float, ...]:
    figure, foreseen = one.calibration.figures[place], one.foreseen(place)
    inside = "yes" if foreseen[0] <= figure.seen <= foreseen[2] else "no"
    numbers = (*map(float, one.expected(place)), *map(float, foreseen))
    labels = (figure.label.zh, figure.label.en, figure.unit)
    return (one.calibration.key, figure.key, *labels, figure.seen, figure.spread, *numbers, inside, figure.source)
