"""The files of a hindcast: the projection, the scores, the numbers before and after, and what every column means."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from wutong.experiments.hindcast.ask import Hindcast
from wutong.experiments.hindcast.naive import LABELS, Rule, fitted
from wutong.experiments.hindcast.numbers import NUMBERS, UNITS
from wutong.experiments.hindcast.scores import REJECTED_BELOW, Ensemble
from wutong.experiments.hindcast.scoring import EACH, Score, Summary
from wutong.experiments.hindcast.words import ranges_before_and_after
from wutong.experiments.results import Row, write_columns, write_csv
from wutong.experiments.wording import lower_first, shown_unit
from wutong.model.facts import Label
from wutong.model.measures import MEASURES
from wutong.model.units import quarter_name

SHARES = (0.05, 0.25, 0.5, 0.75, 0.95)
SUBJECT: Mapping[str, Label] = {
    "measure": Label("指标", "Measure"),
    "scope": Label("范围", "Scope"),
    "quarter": Label("季度", "Quarter"),
}
QUANTILES = {f"q{round(100 * s):02d}": Label(f"{s * 100:.0f}% 分位数", f"{s * 100:.0f} % quantile of the worlds") for s in SHARES}
HINDCAST: Mapping[str, Label] = {
    **SUBJECT,
    "role": Label(
        "used 已用于校准，held 留作检验，projected 仅推演", "used before the cut-off, held back for the score, or only projected"
    ),
    "observed": Label("观测值", "Observed value"),
    **QUANTILES,
    **{rule.value: Label(f"“{label.zh}”的中位数", f"Median of {lower_first(label.en)}") for rule, label in LABELS.items()},
    "unit": Label("单位", "Unit"),
}
RULE_SCORES: Mapping[str, Label] = {
    "crps": Label(" CRPS", "CRPS of {} with its band"),
    "error": Label("误差", "Absolute error of {}: its CRPS without a band"),
}
SCORES: Mapping[str, Label] = {
    "kind": Label(
        "value 单个数值，pooled 合计，measure 按指标，horizon 按距截止年数",
        "One value, all pooled, by measure, or by years from the cut-off",
    ),
    "name": Label("指标/范围，或年数", "Measure/scope, or years"),
    "quarter": SUBJECT["quarter"],
    "n": Label("数值个数", "Values"),
    "observed": HINDCAST["observed"],
    "median": Label("推演中位数", "Median of the worlds"),
    "crps": Label(
        "模型的 CRPS，占截止时最后观测值的比重", "CRPS of the model, as a share of the last value seen up to the cut-off"
    ),
    "error": Label("中位数的绝对误差，同上", "Absolute error of the median, likewise"),
    **{
        f"{key}_{rule.value}": Label(f"“{label.zh}”的{words.zh}", words.en.format(lower_first(label.en)))
        for rule, label in LABELS.items()
        for key, words in RULE_SCORES.items()
    },
    "pit": Label("PIT：低于观测值的世界所占比重", "PIT: share of the worlds below what was observed"),
    "inside_50": Label("50% 区间含有的比重", "Share inside the 50 % interval"),
    "inside_90": Label("90% 区间含有的比重", "Share inside the 90 % interval"),
    "miss_test": Label(
        f"90% 区间漏出次数的二项检验 p 值，低于 {REJECTED_BELOW:g} 为不符",
        f"Binomial test of the misses of the 90 % interval; below {REJECTED_BELOW:g} they do not agree with it",
    ),
}
NUMBER_COLUMNS: Mapping[str, Label] = {
    "number": Label("参数", "Number"),
    "prior_low": Label("校准前 5%", "5 % before the past"),
    "prior_median": Label("校准前中位数", "Median before the past"),
    "prior_high": Label("校准前 95%", "95 % before the past"),
    "posterior_low": Label("校准后 5%", "5 % after the past"),
    "posterior_median": Label("校准后中位数", "Median after the past"),
    "posterior_high": Label("校准后 95%", "95 % after the past"),
    "unit": Label("单位", "Unit"),
}


def write_tables(folder: Path, found: Hindcast) -> None:
    """Write the tables into an existing folder."""
    write_csv(folder / "hindcast.csv", list(HINDCAST), hindcast_rows(found))
    write_csv(folder / "scores.csv", list(SCORES), score_rows(found))
    columns = {"hindcast.csv": HINDCAST, "scores.csv": SCORES}
    if found.projection.calibrated.posterior is not None:
        write_csv(folder / "numbers.csv", list(NUMBER_COLUMNS), number_rows(found))
        columns["numbers.csv"] = NUMBER_COLUMNS
    told = {name: {key: {"zh": label.zh, "en": label.en} for key, label in own.items()} for name, own in columns.items()}
    write_columns(folder, told)


def hindcast_rows(found: Hindcast) -> Iterator[Row]:
    """Observed values up to the cut-off, then every year's end, and every quarter with a value held back."""
    projection = found.projection
    for subject, values in projection.values.items():
        unit, before = shown_unit(MEASURES[subject[0]]), projection.series.get(subject)
        held = {p.quarter: p.value for p in found.held if (p.measure, p.scope) == subject}
        if before is not None:
            for quarter, value in zip(before.quarters, before.values, strict=True):
                yield (*subject, quarter_name(quarter), "used", value, *[None] * (len(SHARES) + len(Rule)), unit)
        for row, worlds in enumerate(values):
            quarter = projection.cutoff + row
            if not row or np.isnan(worlds).any() or not (quarter in held or quarter % 4 == 3):
                continue
            role, seen = ("held", held[quarter]) if quarter in held else ("projected", None)
            ensemble = Ensemble.of(worlds, projection.weights)
            quantiles = [ensemble.quantile(share) for share in SHARES]
            rules = [None if before is None else fitted(rule, before).median(quarter) for rule in Rule]
            yield (*subject, quarter_name(quarter), role, seen, *quantiles, *rules, unit)


def score_rows(found: Hindcast) -> Iterator[Row]:
    yield from map(_each, found.scores)
    yield from map(_together, found.summaries)


def _each(s: Score) -> Row:
    rules = [v for rule in Rule for v in ((None, None) if s.rules is None else (s.rules[rule].crps, s.rules[rule].error))]
    ends = (s.pit, float(s.inside_50), float(s.inside_90), None)
    return (EACH, "/".join(s.subject), quarter_name(s.quarter), 1, s.observed, s.median, s.crps, s.error, *rules, *ends)


def _together(s: Summary) -> Row:
    rules = [None if np.isnan(v) else v for rule in Rule for v in (s.rules[rule].crps, s.rules[rule].error)]
    return (s.kind, s.name, None, s.n, None, None, s.crps, s.error, *rules, None, s.share_50, s.share_90, s.miss_test)


def number_rows(found: Hindcast) -> Iterator[Row]:
    for key, (before, after) in ranges_before_and_after(found.projection).items():
        yield (NUMBERS[key].en, *before, *after, UNITS[key])
