"""What hangs in the gallery: every public picture function, the line of Python and the command that make it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from wutong.experiments.plan import Plan, Request, plan_of
from wutong.experiments.questions import (
    Attribute,
    Chain,
    Compare,
    Conditions,
    Dose,
    Goals,
    Late,
    Levers,
    Mix,
    Question,
    Sensitivity,
    equal_levels,
)
from wutong.model.facts import Label

ANCHOR = "crmicro_12"  # opens during the runs
SHORT, LONG = "2025Q4", "2030Q4"
PARENT = "cec_digital"  # of a family


@dataclass(frozen=True)
class Room:
    """Runs that several pictures share: what is asked of which scenarios and policies."""

    command: str
    request: Request
    question: Callable[[Plan, int], Question]

    def plan(self) -> Plan:
        """The plan without what the question adds."""
        return plan_of(self.request)


def _request(n: int, until: str, policies: tuple[str, ...] = ("none",), scenarios: tuple[str, ...] = ("baseline",)) -> Request:
    return Request(scenarios, policies, tuple(range(n)), until=until)


def _levers(plan: Plan, jobs: int) -> Question:
    return Levers(money=0.5, levels=tuple(one.policy.settings[0].level for one in equal_levels(plan, 0.5, jobs)))


SCENARIOS, POLICIES = ("baseline", "talent_shortage", "weak_demand"), ("none", "as_announced", "balanced", "labs_first")
ROOMS = {
    "run": Room("run baseline --policy none", _request(60, LONG), lambda *_: Goals()),
    "compare": Room(
        f"compare {' '.join(SCENARIOS)} " + " ".join(f"--policy {p}" for p in POLICIES),
        _request(24, SHORT, POLICIES, SCENARIOS),
        lambda *_: Compare(),
    ),
    "goals": Room("goals", _request(60, SHORT), lambda *_: Conditions()),
    "late": Room("goals --late as_announced", _request(16, SHORT, ("as_announced",)), lambda *_: Late()),
    "levers": Room("levers --money 0.5", _request(16, SHORT), _levers),
    "dose": Room("levers --dose landing_subsidy", _request(16, SHORT), lambda *_: Dose(lever="landing_subsidy")),
    "mix": Room("levers --mix as_announced", _request(24, SHORT, ("as_announced",)), lambda *_: Mix()),
    "sensitivity": Room("sensitivity", _request(100, SHORT), lambda *_: Sensitivity()),
    "attribute": Room(f"attribute --of {ANCHOR}", _request(24, LONG), lambda *_: Attribute((ANCHOR,))),
    "chain": Room("chain", _request(24, SHORT), lambda *_: Chain()),
}  # fmt: skip


@dataclass(frozen=True)
class Exhibit:
    """A picture: the function that draws it, in which room, under which name there, and how it is made by hand.

    Attributes
    ----------
    room : key of ``ROOMS``; empty where the command has runs of its own
    """

    function: str
    room: str
    name: str
    title: Label
    line: str
    command: str = ""

    @property
    def asked(self) -> str:
        """The command as it is typed."""
        return self.command or f"python run.py {ROOMS[self.room].command}"


def _of(function: str, room: str, name: str, zh: str, en: str, line: str, command: str = "") -> Exhibit:
    return Exhibit(function, room, name, Label(zh, en), line, command)


EXHIBITS = (
    _of("trajectory", "run", "revenue-software", "一项指标的走势与目标", "A measure over time, with its goal",
        'plots.trajectory(results.histories(), "revenue", "software", "LANGUAGE")'),
    _of("industries", "run", "revenue-by-industry", "各产业的走势", "Small multiples by industry",
        'plots.industries(results.histories(), "revenue", "LANGUAGE")'),
    _of("attainment", "run", "goals", "各项目标的达标概率", "The chance of every goal",
        'plots.attainment(results.histories(), "LANGUAGE")'),
    _of("knowledge_pipeline", "run", "labs", "实验室：从基础研究到企业", "Labs, from basic research to firms",
        'plots.knowledge_pipeline(results.histories()[0], "LANGUAGE")'),
    _of("differences", "compare", "baseline/difference-revenue-software",
        "各方案与基准的配对差", "What each policy changes, run by run",
        'plots.differences(histories, "revenue", "software", "LANGUAGE")'),
    _of("cost_effect", "compare", "baseline/cost-effect-revenue-software", "花了多少，多了多少", "Cost against effect",
        'plots.cost_effect(histories, "revenue", "software", "LANGUAGE")'),
    _of("regret_table", "compare", "regret", "各情景下的遗憾", "Regret across scenarios",
        'plots.regret_table(results.histories(), "LANGUAGE")'),
    _of("attainment_by_band", "goals", "goals-by-entry", "达标概率与进入率", "The chance of goals by the entry rate",
        'plots.attainment_by_band(histories, "LANGUAGE")'),
    _of("goal_map", "goals", "goal-map-runs-software_revenue_2025", "目标在什么条件下达到", "Where a goal is reached",
        'plots.goal_map(drawn_map(history, target), "LANGUAGE")'),
    _of("late_starts", "late", "late-starts-software_revenue_2025", "各工具最迟何时开始", "How late each lever may start",
        'plots.late_starts([late_starts(base, lever, by_start, target)], "LANGUAGE")'),
    _of("tornado", "levers", "tornado", "同样成本，哪项工具改变最多", "One lever at a time, at equal cost",
        'plots.tornado(base, others, outcome, 0.5, "LANGUAGE")'),
    _of("dose", "dose", "dose-landing_subsidy", "一项工具的力度与效果", "Dose and response of a lever",
        'plots.dose(base, others, outcome, "LANGUAGE")'),
    _of("mix", "mix", "mix", "组合中各工具的份额与各种组合", "A mix of levers taken apart",
        'plots.mix(policy, histories, outcome, "LANGUAGE")'),
    _of("sensitivity_dots", "sensitivity", "sensitivity-software_revenue_2025",
        "目标取决于哪些数", "On which numbers a goal hangs",
        'plots.sensitivity_dots(goals_of(history)[0], "LANGUAGE")'),
    _of("accounts_event", "attribute", f"{ANCHOR}-firms", "龙头带来什么：两种算法", "What an anchor brought, on both accounts",
        'plots.accounts_event(attributed(present, absent, anchor), "firms", "LANGUAGE")'),
    _of("anchor_event", "", "event", "有无龙头，按环节远近", "With and without an anchor, by how close a segment stands",
        'plots.anchor_event(present, absent, "extra_laptop_maker", "firms", "LANGUAGE")',
        "python -m wutong.experiments.documents pattern"),
    _of("family_tree", "", "family", "一次模拟中的企业家族", "A family of firms in one world",
        f'plots.family_tree(of, [family_of(of, "{PARENT}")], "LANGUAGE")',
        f"python run.py portrait --of {PARENT} --until {LONG}"),
    _of("site_map", "", "sites", "一次模拟中的片区与企业", "Sites and firms in one world",
        'plots.site_map(of, of.ledger.end, "LANGUAGE")', f"python run.py portrait --until {SHORT}"),
    _of("chain", "chain", f"chain-{SHORT}", "延链补链强链图", "The chain map",
        f'plots.chain(history, quarter("{SHORT}"), "LANGUAGE")'),
    _of("posterior", "", "posterior",
        "校准前后的参数与预测的数据", "A calibration: parameters before and after, figures foreseen",
        'plots.posterior(posterior_of(FUNNEL, table_of(FUNNEL, 3_000)), "LANGUAGE")', "python run.py calibrate funnel"),
    _of("hindcast_picture", "", "hindcast", "用过去的数据推演其后", "Projected from a past date on",
        'plots.hindcast_picture(found, "LANGUAGE")', "python run.py hindcast sophia_antipolis_1999 --until 1999"),
    _of("pit_histogram", "", "pit", "推演的区间是否得当", "Are the bands of a hindcast as wide as they should be?",
        'plots.pit_histogram(found, "LANGUAGE")', "python run.py hindcast sophia_antipolis_1999 --until 1999"),
    _of("scorecard", "", "scorecard", "模型与典型事实", "The model against stylised facts",
        'plots.scorecard(scorecard(seen(100, 1), FACTS), "LANGUAGE")', "python run.py evidence"),
)  # fmt: skip
