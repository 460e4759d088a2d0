"""The chain map against numbers worked out by hand, what must add up, its kinds, and one more firm in the model."""

from __future__ import annotations

import made_up_chain
import numpy as np
import pytest
import worlds
from made_up import assert_sound, column
from made_up_chain import LATE, MAKER, NOW, PARTS, TOOLS

from wutong.experiments.answers.chain import anchor_revenue, chain, chain_links, link_flows
from wutong.experiments.answers.chain_firm import EXTRA, average_firm, firm_worth, with_firm
from wutong.experiments.answers.chain_links import Kind, anchor_shares, chain_at, drawing_anchors, kinds, newcomer

STRONG, GAP, EXTEND, APART = range(4)


def row_of(answer, segment):
    return dict(zip(answer.columns, answer.rows[column(answer, "segment").index(segment)], strict=True))


def test_the_map_equals_what_is_worked_out_by_hand():
    answer = chain(made_up_chain.history(), NOW)
    assert_sound(answer)
    parts = row_of(answer, PARTS)
    assert parts["purchases"] == pytest.approx(120.0)
    assert [parts[f"demand_{k}"] for k in ("mean", "q05", "q95")] == [60.0, 60.0, 60.0]
    assert [parts[f"orders_{k}"] for k in ("mean", "q50")] == [40.0, 40.0]
    assert parts["gap_mean"] == 20.0
    assert [parts[f"capacity_{k}"] for k in ("q05", "q50", "q95")] == [50.0] * 3  # half of an output of 100
    assert parts["gap_q05"] == pytest.approx(11.0)
    assert parts["coverage_mean"] == pytest.approx(40.0 / 60.0)
    assert parts["buyers"] == f"{MAKER} 83%, {PARTS} 17%"
    assert parts["anchors"] == "big_maker 62%"  # 150 of the assembler's 200
    assert parts["drawn_by"] == "big_maker, later_maker"
    assert (parts["firms"], parts["firm_revenue"], parts["firm_jobs"]) == (50.0, 2.0, 100.0)
    assert parts["firm_orders_q50"] == pytest.approx(1.0)  # half of its output of 2 may serve local buyers
    assert parts["firm_order_jobs"] == pytest.approx(50.0)
    assert parts["firms_to_close"] == pytest.approx(20.0)
    assert (parts["kind"], parts["kind_runs"], parts["n"]) == ("gap", 2, 2)
    tools, maker = row_of(answer, TOOLS), row_of(answer, MAKER)
    assert (tools["kind"], tools["gap_mean"], tools["coverage_q50"]) == ("gap", 20.0, 0.0)
    assert tools["firm_revenue"] is tools["firms_to_close"] is None
    assert (maker["kind"], maker["demand_mean"], maker["coverage_mean"], maker["buyers"]) == ("extend", 0.0, None, "")


def test_the_words_say_what_the_table_says():
    words = chain(made_up_chain.history(), NOW).words
    assert "缺口最大的环节是汽车零部件：可由本地供应的需求平均 60 亿元/年，本地供应 40 亿元/年" in words.zh
    assert "其余 20 亿元/年从外地购买" in words.zh
    assert "2/2 的模拟有缺口" in words.zh
    assert "整车总装（占 83%）" in words.zh
    assert "用得最多的龙头是大整车厂" in words.zh
    assert "再来一家平均规模的企业（收入 2 亿元/年、100 人）可得本地订单 1 亿元/年" in words.zh
    assert "补上缺口约需 20 家" in words.zh
    assert "3 个环节中强链 0 个；补链：汽车零部件、精密刀具；延链：整车总装" in words.zh
    assert "全部采购的 50%" in words.zh
    assert "假设" in words.zh
    assert "The largest gap is car parts: of a local demand of 6 billion CNY/year on average, 4 billion CNY/year" in words.en
    assert "it takes about 20 such firms" in words.en
    assert "assumed" in words.en
    covered = chain(made_up_chain.history((60.0, 60.0, 60.0)), NOW)
    assert_sound(covered)
    assert "缺口最大的环节是精密刀具" in covered.words.zh
    assert "还没有这类企业" in covered.words.zh
    mostly = chain(made_up_chain.history((0.0, 60.0, 60.0, 60.0, 60.0), 1.0), NOW)
    assert "No firm of it is here" not in mostly.words.zh
    assert row_of(mostly, PARTS)["kind"] == "strong"
    assert row_of(mostly, PARTS)["kind_runs"] == 4


def test_a_single_run_and_a_date_beyond_the_runs():
    single = chain(made_up_chain.history((30.0,)), NOW)
    assert_sound(single)
    assert row_of(single, PARTS)["gap_q05"] == row_of(single, PARTS)["gap_q95"] == 30.0
    assert "1 run." in single.words.en
    for answer in (chain(made_up_chain.history(), LATE), chain_links(made_up_chain.history(), LATE)):
        assert_sound(answer)
        assert answer.rows == ()
        assert "2040Q1" in answer.words.zh


def test_links_divide_demand_among_buyers():
    answer = chain_links(made_up_chain.history(), NOW)
    assert_sound(answer)
    found = {(s, b): (d, o, g) for s, b, d, o, g in (row[3:] for row in answer.rows)}
    assert found.keys() == {(PARTS, MAKER), (PARTS, PARTS), (TOOLS, MAKER)}
    assert found[PARTS, MAKER] == pytest.approx((50.0, 50.0 * 40 / 60, 50.0 * 20 / 60))
    assert found[PARTS, PARTS] == pytest.approx((10.0, 10.0 * 40 / 60, 10.0 * 20 / 60))
    assert found[TOOLS, MAKER] == pytest.approx((20.0, 0.0, 20.0))


def test_anchors_that_do_not_run_by_the_date_use_nothing():
    park = made_up_chain.scenario().park
    assert anchor_revenue(park, NOW) == {"big_maker": 150.0}
    found = chain_at(made_up_chain.history(), NOW)
    assert anchor_shares(found, 1, anchor_revenue(park, NOW)) == [("big_maker", pytest.approx(50 / 60 * 150 / 200))]
    assert anchor_shares(found, 1, {"big_maker": 900.0, "later_maker": 100.0}) == [
        ("big_maker", pytest.approx(50 / 60 * 0.9)),
        ("later_maker", pytest.approx(50 / 60 * 0.1)),
    ]
    assert drawing_anchors(park, TOOLS) == ()
    small = newcomer(chain_at(made_up_chain.history((59.9, 59.9)), NOW), 1)
    assert small.orders == pytest.approx([0.1, 0.1])  # no more than the gap


@pytest.mark.parametrize(
    ("present", "orders", "expected"),
    [
        ((1, 1, 1), (0.0, 9.0, 9.0), (EXTEND, STRONG, STRONG)),
        ((1, 1, 1), (0.0, 8.9, 0.0), (EXTEND, GAP, GAP)),
        ((1, 0, 1), (0.0, 0.0, 10.0), (EXTEND, GAP, STRONG)),  # no supplier but a buyer: a gap
        ((0, 1, 1), (0.0, 10.0, 10.0), (EXTEND, APART, APART)),  # the buyer is not here, its suppliers are
        ((0, 0, 0), (0.0, 0.0, 0.0), (APART, APART, APART)),
    ],
)
def test_kinds_follow_the_rule(present, orders, expected):
    buys = np.array([[0.3, 0.5, 0.02], [0.0, 0.4, 0.019], [0.0, 0.0, 0.0]])
    demand = np.array([[5.0, 10.0, 10.0]])
    found = kinds(np.array([present], bool), buys, demand, np.array([orders]))
    assert tuple(found[0]) == expected
    assert len(Kind) == 4


def test_on_the_model_demand_is_orders_and_gap_and_buyers_share_it_all():
    history = worlds.run(worlds.toy_scenario(), 8)
    for quarter in (worlds.START, worlds.FIRST, worlds.START + 12):
        found = chain_at(history, quarter)
        np.testing.assert_allclose(found.demand, found.orders + found.gap, atol=1e-9)
        np.testing.assert_allclose(found.bought.sum(axis=1), found.demand, atol=1e-9)
        flows, filled = link_flows(found)
        np.testing.assert_allclose(filled.sum(axis=0), found.orders.mean(axis=0), atol=1e-9)
        assert (filled <= flows + 1e-12).all()
        answer = chain(history, quarter)
        assert_sound(answer)
        for demand, orders, gap in zip(*(column(answer, f"{k}_mean") for k in ("demand", "orders", "gap")), strict=True):
            assert demand == pytest.approx(orders + gap, abs=1e-9)
    start = chain_at(history, worlds.START)
    np.testing.assert_allclose(start.demand, np.minimum(0.9 * start.purchases, start.purchases), rtol=1e-9)


def test_one_more_firm_changes_nothing_before_it_opens_and_supplies_after():
    scenario = worlds.without(worlds.toy_scenario(), worlds.AMPLE_PEOPLE)
    without = worlds.run(scenario, 12)
    revenue, jobs = average_firm(without, worlds.PARTS, worlds.FIRST)
    more = with_firm(scenario, worlds.PARTS, revenue, jobs, worlds.START + 4)
    present = worlds.run(more, 12)
    assert not (present.values["firms"][:4] - without.values["firms"][:4]).any()
    ahead = present.total("firms", (worlds.PARTS,)) - without.total("firms", (worlds.PARTS,))
    assert (ahead[4] == 1.0).all()
    answer = firm_worth(without, present, worlds.PARTS, scenario.end)
    assert_sound(answer)
    gained = dict(zip(zip(column(answer, "measure"), column(answer, "scope"), strict=True), column(answer, "mean"), strict=True))
    assert gained["local_orders", worlds.PARTS] > 0.0
    assert gained["unmet_demand", worlds.PARTS] < 0.0
    assert gained["revenue", "all"] > 0.0
    assert "再来一家" in answer.words.zh
    assert column(answer, "n") == [12] * 5


def test_one_more_firm_says_where_nothing_can_be_known():
    scenario = worlds.toy_scenario()
    single = worlds.run(scenario, 1)
    answer = firm_worth(
        single, worlds.run(with_firm(scenario, worlds.PARTS, 1.0, 80.0, worlds.START + 4), 1), worlds.PARTS, scenario.end
    )
    assert_sound(answer)
    assert "不足两次" in answer.words.zh
    assert average_firm(made_up_chain.history(), TOOLS, NOW) is None
    assert average_firm(made_up_chain.history(), PARTS, LATE) is None
    with pytest.raises(KeyError, match="bakery"):
        with_firm(scenario, "bakery", 1.0, 80.0, worlds.START + 4)
    with pytest.raises(ValueError, match="opens later"):
        with_firm(scenario, worlds.PARTS, 1.0, 80.0, worlds.START + 1)
    assert with_firm(scenario, worlds.PARTS, 1.0, 80.0, worlds.START + 4).park.anchors[-1].key == EXTRA
