"""docs/evidence.md and docs/evidence.zh.md: what a folder of evidence says, in tables, between the words of their templates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from wutong.experiments.answers import Answer
from wutong.experiments.calibration.calibrations import CALIBRATIONS
from wutong.experiments.calibration.ranks import Verdict as Ranks
from wutong.experiments.documents.markdown import DOCS, document, table, write
from wutong.experiments.documents.smaller import smaller
from wutong.experiments.errors import ResultsError
from wutong.experiments.evidence.outputs import Asked, asked_in, kept_answers
from wutong.experiments.evidence.scorecard import KINDS, VERDICTS, Kind, Verdict
from wutong.experiments.evidence.steps import STEPS
from wutong.experiments.hindcast.naive import Rule
from wutong.experiments.manifest import Status, read_manifest
from wutong.experiments.results import Cell
from wutong.experiments.wording import number
from wutong.model.facts import Label

LANGUAGES = {"en": "evidence", "zh": "evidence.zh"}
PICTURES = ("scorecard", "posterior-laptop_wave")
ALL_BANDS = "all"
UNITS = {"1": Label("–", "1"), "share": Label("比重", "share"), "firms": Label("家", "firms"), "1/year": Label("每年", "1/year"),
         "1/亿元": Label("每亿元", "1/亿元")}  # fmt: skip
RANKS: Mapping[Ranks, Label] = {
    Ranks.EVEN: Label("均匀", "even"),
    Ranks.NARROW: Label("范围过窄", "range too narrow"),
    Ranks.WIDE: Label("范围过宽", "range too wide"),
    Ranks.LOW: Label("偏低", "leans low"),
    Ranks.HIGH: Label("偏高", "leans high"),
    Ranks.OTHER: Label("不均匀", "uneven"),
    Ranks.UNKNOWN: Label("次数太少", "too few truths"),
}
YES_NO = {"yes": Label("是", "yes"), "no": Label("否", "no")}
DEFINITIONS = {"stated": Label("按原文", "stated"), "joint": Label("同时实现", "joint")}


def write_evidence(folder: Path) -> list[Path]:
    """Write both documents and their pictures from a finished folder of evidence.

    Raises
    ------
    ResultsError
        If the folder is not finished, or lacks a step.
    """
    record = read_manifest(folder)
    asked = asked_in(record)
    lacking = [key for key in STEPS if key not in asked.steps]
    if record.status is not Status.COMPLETE or lacking:
        zh, en = f"“{folder}”不是完整的证据文件夹", f"{folder} is no finished folder of all the evidence"
        raise ResultsError(Label(zh, en))
    answers, written = kept_answers(folder), list[Path]()
    for language, name in LANGUAGES.items():
        written.append(DOCS / f"{name}.md")
        write(written[-1], evidence_text(answers, asked, language))
        for picture in PICTURES:
            written.append(DOCS / "figures" / f"{picture}_{language}.png")
            written[-1].write_bytes(smaller((folder / "figures" / language / f"{picture}.png").read_bytes()))
    return written


def evidence_text(answers: Sequence[Answer], asked: Asked, language: str) -> str:
    """The whole document in one language.

    Parameters
    ----------
    asked : how many worlds, and from which seed
    """
    by_key = {answer.key: answer for answer in answers}
    n, seed = asked.n, asked.seed
    worlds = Label(f"记分卡和各项目标各用 {n} 次模拟，随机种子为 {seed}。", f"{n} worlds of each kind, seed {seed}.")
    blocks = {
        "parameters": parameter_table(by_key["calibrated_parameters"], language),
        "figures": figure_table(by_key["calibrated_figures"], language),
        "scorecard": scorecard_table(by_key["scorecard"], language),
        "hindcasts": hindcast_table(by_key["hindcasts"], language),
        "goals": goal_table(by_key["goals_in_depth"], language),
        "worlds": worlds.in_language(language),
    }
    return document(LANGUAGES[language], blocks)


# ── Tables ───────────────────────────────────────────────────────────────────────────────────────────────────────────
def parameter_table(answer: Answer, language: str) -> str:
    """Every calibrated parameter before and after."""
    rows = (
        (
            CALIBRATIONS[str(row["calibration"])].label.in_language(language),
            str(row[f"label_{language}"]),
            _told(UNITS, row["unit"], language),
            _range(row, ("prior_q05", "prior_q50", "prior_q95"), language),
            _range(row, ("q05", "q50", "q95"), language),
            _share(row["narrowed"], language, 0),
            RANKS[Ranks(str(row["ranks"]))].in_language(language) if row["ranks"] else "–",
            _share(row["coverage"], language),
        )
        for row in _rows(answer)
    )
    zh = "校准 参数 单位 校准前 校准后 剩余宽度 已知真值检验 真值落在九成范围内"
    en = "Calibration|Parameter|Unit|Before|After|Width left|Ranks of known truths|Truths inside 90 %"
    return _table(zh, en, rows, language)


def figure_table(answer: Answer, language: str) -> str:
    """Every figure with what is foreseen of it."""
    rows = (
        (
            CALIBRATIONS[str(row["calibration"])].label.in_language(language),
            str(row[f"label_{language}"]),
            _number(row["seen"]),
            _share(row["error"], language, 0),
            _range(row, ("q05", "q50", "q95"), language),
            _range(row, ("foreseen_q05", "foreseen_q50", "foreseen_q95"), language),
            _told(YES_NO, row["inside"], language),
            str(row["source"]),
        )
        for row in _rows(answer)
    )
    zh = "校准 数据 实际 误差 校准后 只用其余数据预测 实际在预测范围内 来源"
    return _table(zh, "Calibration|Figure|Seen|Error|After|Foreseen from the others|Inside|Source", rows, language)


def scorecard_table(answer: Answer, language: str) -> str:
    """Every fact with its target and verdict."""
    rows = (
        (
            KINDS[Kind(str(row["kind"]))].in_language(language),
            str(row[f"label_{language}"]),
            f"{_number(row['target_low'])}–{_number(row['target_high'])}",
            _range(row, ("q05", "q50", "q95"), language),
            VERDICTS[Verdict(str(row["verdict"]))].in_language(language),
            str(row["source"]),
        )
        for row in _rows(answer)
    )
    zh = "类别 事实 目标 模型：中位数（九成范围） 判定 目标的来源"
    return _table(zh, "Kind|Fact|Target|Model: median (90 % of worlds)|Verdict|Source of the target", rows, language)


def hindcast_table(answer: Answer, language: str) -> str:
    """Every hindcast with its scores."""
    alone = Label("（不计入合并）", " (not pooled)").in_language(language)
    comma = Label("，", ", ").in_language(language)
    rows = (
        (
            f"`{row['park']}`{comma}{row['cutoff']}" + ("" if row["pooled"] == "yes" else alone),
            str(row["n"]),
            _share(row["crps"], language),
            str(row["n_compared"]),
            *(_share(row[key], language) for key in ("crps_compared", *(f"crps_{rule.value}" for rule in Rule), "best_rule")),
            _of(row["inside_90"], row["n"], language),
            _of(row["inside_50"], row["n"], language),
            ", ".join(str(row[f"pit_{i + 1}"]) for i in range(5)),
        )
        for row in _rows(answer)
    )
    zh = "园区，截止年份 检验的数 模型 其中可比 模型（可比） 增速不变 维持最后值 每年增量相同 增速渐缓 "
    en = "Park, cut-off|Values|Model|Comparable|Model, these|Constant growth|Last value|Same amount|Damped|"
    zh, en = f"{zh}最好的简单办法 落在90%区间 落在50%区间 五等分", f"{en}Best rule|In 90 %|In 50 %|PIT in fifths"
    return _table(zh, en, rows, language)


def goal_table(answer: Answer, language: str) -> str:
    """Chance of every goal, overall and per band of the entry rate."""
    between = Label(" 至 ", " to ").in_language(language)
    rows = (
        (
            str(row[f"title_{language}"]),
            _told(DEFINITIONS, row["definition"], language),
            _band(row, language),
            _of(row["attained"], row["n"], language),
            f"{_share(row['prob_low'], language)}{between}{_share(row['prob_high'], language)}",
        )
        for row in _rows(answer)
        if row["n"] and (row["definition"] == "stated" or (row["definition"] == "joint" and not row["measure"]))
    )
    zh = "目标 口径 每年进入的企业 实现的模拟 可能性（90%区间）"
    return _table(zh, "Goal|Definition|Entrants a year|Reached|Chance, 90 % interval", rows, language)


# ── Cells ────────────────────────────────────────────────────────────────────────────────────────────────────────────
def _table(zh: str, en: str, rows: Iterable[Sequence[str]], language: str) -> str:
    """A table under heads of one language: Chinese ones with a blank between them, English ones with a bar."""
    return table(zh.split() if language == "zh" else en.split("|"), rows)


def _rows(answer: Answer) -> list[dict[str, Cell]]:
    return [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]


def _told(labels: Mapping[str, Label], value: Cell, language: str) -> str:
    """What a cell says in words; as it stands where there are none for it."""
    return labels[str(value)].in_language(language) if str(value) in labels else str(value)


def _range(row: Mapping[str, Cell], names: tuple[str, str, str], language: str) -> str:
    low, middle, high = (_number(row[name]) for name in names)
    return Label(f"{middle}（{low}–{high}）", f"{middle} ({low}–{high})").in_language(language)


def _number(value: Cell) -> str:
    return number(float(value)) if isinstance(value, int | float) else "–"


def _share(value: Cell, language: str, digits: int = 1) -> str:
    if not isinstance(value, int | float):
        return "–"
    return f"{100.0 * value:.{digits}f}{'%' if language == 'zh' else ' %'}"


def _of(part: Cell, n: Cell, language: str) -> str:
    return Label(f"{part}/{n}", f"{part} of {n}").in_language(language)


def _band(row: Mapping[str, Cell], language: str) -> str:
    if row["entry_band"] == ALL_BANDS:
        return Label("全部", "all").in_language(language)
    return f"{_number(row['entry_low'])}–{_number(row['entry_high'])}"
