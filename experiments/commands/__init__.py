"""The command line.  Only what the help needs is imported here; commands import the rest when they run."""

from __future__ import annotations

import signal
from typing import Annotated

import typer

import wutong
from wutong.experiments.commands.asking import attribute, chain, goals, levers
from wutong.experiments.commands.checking import check
from wutong.experiments.commands.comparing import compare
from wutong.experiments.commands.creating import new
from wutong.experiments.commands.evidencing import calibrate, evidence
from wutong.experiments.commands.exits import Exit, say
from wutong.experiments.commands.exporting import export
from wutong.experiments.commands.hindcasting import hindcast
from wutong.experiments.commands.language import told
from wutong.experiments.commands.listing import list_entries
from wutong.experiments.commands.options import Lang
from wutong.experiments.commands.portraying import portrait
from wutong.experiments.commands.preparing import prepare
from wutong.experiments.commands.reporting import report
from wutong.experiments.commands.resuming import rerun, resume
from wutong.experiments.commands.running import main_job, run
from wutong.experiments.commands.sensing import sensitivity
from wutong.experiments.commands.streams import lost_output, make_lasting
from wutong.experiments.commands.sweeping import sweep
from wutong.experiments.commands.usage import Commands

ABOUT = told(
    "梧桐：产业园区如何围绕龙头企业成长。不带命令时运行主任务：科学城基准情景，比较“不新增政策”与“按已公布政策”。",
    "Wutong: how an industrial park grows around its anchor firms. Without a command it runs the main job: "
    "the Science City baseline, without new policy and with what is announced.",
)
SUMMARIES = {
    goals: told("目标细看：缺什么、要什么条件、最晚何时", "Goals in depth: what is missing, what it would take, until when."),
    levers: told("比较单个工具：同样花费、不同力度、组合中的份额", "Compare single levers: at equal cost, by level, in a mix."),
    attribute: told(
        "每个龙头带来了什么：按来源，以及与没有它的同一批模拟相比",
        "What each anchor brought: by name, and by the worlds without it.",
    ),
    evidence: told(
        "证据：校准、典型事实记分卡、回推检验、各项目标", "The evidence: calibrations, scorecard of facts, hindcasts, goals."
    ),
    calibrate: told("校准：哪些参数取值与实际数据相符", "Which parameters agree with what was seen; writes their draws."),
    hindcast: told(
        "用过去的数据推演其后，再与实际对照", "Project a park from a past date on and score it against what was seen later."
    ),
    portrait: told(
        "细看一次模拟：每家企业的来去、龙头的家族树、片区示意图和动画",
        "One world firm by firm: ledger, family trees, sites, animation.",
    ),
    sensitivity: told(
        "敏感性：结论有多少取决于没有来源的数，最值得去量什么",
        "How much of the answer hangs on numbers without a source, and what to measure.",
    ),
    chain: told("产业链图：哪一环缺、谁会用", "The chain map: which link is missing, and who would use it."),
    compare: told("比较政策方案：差多少、多大把握、花多少钱", "Compare policies: how much, how sure, at what cost."),
    sweep: told("运行一个试验设计：同时变动多个假设和政策工具", "Run a design: levers and assumptions varied together."),
    resume: told("继续运行被中断的实验", "Go on with an experiment that was interrupted."),
    rerun: told("重新运行一个实验中的一次", "Run one run of an experiment again."),
    run: told("运行情景并保存结果", "Run scenarios and keep the results."),
    export: told("导出全部运行，供其他程序使用", "Export every run for other programs."),
    list_entries: told("列出情景、政策方案、试验设计、政策工具、指标和参数", "List what there is to choose from."),
    check: told("检查情景、政策方案、园区和设计文件，不运行", "Check scenario, policy, park and design files; run nothing."),
    new: told(
        "新建情景、政策方案、园区、试验设计或龙头往事的文件", "Write files of a new scenario, policy, park, design or episode."
    ),
    prepare: told("预先准备计算引擎，一台电脑只需一次", "Prepare the engine beforehand, once on a computer."),
    report: told("写成一个网页文件的报告，可离线阅读和打印", "Write the report: one web page to read offline and to print."),
}

app = typer.Typer(
    name="wutong", cls=Commands, help=ABOUT, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False
)
# answers, results, files, evidence: in this order the help shows them
app.command("run", help=SUMMARIES[run])(run)
app.command("compare", help=SUMMARIES[compare])(compare)
app.command("goals", help=SUMMARIES[goals])(goals)
app.command("levers", help=SUMMARIES[levers])(levers)
app.command("attribute", help=SUMMARIES[attribute])(attribute)
app.command("chain", help=SUMMARIES[chain])(chain)
app.command("portrait", help=SUMMARIES[portrait])(portrait)
app.command("sweep", help=SUMMARIES[sweep])(sweep)
app.command("resume", help=SUMMARIES[resume])(resume)
app.command("report", help=SUMMARIES[report])(report)
app.command("export", help=SUMMARIES[export])(export)
app.command("rerun", help=SUMMARIES[rerun])(rerun)
app.command("list", help=SUMMARIES[list_entries])(list_entries)
app.command("check", help=SUMMARIES[check])(check)
app.command("new", help=SUMMARIES[new])(new)
app.command("prepare", help=SUMMARIES[prepare])(prepare)
app.command("hindcast", help=SUMMARIES[hindcast])(hindcast)
app.command("calibrate", help=SUMMARIES[calibrate])(calibrate)
app.command("evidence", help=SUMMARIES[evidence])(evidence)
app.command("sensitivity", help=SUMMARIES[sensitivity])(sensitivity)


def show_version(context: typer.Context, asked: bool) -> None:  # noqa: FBT001 - called by Typer
    if asked and not context.resilient_parsing:
        print(wutong.__version__)
        raise typer.Exit


Version = Annotated[bool, typer.Option("--version", callback=show_version, is_eager=True, help=told("版本", "version"))]


@app.callback(invoke_without_command=True)
def start(context: typer.Context, lang: Lang = None, version: Version = False) -> None:  # noqa: ARG001 - shown by its callback
    context.obj = lang
    if context.invoked_subcommand is None:
        main_job(lang)


def main() -> None:
    """Run the command line that the user typed."""
    make_lasting()
    for name in ("SIGTERM", "SIGHUP"):  # being told to end, or the terminal that goes, keeps what finished, like Ctrl-C
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler)
    try:
        app()
    except SystemExit as ended:
        lost = lost_output()
        if lost and not ended.code:
            say(told(f"标准输出无法写入：{lost}", f"Standard output could not be written: {lost}"))
            raise SystemExit(Exit.SOME_FAILED) from None
        raise
