"""A portrait: the history and the ledger of one world, and what its firms and anchors are called."""

from __future__ import annotations

from dataclasses import dataclass

from wutong.experiments.errors import ResultsError
from wutong.model.codes import Channel
from wutong.model.facts import Label
from wutong.model.history import History
from wutong.model.ledger import Ledger, ledger_of
from wutong.model.scenario import RECRUITED, Case, Park
from wutong.model.tables import NONE
from wutong.model.units import quarter_name

CHANNELS = {
    Channel.INITIAL: Label("起点已有", "there at the start"),
    Channel.SCHEDULED: Label("名单内龙头", "named anchor"),
    Channel.RECRUITED: Label("新招龙头", "recruited anchor"),
    Channel.FOLLOWED: Label("跟随龙头", "followed an anchor"),
    Channel.FIRM_SPIN_OFF: Label("企业衍生", "spin-off of a firm"),
    Channel.LAB_SPIN_OFF: Label("实验室衍生", "spin-off of a laboratory"),
    Channel.ATTRACTED: Label("一般进入", "came by itself"),
}
OWN_PLANTS = Label("自建厂房", "Own plants")
OWN_PLANTS_KEY = "own_plants"


@dataclass(frozen=True)
class Portrait:
    """One world, watched from its start to its end."""

    history: History
    ledger: Ledger

    @property
    def case(self) -> Case:
        return self.ledger.case

    @property
    def park(self) -> Park:
        return self.case.scenario.park

    @property
    def zones(self) -> tuple[tuple[str, Label], ...]:
        """Key and name of every zone, the projects' own plants last."""
        return (*((z.key, z.label) for z in self.park.zones), (OWN_PLANTS_KEY, OWN_PLANTS))

    def industry_of(self, row: int) -> str:
        """Key of a firm's industry."""
        return self.park.segments[int(self.ledger.segment[row])].industry

    def anchor_key(self, slot: int) -> str:
        """Key of an anchor; those recruited during the run are numbered in the order of their signing."""
        name = self.ledger.anchors[slot].name
        if name != NONE:
            return self.park.anchors[name].key
        return f"{RECRUITED}_{sum(line.name == NONE for line in self.ledger.anchors[: slot + 1])}"

    def anchor_label(self, slot: int) -> Label:
        """Name of an anchor."""
        line = self.ledger.anchors[slot]
        if line.name != NONE:
            return self.park.anchors[line.name].label
        number, segment = self.anchor_key(slot).rpartition("_")[2], self.park.segments[line.segment].label
        return Label(f"新招龙头 {number}（{segment.zh}）", f"Recruited anchor {number} ({segment.en})")

    def firm_label(self, row: int) -> Label:
        """Name of a firm: that of the anchor that it is, or of its segment, as other firms have none."""
        lead = int(self.ledger.leads[row])
        return self.anchor_label(lead) if lead != NONE else self.park.segments[int(self.ledger.segment[row])].label


def portrait(case: Case) -> Portrait:
    """Run one world and watch it.

    Raises
    ------
    ResultsError
        If the run fails.
    """
    try:
        ledger, history = ledger_of(case)
    except Exception as error:  # whatever a rule raises ends this world alone
        where = f"{case.scenario.name}, {case.policy.name}, {case.replication}"
        raise ResultsError(Label(f"这次模拟失败（{where}）：{error}", f"this run fails ({where}): {error}")) from error
    return Portrait(history, ledger)


def one_world(of: Portrait) -> Label:
    """What has to be said wherever a single world is shown."""
    case = of.case
    return Label(
        f"这是一次模拟（第 {case.replication} 号，种子 {case.seed}），"
        "不是预测：另一次抽样会有不同的企业和数字；无名企业由模型生成。",
        f"One world (replication {case.replication}, seed {case.seed}), no forecast: another draw has other firms and numbers; "
        "firms without a name are made by the model.",
    )


def run_words(of: Portrait) -> Label:
    """Scenario, policy and time of the world."""
    case, last = of.case, quarter_name(of.ledger.end)
    names = [
        f"{case.scenario.title.in_language(language) or case.scenario.name}{joiner}"
        f"{case.policy.title.in_language(language) or case.policy.name}"
        for language, joiner in (("zh", "，"), ("en", ", "))
    ]
    first = quarter_name(of.ledger.start)
    return Label(f"{names[0]}；{first}–{last}", f"{names[1]} · {first}–{last}")
