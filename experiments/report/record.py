"""How the results came about: what is to be noticed first, the method in short, and the record of the experiment."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from wutong.experiments.manifest import Status
from wutong.experiments.report.material import FEW, Material, said, shortened
from wutong.experiments.report.page import Block, Cell, Facts, Heading, Points, Section, Table
from wutong.experiments.wording import DASH, number
from wutong.model.facts import Label

MOST_FAILURES = 20
METHOD = (
    Label(
        "每次运行都重新抽取不确定的假设和运气；图中的线是中位数，深色带包含一半的运行，浅色带包含九成。",
        "Every run draws the uncertain assumptions and its chance anew; lines of pictures are medians, dark bands hold half of "
        "the runs, light ones nine in ten.",
    ),
    Label(
        "达到目标的可能性是达标运行的比例，区间为 90% 的威尔逊区间；期限不在模拟期内的目标不予判定。",
        "The chance of a goal is the share of runs that reach it, with Wilson's 90% interval; a goal whose date the runs do not "
        "cover is not judged.",
    ),
    Label(
        "方案之间用相同的随机数逐次配对比较；没有配上对的运行不计入，失败的运行只计数，不补数。",
        "Policies are compared run by run on the same draws; runs without their pair are left out, and runs that failed are "
        "counted and never filled in.",
    ),
    Label(
        "模型的完整说明（ODD 规范）见项目文件 docs/ODD.md；全部数字见结果文件夹中的 CSV 文件，各列含义见 columns.json。",
        "docs/ODD.md of the project describes the model in full (ODD protocol); all numbers stand in the CSV files of the "
        "results folder, and columns.json says what their columns mean.",
    ),
)
STATUSES = {
    Status.RUNNING: Label("运行中或未正常结束", "running, or ended without a word"),
    Status.COMPLETE: Label("已完成", "complete"),
    Status.INTERRUPTED: Label("已中断", "interrupted"),
}


def notices(material: Material, language: str) -> list[str]:
    """What a reader must know before the answer: runs that are missing, that failed, that are few."""
    return [text for text in (_missing(material, language), _failed(material, language), *_thin(material, language)) if text]


def _missing(material: Material, language: str) -> str:
    n, total = material.runs.n_skipped, len(material.experiment.plan.cases)
    if not n:
        return ""
    return said(
        language,
        f"实验没有做完：计划 {total} 次运行，还有 {n} 次没有运行。以下只依据已完成的 {material.n_complete} 次，续跑后会变。",
        f"The experiment is not finished: of {total} runs planned, {n} have not run. What follows rests on the "
        f"{material.n_complete} that finished and will change.",
    )


def _failed(material: Material, language: str) -> str:
    n, total = len(material.runs.failures), len(material.experiment.plan.cases)
    if not n:
        return ""
    if n == total:
        return said(
            language,
            f"全部 {total} 次运行都失败了，没有任何结果。",
            f"No run finished: {n} of {total} failed. There is no result at all.",
        )
    zh = f"{total} 次运行中有 {n} 次失败，已剔除，没有补数；见“来历”。"
    en = f"{n} of {total} runs failed; they are left out and not filled in. See “Provenance”."
    return said(language, zh, en)


def _thin(material: Material, language: str) -> list[str]:
    found = []
    if material.histories and material.without_runs():
        names = [
            f"“{material.title_of(scenario.name, language)} · {material.title_of(policy.name, language)}”"
            for scenario, policy in material.without_runs()
        ]
        found.append(
            said(
                language,
                f"没有一次完成的运行：{shortened(names, language)}。",
                f"No run finished of {shortened(names, language)}.",
            )
        )
    n = min((len(history.cases) for history in material.main), default=FEW)
    if n == 1:
        zh = "每个方案只有一次运行：中位数就是这一次的数值，说明不了可能性有多大。"
        found.append(
            said(
                language, zh, "There is a single run of each: its values are no medians, and it says next to nothing of chances."
            )
        )
    elif n < FEW:
        zh = f"运行次数很少（{n} 次）：区间很宽，中位数还会变动；重要的判断请增加次数（-n）。"
        en = f"Runs are few ({n}): intervals are wide and medians will move; run more (-n) before deciding anything on them."
        found.append(said(language, zh, en))
    return found


def methods(language: str) -> Section:
    return Section("methods", said(language, "方法", "Methods"), [Points([line.in_language(language) for line in METHOD])])


def provenance(material: Material, language: str) -> Section:
    """The record of the experiment, and its failures."""
    blocks: list[Block] = [Facts(_facts(material, language)), _hashes(material, language)]
    blocks += [_failures(material, language)] if material.runs.failures else []
    return Section("provenance", said(language, "来历", "Provenance"), blocks)


def _facts(material: Material, language: str) -> list[tuple[str, str]]:
    record = material.experiment.record
    code = f"{record.code.version}{f' · {record.code.commit}' if record.code.commit else ''}"
    changed = said(language, "（有未提交的改动）", " (with uncommitted changes)") if record.code.dirty else ""
    counts = said(
        language,
        f"计划 {len(material.experiment.plan.cases)}，完成 {material.n_complete}，失败 {len(material.runs.failures)}，"
        f"未运行 {material.runs.n_skipped}",
        f"{len(material.experiment.plan.cases)} planned, {material.n_complete} finished, {len(material.runs.failures)} failed, "
        f"{material.runs.n_skipped} not run",
    )
    seconds = ", ".join(f"{stage} {number(value)} s" for stage, value in record.seconds.items()) or DASH
    entries = (
        (Label("命令", "Command"), shlex.join(record.argv)),
        (Label("状态", "Status"), STATUSES[record.status].in_language(language)),
        (Label("运行次数", "Runs"), counts),
        (Label("随机种子", "Seed"), str(record.seed)),
        (Label("重复编号", "Replications"), spans(record.replications)),
        (Label("开始", "Began"), record.started),
        (Label("结束", "Ended"), record.ended or DASH),
        (Label("用时", "Time taken"), seconds),
        (Label("版本", "Version"), code + changed),
        (Label("问题", "Question"), ", ".join(f"{key}={_plain(value)}" for key, value in record.question.items())),
        (Label("软件", "Packages"), ", ".join(f"{name} {version}" for name, version in record.packages.items())),
        (Label("环境", "Platform"), ", ".join(f"{name} {value}" for name, value in record.platform.items())),
    )
    return [(label.in_language(language), value) for label, value in entries]


def _plain(value: object) -> str:
    return "+".join(map(str, value)) if isinstance(value, list | tuple) else DASH if value is None else str(value)


def spans(numbers: Sequence[int]) -> str:
    """Whole numbers in words: ``0–99``, ``1, 3–5``."""
    found: list[list[int]] = []
    for n in sorted(numbers):
        if found and found[-1][1] == n - 1:
            found[-1][1] = n
        else:
            found.append([n, n])
    return ", ".join(f"{a}{DASH}{b}" if b > a else str(a) for a, b in found)


def _hashes(material: Material, language: str) -> Table:
    record = material.experiment.record
    rows = [[Cell(name), Cell(digest)] for name, digest in record.inputs.items()]
    rows.append([Cell(said(language, "模型代码", "code of the model")), Cell(record.model)])
    headings = [Heading(said(language, "文件", "File")), Heading("SHA-256")]
    return Table(said(language, "输入和模型的指纹", "Fingerprints of the inputs and of the model"), headings, rows)


def _failures(material: Material, language: str) -> Table:
    shown = material.runs.failures[:MOST_FAILURES]
    left = len(material.runs.failures) - len(shown)
    caption = said(
        language, "失败的运行；重现每次失败的命令见 failures.csv", "Runs that failed; failures.csv has the command for each"
    )
    if left:
        caption += said(language, f"；此处未列 {left} 次", f"; {left} are not listed here")
    headings = [
        Heading(said(language, "情景", "Scenario")),
        Heading(said(language, "政策方案", "Policy")),
        Heading(said(language, "重复编号", "Replication"), numeric=True),
        Heading(said(language, "季度", "Quarter")),
        Heading(said(language, "错误", "Error")),
    ]
    rows = [
        [
            Cell(material.title_of(f.case.scenario.name, language)),
            Cell(material.title_of(f.case.policy.name, language)),
            Cell(str(f.case.replication), float(f.case.replication)),
            Cell(f.quarter or DASH),
            Cell(f.error),
        ]
        for f in shown
    ]
    return Table(caption, headings, rows)
