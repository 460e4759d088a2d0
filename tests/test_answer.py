"""The answer in words: honest at the edges, never more than the interval, readable in a terminal."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
import unicodedata

import numpy as np
import pytest
import synthetic

from wutong.experiments import answer, wording
from wutong.experiments.goals import mean_difference, wilson
from wutong.experiments.outcomes import uneven_text
from wutong.model.facts import Label
from wutong.model.units import quarter


def cells(text):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def test_none_of_a_hundred_is_not_impossible():
    zh, en = (answer.answer([synthetic.history()], language) for language in ("zh", "en"))
    assert "软件企业数到 2025 年底达到 2,000 家的可能性低于 3%" in zh
    assert "Software firms (2,000 firms by the end of 2025), under 3%" in en
    assert not any(word in zh + en for word in ("不可能", "impossible", " 0%", "100%"))


@pytest.mark.parametrize(
    ("count", "n", "zh", "en"),
    [
        (0, 100, "低于 3%", "under 3%"),
        (100, 100, "高于 97%", "over 97%"),
        (0, 5, "低于 36%", "under 36%"),
        (0, 0, "不予判定", "not judged"),
        (1, 1000, "约 1%（90% 区间 0%–1%）", "about 1% (90% interval 0–1%)"),
        (999, 1000, "约 99%（90% 区间 99%–100%）", "about 99% (90% interval 99–100%)"),
        (7, 100, "约 7%（90% 区间 3%–13%）", "about 7% (90% interval 3–13%)"),
    ],
)
def test_chances_in_words(count, n, zh, en):
    assert wording.chance(wilson(count, n), "zh") == zh
    assert wording.chance(wilson(count, n), "en") == en


@pytest.mark.parametrize(
    ("value", "unit", "zh", "en"),
    [
        (800.0, "亿元", "800 亿元", "80 billion CNY"),
        (5000.0, "亿元/year", "5,000 亿元/年", "500 billion CNY/year"),
        (2.5, "亿元", "2.5 亿元", "250 million CNY"),
        (60000.0, "persons", "6 万人", "60 thousand people"),
        (812.0, "persons", "812 人", "812 people"),
        (0.547, "share", "54.7%", "54.7%"),
        (12.0, "firms/quarter", "12 家/季", "12 firms/quarter"),
        (-0.25, "wafers", "−0.25 wafers", "−0.25 wafers"),
        (0.0, "亿元", "0 万元", "0 million CNY"),
    ],
)
def test_amounts_in_the_units_of_the_reader(value, unit, zh, en):
    assert wording.amount(value, unit, "zh") == zh
    assert wording.amount(value, unit, "en") == en


def test_a_date_is_said_once_and_in_words():
    history = synthetic.history(n_worlds=10)
    case = history.cases[0]
    named = dataclasses.replace(case.scenario.targets[1], label=Label("2025年软件企业数", "Software firms 2025"))
    early = dataclasses.replace(case.scenario.targets[1], by=quarter("2027Q1"))
    cases = tuple(
        dataclasses.replace(c, scenario=dataclasses.replace(case.scenario, targets=(named, early))) for c in history.cases
    )
    told = dataclasses.replace(history, cases=cases)
    zh, en = answer.answer([told], "zh"), answer.answer([told], "en")
    assert "2025年软件企业数达到 2,000 家" in zh
    assert "软件企业数到 2027 年一季度末达到" in zh
    assert "Software firms 2025 (2,000 firms), " in en
    assert "by the end of 2027Q1" in en


def test_the_answer_names_what_is_missing_and_what_is_not_judged():
    zh = answer.answer([synthetic.history()], "zh")
    assert "缺口最大的是软件业务收入：中位数只有目标的 8%" in zh
    assert "不予判定：同位素药物产业集群（2035 年）、西部生命芯谷（2035 年）" in zh
    assert "\n" not in zh


def test_equal_policies_differ_in_nothing_and_noise_is_not_a_difference():
    base = synthetic.history(n_worlds=30)
    twin = synthetic.history("as_announced", 30, 0.0)
    assert "以上目标的数值完全相同" in answer.answer([base, twin], "zh")
    noise = {k: v.copy() for k, v in twin.values.items()}
    for key in ("firms", "employees", "revenue"):
        noise[key][:, ::2] *= 1.01
        noise[key][:, 1::2] *= 1 / 1.01
    noisy = dataclasses.replace(twin, values=noise)
    assert "看不出" in answer.answer([base, noisy], "zh")
    assert "no mean difference" in answer.answer([base, noisy], "en")


def test_a_clear_difference_is_told_with_its_interval_and_direction():
    base, other = synthetic.history(n_worlds=50), synthetic.history("recruit", 50, 0.05)
    assert "软件企业数平均多" in answer.answer([base, other], "zh")
    assert "软件企业数平均少" in answer.answer([base, other], "zh", baseline="recruit")
    assert "firms) more" in answer.answer([base, other], "en")
    with pytest.raises(ValueError, match="no run of policy 'nothing'"):
        answer.answer([base, other], "zh", baseline="nothing")


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", [80, 120])
def test_table_fits_the_terminal_and_loses_nothing(language, width):
    histories = synthetic.histories(3, 20)
    table = answer.terminal_table(histories, language, width)
    assert max(cells(line) for line in table.splitlines()) <= width
    assert "…" not in table
    assert ("未判定" if language == "zh" else "not judged") in table.replace("\n", " ")


def test_words_need_neither_rich_nor_matplotlib():
    code = (
        "import sys, experiments.answer, experiments.results; print(sorted({'rich', 'matplotlib', 'pandas'} & set(sys.modules)))"
    )
    found = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=answer.__file__[: -len("experiments/answer.py")],
    )
    assert found.stdout.strip() == "[]"


def with_notes(history):
    scenario = history.cases[0].scenario
    notes = {"software_firms_2025": Label("以在营企业计。", "Operating firms."), "isotope_2035": Label("不判定", "Later.")}
    noted = tuple(dataclasses.replace(t, note=notes.get(t.key, t.note)) for t in scenario.targets)
    cases = tuple(dataclasses.replace(c, scenario=dataclasses.replace(scenario, targets=noted)) for c in history.cases)
    return dataclasses.replace(history, cases=cases)


def test_it_says_what_the_judged_goals_count_and_how_the_others_would_be_judged():
    history = with_notes(synthetic.history(n_worlds=10))
    zh, en = answer.answer([history], "zh"), answer.answer([history], "en")
    assert "口径：“软件企业数”以在营企业计。" in zh and "Definitions: “Software firms”: Operating firms. " in en
    assert "不判定" not in zh and "Later" not in en
    assert "要判定，运行时加上 --until 2035Q4。" in zh and "to have them judged, run with --until 2035Q4." in en
    assert "口径" not in answer.answer([synthetic.history(n_worlds=10)], "zh")
    assert "概率和平均差后的区间只反映模拟次数有限" in zh and "九成范围" in zh


@pytest.mark.parametrize(
    ("pairs", "zh", "en"),
    [
        ([10.0, 11.0, 12.0], "", ""),
        ([40.0, 41.0, 300.0], "，但一半的模拟只多 41 家以内", ", though half of the runs have at most 41 firms more"),
        ([-40.0, -41.0, -300.0], "，但一半的模拟只少 41 家以内", ", though half of the runs have at most 41 firms less"),
        ([0.0, 0.0, 30.0], "，但至少一半的模拟没有增加", ", though at least half of the runs do not gain"),
        ([0.01, 0.01, 30.0], "，但至少一半的模拟几乎没有增加", ", though at least half of the runs hardly gain"),
        ([-3.0, -2.0, 30.0], "，但一半的模拟反而少 2 家以上", ", though half of the runs have at least 2 firms less"),
        ([30.0, 30.0, -30.0], "，有一半的模拟多 30 家以上", ", though half of the runs have at least 30 firms more"),
    ],
)
def test_the_middle_pair_is_told_where_a_few_pairs_make_the_mean(pairs, zh, en):
    found = mean_difference(np.array(pairs))
    assert (uneven_text(found, "firms", "zh"), uneven_text(found, "firms", "en")) == (zh, en)
