"""What anchors and labs brought: both accounts, where they must agree, and why they differ elsewhere."""

from __future__ import annotations

import dataclasses
import functools

import numpy as np
import pytest

from tests import worlds
from tests.worlds import FLEET, PARTS, SEGMENTS
from wutong.experiments.answers.attribution import attribution, without, worlds_for
from wutong.experiments.answers.both_accounts import attributed, interaction, segment_groups
from wutong.experiments.answers.member_account import account_of, payback_of
from wutong.experiments.answers.support import per_support
from wutong.model.base import directions
from wutong.model.codes import Direction
from wutong.model.facts import fixed
from wutong.model.history import Axis
from wutong.model.scenario import RECRUITED, Case, LeverSetting, Pipeline
from wutong.model.simulate import simulate
from wutong.model.tables import in_use
from wutong.model.units import NEVER, quarter

WORLDS, QUARTERS = 10, 20
NO_NAMED_BUYERS = {"anchors.buyer_share": 0.0}
NO_ORDERS = {"localisable_share": fixed(0.0)}
BARE = (
    worlds.NO_SPIN_OFFS, worlds.NO_FEEDBACK, worlds.NO_RECRUITS, worlds.NO_PARTNERS, worlds.AMPLE_PEOPLE, NO_NAMED_BUYERS,
    {"newcomers.overrun": 0.0},
)  # fmt: skip


def bare(*more, orders=False, occupancy=0.05, anchors=None, quarters=QUARTERS):
    """A park where nothing but the anchor's own line moves, with some of that switched on again."""
    park = worlds.toy_park(anchors or (worlds.new_anchor(),), occupancy)
    park = park if orders else worlds.with_segments(park, **NO_ORDERS)
    return worlds.without(worlds.toy_scenario(park, quarters), *BARE, *more)


def both(scenario, name="new_maker", n=WORLDS, policy=worlds.NO_POLICY):
    """The attribution of an anchor or lab of a scenario."""
    present, absent = (simulate(worlds.cases(s, n, policy)) for s in worlds_for(scenario, (name,)))
    return attributed(present, absent, name)


@functools.cache
def full():
    """The toy park with everything switched on, and recruits, under a policy that pays."""
    levers = (("landing_subsidy", 0.1), ("tax_relief", 0.5), ("rent_subsidy", 0.3), ("lab_funding", 1.0))
    policy = worlds.policy(*(LeverSetting(key, level, worlds.FIRST, NEVER) for key, level in levers))
    scenario = worlds.without(worlds.toy_scenario(quarters=QUARTERS), {"spin_off.firm_rate": 0.02})
    return simulate(worlds.cases(scenario, WORLDS, policy)), simulate(
        worlds.cases(without(scenario, "new_maker"), WORLDS, policy)
    )


# ── Where they must agree ────────────────────────────────────────────────────────────────────────────────────────────
def test_both_accounts_agree_where_nothing_but_the_line_moves():
    found = both(bare())
    assert found.n == WORLDS and found.accounts["firms"].brought[-1].mean() > 5.0
    assert (found.accounts["firms"].difference == found.accounts["firms"].lineage).all()
    for quantity in ("employees", "revenue"):
        account = found.accounts[quantity]
        assert account.difference == pytest.approx(account.lineage, rel=1e-9, abs=1e-9)
        assert account.lineage[-1].mean() > 0.0
    assert not any(values.any() for values in found.channels.values())


def test_a_lab_alone_agrees_too():
    scenario = bare({"spin_off.lab_rate": 3.0 / 7.0})
    found = both(scenario, "institute")
    firms = found.accounts["firms"]
    assert firms.brought[-1].mean() > 1.0 and not firms.own.any()
    assert (firms.difference == firms.lineage).all()
    assert not any(values.any() for values in found.channels.values())


# ── Where they differ, and why ───────────────────────────────────────────────────────────────────────────────────────
def test_partners_that_would_have_come_anyway_are_brought_by_nobody():
    found = both(bare({"attraction.anyway_rate": 0.04}))
    assert found.channels["followers"][-1].mean() < 0.0
    assert found.accounts["firms"].others[-1] == pytest.approx(found.channels["followers"][-1] + found.channels["exits"][-1])


def test_orders_reach_firms_that_are_there_already():
    found = both(bare(worlds.NO_EXIT, orders=True))
    assert (found.accounts["firms"].others == 0.0).all(), "orders alone bring no firm"
    assert found.accounts["employees"].others[-1].mean() > 0.0 and found.signals["local_orders"][-1].mean() > 0.0
    assert found.accounts["employees"].beside["upstream"][-1].mean() > 0.0


def test_unmet_demand_and_suppliers_draw_others():
    found = both(bare({"attraction.inputs_weight": 0.2, "attraction.local_weight": 1.0}, worlds.NO_EXIT))
    assert found.channels["entry"][-1].mean() > 0.0
    assert (found.accounts["firms"].others == found.channels["entry"]).all()


def test_spin_offs_of_the_line_are_its_own_in_later_rounds():
    found = both(bare({"spin_off.firm_rate": 0.05}))
    assert found.accounts["firms"].later[-1].mean() > 0.0
    assert found.accounts["firms"].difference == pytest.approx(found.accounts["firms"].lineage), "others spin off as before"


def test_people_are_taken_from_others():
    found = both(bare({"growth.people": 0.0}, worlds.NO_EXIT))
    assert found.accounts["employees"].others[-1].mean() < 0.0
    assert found.signals["hires_missed"][-1].mean() > 0.0


def test_floor_is_taken_from_others():
    found = both(bare(worlds.NO_BUILDING, occupancy=0.97))
    assert found.signals["turned_away"][-1].mean() > 0.0
    assert found.accounts["firms"].others[-1].mean() < 0.0


def test_the_ways_in_which_others_changed_add_up():
    present, absent = full()
    for found in (attributed(present, absent, "new_maker"), both(worlds.toy_scenario(quarters=QUARTERS), "institute")):
        others = found.accounts["firms"].others
        assert sum(found.channels.values()) == pytest.approx(others, abs=1e-9)
        for account in found.accounts.values():
            assert sum(account.beside.values()) == pytest.approx(account.difference)


def test_an_anchor_that_ran_at_the_start_closes_in_the_other_worlds():
    scenario = worlds.toy_scenario(quarters=8)
    found = both(scenario, "old_maker")
    assert found.ran_already and (found.accounts["firms"].difference[0] == 0.0).all()
    assert (found.accounts["firms"].own[0] == 1.0).all() and found.accounts["employees"].difference[1].mean() > 100.0
    assert sum(found.channels.values()) == pytest.approx(found.accounts["firms"].others, abs=1e-9)


# ── Lineage adds up ──────────────────────────────────────────────────────────────────────────────────────────────────
def test_sums_over_anchors_are_what_all_anchors_brought():
    history, _ = full()
    for quantity in ("firms", "employees"):
        by_name = history.total(f"first_round_{quantity}") + history.total(f"later_rounds_{quantity}")
        assert by_name == pytest.approx(history.total(f"brought_{quantity}"), rel=1e-12)
        assert by_name == pytest.approx(history.total(f"upstream_{quantity}") + history.total(f"downstream_{quantity}"))
        assert history.total(f"later_rounds_{quantity}")[-1].mean() > 0.0
    opened = history.total("opened_followers") + history.total("opened_spin_offs")
    assert (np.cumsum(opened, axis=0) >= history.total("brought_firms")).all(), "nobody is there who never opened"
    assert (history.total("anchor_firms") <= history.total("operating_anchors")).all(), "a stage ends a quarter after its firm"
    assert (history.total("anchor_firms") == history.total("operating_anchors")).mean() > 0.9


def test_revenue_by_name_is_that_of_all_anchors_where_nothing_opened_or_closed():
    """What all anchors brought is read after the quarter's births and deaths, money by name before them."""
    scenario = worlds.without(worlds.toy_scenario(quarters=QUARTERS), worlds.NO_EXIT)
    history = simulate(worlds.cases(scenario, WORLDS))
    calm = (history.total("opened_followers") + history.total("opened_spin_offs")) == 0.0
    by_name = history.total("first_round_revenue") + history.total("later_rounds_revenue")
    assert by_name[calm] == pytest.approx(history.total("brought_revenue")[calm]) and (by_name[calm] > 0.0).any()
    assert (by_name <= history.total("brought_revenue") + 1e-9).all()


def test_the_recorded_sums_are_those_of_the_firms_one_by_one():
    scenario = worlds.without(worlds.toy_scenario(quarters=QUARTERS), {"spin_off.firm_rate": 0.02})
    ended, history = worlds.started(scenario, 3), simulate(worlds.cases(scenario, 3))
    counted = {}
    for number, world in enumerate(ended):
        world.advance(worlds.START + QUARTERS)
        for firm in in_use(world.park.firms):
            if firm.lab >= 0:
                assert firm.anchor < 0 and firm.generation >= 1
                key = ("lab_later_rounds_firms" if firm.generation > 1 else "lab_first_round_firms", number, int(firm.lab))
                counted[key] = counted.get(key, 0) + 1
            if firm.anchor < 0:
                continue
            name = int(world.park.anchors.row[firm.anchor].name)
            member = name if name >= 0 else 2
            for key in (
                "later_rounds_firms" if firm.generation > 1 else "first_round_firms",
                "upstream_firms" if SEGMENTS[firm.segment] == PARTS else "downstream_firms",
            ):
                counted[key, number, member] = counted.get((key, number, member), 0) + 1
    assert counted
    for key in {k for k, _, _ in counted}:
        expected = np.zeros_like(history.values[key][-1])
        for (measure, world, member), n in counted.items():
            if measure == key:
                expected[world, member] = n
        assert (history.values[key][-1] == expected).all(), key
    assert history.axes[Axis.ANCHOR] == ("old_maker", "new_maker", RECRUITED) and history.axes[Axis.LAB] == ("institute",)


def test_the_greater_flow_decides_who_is_upstream():
    buys = np.array([[0.3, 0.5, 0.03, 0.01], [0.0, 0.0, 0.0, 0.0], [0.05, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0]])
    up, down, none = Direction.UPSTREAM, Direction.DOWNSTREAM, Direction.NEITHER
    assert directions(buys)[0].tolist() == [none, up, down, none]
    assert directions(buys)[1].tolist() == [down, none, none, none]
    park = worlds.toy_park()
    assert segment_groups(park, park.anchors[0]) == {"upstream": (PARTS,), "downstream": (FLEET,)}


def test_support_is_all_that_levers_pay_where_every_newcomer_goes_back_to_somebody():
    park = worlds.with_segments(worlds.toy_park(), entry=fixed(0.0))
    park = dataclasses.replace(park, pipeline=Pipeline((), fixed(2.0), "made up"))
    scenario = worlds.without(worlds.toy_scenario(park, QUARTERS), worlds.NO_PARTNERS, {"spin_off.firm_rate": 0.0})
    for lever, level in (("landing_subsidy", 0.2), ("tax_relief", 0.6), ("rent_subsidy", 0.4), ("lab_funding", 1.5)):
        policy = worlds.policy(LeverSetting(lever, level, worlds.FIRST, NEVER))
        history = simulate(worlds.cases(scenario, 4, policy))
        names = ("anchor_support", "brought_support", "lab_support", "lab_brought_support")
        paid, cost = sum(history.total(name) for name in names), history.total("lever_cost", (lever,))
        assert cost.mean() > 0.0 and paid == pytest.approx(cost), lever


# ── Taken away ───────────────────────────────────────────────────────────────────────────────────────────────────────
def test_what_is_taken_away_brings_nothing_and_the_start_stays():
    present, absent = full()
    for fact in absent.facts.values():
        if fact.axis is Axis.ANCHOR and fact.key in absent.values:
            assert not absent.total(fact.key, ("new_maker",)).any(), fact.key
    for name, values in present.values.items():
        assert (values[0] == absent.values[name][0]).all(), name
    assert {a.key: a.closes for a in absent.cases[0].scenario.park.anchors}["new_maker"] == worlds.FIRST


def test_a_lab_that_closes_works_no_more():
    scenario = worlds.without(worlds.toy_scenario(quarters=QUARTERS), {"spin_off.lab_rate": 3.0 / 7.0})
    history = simulate(worlds.cases(without(scenario, "institute"), WORLDS))
    assert not history.total("entrants_lab_spin_off").any() and not history.total("transferred_projects").any()


def test_names_that_the_park_does_not_know_are_refused():
    scenario = worlds.toy_scenario()
    with pytest.raises(ValueError, match="no anchor or lab named nobody; known are old_maker, new_maker, institute"):
        without(scenario, "nobody")
    with pytest.raises(ValueError, match="nothing is named"):
        without(scenario)
    names = [s.name for s in worlds_for(scenario, ("new_maker",), (("new_maker", "old_maker"),))]
    assert names == ["toy", "toy_without_new_maker", "toy_without_old_maker", "toy_without_new_maker_and_old_maker"]


def test_a_park_without_anchors_has_nothing_to_attribute():
    scenario = worlds.without(worlds.toy_scenario(dataclasses.replace(worlds.toy_park(()), labs=())), worlds.NO_RECRUITS)
    history = simulate(worlds.cases(scenario, 2))
    assert history.axes[Axis.ANCHOR] == (RECRUITED,) and history.axes[Axis.LAB] == ()
    assert not history.total("first_round_firms").any() and not history.total("lab_first_round_firms").any()
    with pytest.raises(ValueError, match="no anchor or lab named new_maker"):
        attributed(history, None, "new_maker")
    assert attribution(()).rows == () and attribution(()).words.en.startswith("There is no anchor")


# ── Two anchors ──────────────────────────────────────────────────────────────────────────────────────────────────────
WAVE = {"attraction.lead_rate": 0.07, "attraction.follow_rate": 2.0}  # late and steep: both anchors want people at once


def two_anchors():
    second = dataclasses.replace(worlds.new_anchor(worlds.SIGNS + 2), key="second_maker")
    return worlds.new_anchor(), second


def second_difference(scenario):
    names = ("new_maker", "second_maker")
    wanted = worlds_for(scenario, names, (names,))
    return interaction(*(simulate(worlds.cases(s, WORLDS)) for s in wanted), names)


def test_anchors_that_share_nothing_do_not_change_each_other():
    found = second_difference(bare(anchors=two_anchors()))
    assert (found.values["firms"] == 0.0).all()
    assert found.values["employees"] == pytest.approx(0.0, abs=1e-8) and found.values["revenue"] == pytest.approx(0.0, abs=1e-8)
    assert "no clear effect" in attribution((), (found,)).words.en


def test_anchors_that_share_people_stand_in_each_others_way():
    found = second_difference(bare({"growth.people": 800.0}, WAVE, worlds.NO_EXIT, anchors=two_anchors()))
    assert found.values["employees"][-1].mean() < 0.0
    assert "fewer jobs" in attribution((), (found,)).words.en


# ── Table and words ──────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_table_holds_both_accounts_of_every_quarter():
    found = attributed(*full(), "new_maker")
    answer = attribution((found,))
    assert all(len(row) == len(answer.columns) for row in answer.rows)
    at = [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]
    last = {(r["account"], r["measure"], r["part"]): r for r in at if r["quarter"] == found.present.quarters[-1]}
    rest = last["without", "firms", "all"]["mean"] - last["lineage", "firms", "all"]["mean"]
    assert last["others", "firms", "all"]["mean"] == pytest.approx(rest)
    assert last["support", "employees", "lineage"]["unit"] == "persons / 亿元"
    assert last["support", "employees", "lineage"]["mean"] > 0.0
    assert len({r["quarter"] for r in at}) == QUARTERS + 1
    assert all(r["mean_low"] <= r["mean"] <= r["mean_high"] for r in at)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_words_claim_nothing_that_the_interval_does_not(language):
    found = both(bare())
    said = attribution((found,)).words.in_language(language)
    assert {"zh": "企业看不出变化（90% 区间 0 至 0 家）", "en": "no clear change in firms (90% interval 0 to 0 firms)"}[
        language
    ] in said
    assert "nan" not in said and "inf" not in said and "None" not in said


def test_one_pair_no_pair_and_no_other_worlds_are_said():
    scenario = bare(quarters=12)
    present, absent = (simulate(worlds.cases(s, 3)) for s in worlds_for(scenario, ("new_maker",)))
    one = attribution((attributed(worlds_first(present), absent, "new_maker"),))
    assert "a single pair of runs, no interval" in one.words.en and "2 runs had no partner" in one.words.en
    assert "只有一对模拟，没有区间" in one.words.zh
    other = simulate(tuple(Case(absent.cases[0].scenario, worlds.NO_POLICY, 9) for _ in range(1)))
    none = attribution((attributed(present, other, "new_maker"),))
    assert "nothing to compare" in none.words.en and all(row[-1] is None for row in none.rows)
    alone = attribution((attributed(present, None, "new_maker"),))
    assert "only the account by name" in alone.words.en
    for answer in (one, none, alone):
        assert "nan" not in answer.words.zh + answer.words.en and "inf" not in answer.words.zh + answer.words.en


def worlds_first(history):
    return dataclasses.replace(history, cases=history.cases[:1], values={k: v[:, :1] for k, v in history.values.items()})


def test_a_date_beyond_the_run_reads_the_last_quarter_and_other_clocks_are_refused():
    found = attributed(*full(), "new_maker")
    assert attribution((found,), quarter=quarter("2099Q4")).words == attribution((found,)).words
    assert "2023Q1" in attribution((found,), quarter=quarter("2023Q1")).words.en
    with pytest.raises(ValueError, match="same quarters"):
        attributed(full()[0], simulate(worlds.cases(worlds.toy_scenario(), 2)), "new_maker")


def test_support_of_nothing_has_no_ratio():
    assert per_support(np.ones(5), np.zeros(5)) is None and per_support(np.zeros(0), np.zeros(0)) is None
    found = per_support(np.full(50, 30.0), np.full(50, 2.0))
    assert found is not None and (found.value, found.low, found.high) == (15.0, 15.0, 15.0)


# ── The purse ────────────────────────────────────────────────────────────────────────────────────────────────────────
def test_the_purse_is_tax_by_name_less_support_and_what_idle_anchors_were_paid_can_be_claimed_back():
    scenario = worlds.toy_scenario(quarters=QUARTERS)
    paid = worlds.policy(LeverSetting("landing_subsidy", 0.2, worlds.FIRST, NEVER))
    history = simulate(worlds.cases(scenario, 20, paid))
    one = attributed(history, None, "new_maker")
    account = account_of(one)
    own_tax = history.total("local_tax") / history.total("value_added")
    np.testing.assert_allclose(account.local_tax, one.value_added * own_tax, rtol=1e-9, atol=1e-12)
    own, others = (history.total(f"{whose}_support", ("new_maker",)) for whose in ("anchor", "brought"))
    np.testing.assert_allclose(account.support, own + others, atol=1e-9)
    np.testing.assert_allclose(account.summed, np.cumsum(account.balance, axis=0) / 4.0, atol=1e-12)
    runs = history.total("anchor_firms", ("new_maker",)) > 0.0
    assert account.support.any() and (account.clawback[runs] == 0.0).all()
    np.testing.assert_allclose(account.clawback[~runs], (np.cumsum(own, axis=0) / 4.0)[~runs], atol=1e-12)
    back = payback_of(one, account)
    assert back is not None and back.share.n == 20
    for row in attribution([one]).rows:
        if row[6:9] == ("purse", "net_balance", "all"):
            assert row[12] == pytest.approx(account.summed[quarter(str(row[9])) - history.start].mean(), abs=1e-12)


def test_where_nothing_is_paid_nothing_is_to_be_paid_back_and_a_lab_owes_nothing():
    history = simulate(worlds.cases(worlds.toy_scenario(quarters=QUARTERS), 3))
    for name in (history.cases[0].scenario.park.anchors[0].key, "institute"):
        one = attributed(history, None, name)
        account = account_of(one)
        assert not account.support.any() and not account.clawback.any() and payback_of(one, account) is None


def test_a_purse_in_the_red_is_told_with_its_sign():
    history = simulate(
        worlds.cases(worlds.toy_scenario(quarters=10), 20, worlds.policy(LeverSetting("landing_subsidy", 0.2, worlds.FIRST)))
    )
    one = attributed(history, None, "new_maker")
    dear = dataclasses.replace(one, support=one.support + np.arange(len(one.support))[:, None])
    words = attribution([dear]).words
    assert "−" in words.zh.partition("减去扶持，累计平均 ")[2][:24] and "90% 区间 −" in words.zh.partition("减去扶持")[2][:60]
