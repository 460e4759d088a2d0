"""Shares and interactions of a mix: closed forms, brute force, what must add up, and intervals that cover the truth."""

from __future__ import annotations

import dataclasses
import itertools

import made_up
import numpy as np
import pytest
import worlds
from made_up import REVENUE, assert_sound, column, policy, subset_histories

from wutong.experiments.answers.effect import Outcome, effect_of
from wutong.experiments.answers.mixes import mix, parts_of, with_draw_error
from wutong.experiments.answers.subsets import (
    exact_shares,
    levers_of,
    orders_of,
    sampled_shares,
    second_difference,
    subset_policies,
    subsets_of,
)
from wutong.model.levers import LEVERS
from wutong.model.scenario import LeverSetting

THREE = ("supplier_matching", "seed_fund", "talent_programme")
SEVEN = tuple(LEVERS)[:7]


def subsets(levers):
    return [frozenset(c) for size in range(len(levers) + 1) for c in itertools.combinations(levers, size)]


def made(levers, singles, pairs, triple=0.0, noise=0.0):
    """Worth of every subset: sums of singles and of pairs inside it, of shape (n_levers, n) and (n_levers, n_levers, n), and
    ``triple`` where the first three levers are inside."""
    worth = {}
    for subset in subsets(levers):
        inside = [i for i, lever in enumerate(levers) if lever in subset]
        total = noise + sum((singles[i] for i in inside), np.zeros(singles.shape[1]))
        total = total + sum((pairs[i, j] for i, j in itertools.combinations(inside, 2)), np.zeros(singles.shape[1]))
        worth[subset] = total + (triple if {0, 1, 2} <= set(inside) else 0.0)
    return worth


def interacting(levers, n, seed=0, triple=0.0):
    draws = np.random.default_rng(seed)
    singles = draws.normal(3.0, 2.0, (len(levers), n))
    pairs = draws.normal(0.0, 1.0, (len(levers), len(levers), n))
    return singles, pairs, made(levers, singles, pairs, triple, draws.normal(100.0, 20.0, n))


def brute_force(levers, worth):
    """Mean over all orders of what a lever adds where the order comes to it."""
    orders = list(itertools.permutations(levers))
    return np.array(
        [
            np.mean([worth[frozenset(o[: o.index(k) + 1])] - worth[frozenset(o[: o.index(k)])] for o in orders], axis=0)
            for k in levers
        ]
    )


@pytest.mark.parametrize("n_levers", [1, 2, 3, 5])
def test_shares_equal_brute_force_and_the_closed_form(n_levers):
    levers = tuple(LEVERS)[:n_levers]
    triple = 4.0 if n_levers >= 3 else 0.0
    singles, pairs, worth = interacting(levers, 6, triple=triple)
    shares = exact_shares(levers, worth)
    half = [0.5 * sum(pairs[min(i, j), max(i, j)] for j in range(n_levers) if j != i) for i in range(n_levers)]
    closed = singles + np.array([h + (triple / 3.0 if i < 3 else 0.0) for i, h in enumerate(half)])
    np.testing.assert_allclose(shares, brute_force(levers, worth), atol=1e-10)
    np.testing.assert_allclose(shares, closed, atol=1e-10)
    np.testing.assert_allclose(shares.sum(axis=0), worth[frozenset(levers)] - worth[frozenset()], atol=1e-10)


def test_levers_that_do_not_interact_keep_what_they_bring_alone():
    singles, _, _ = interacting(THREE, 8)
    worth = made(THREE, singles, np.zeros((3, 3, 8)))
    np.testing.assert_allclose(exact_shares(THREE, worth), singles, atol=1e-12)
    assert max(abs(second_difference(a, b, worth)).max() for a, b in itertools.combinations(THREE, 2)) < 1e-12


def test_equal_levers_have_equal_shares_and_a_null_lever_exactly_none():
    draws = np.random.default_rng(3)
    base, size = draws.normal(100.0, 30.0, 12), draws.normal(5.0, 1.0, 12)
    twins = THREE[:2]
    worth = {s: base + size * len(s & set(twins)) ** 0.5 for s in subsets(THREE)}  # the third changes nothing
    shares = exact_shares(THREE, worth)
    np.testing.assert_allclose(shares[0], shares[1], atol=1e-12)
    assert not shares[2].any()
    assert not second_difference(THREE[0], THREE[2], worth).any()
    chosen = policy(*THREE)
    parts = parts_of(chosen, subset_histories(chosen, subset_policies(chosen), worth), REVENUE)
    null = next(p for p in parts if p.kind == "share" and p.levers == ("talent_programme",))
    assert null.effect.nothing


def test_the_mean_shares_of_the_table_add_up_to_the_whole():
    chosen = policy(*THREE)
    _, pairs, worth = interacting(levers_of(chosen), 30, seed=4)
    histories = subset_histories(chosen, subset_policies(chosen), worth)
    answer = mix(chosen, histories[::-1], REVENUE)
    assert_sound(answer)
    kinds, means = column(answer, "kind"), column(answer, "mean")
    assert kinds == ["whole", *["share"] * 3, *["interaction"] * 3]
    assert sum(means[1:4]) == pytest.approx(means[0], abs=1e-9)
    assert means[1:4] == sorted(means[1:4], reverse=True)
    by_pair = {(a, b): m for k, a, b, m in zip(kinds, column(answer, "lever"), column(answer, "other"), means, strict=True)}
    levers = levers_of(chosen)
    for i, j in itertools.combinations(range(3), 2):
        assert by_pair[levers[i], levers[j]] == pytest.approx(pairs[i, j].mean())
    assert set(column(answer, "method")) == {"exact"}


def test_exact_up_to_six_levers_and_drawn_beyond():
    six, seven = policy(*tuple(LEVERS)[:6]), policy(*SEVEN)
    assert len(subset_policies(six)) == 64
    drawn = subset_policies(seven)
    assert len(drawn) < 2**7
    assert {p.name for p in drawn} >= {"mix", "mix__nothing", f"mix__{SEVEN[2]}", f"mix__{SEVEN[1]}__{SEVEN[4]}"}
    assert len({p.name for p in drawn}) == len(drawn) == len(set(subsets_of(seven)))
    assert orders_of(SEVEN) == orders_of(SEVEN)
    assert all(one == other[::-1] for one, other in zip(orders_of(SEVEN)[0::2], orders_of(SEVEN)[1::2], strict=True))
    assert len({order[0] for order in orders_of(SEVEN)}) > 3


def test_subset_policies_keep_the_settings_of_their_levers():
    twice = dataclasses.replace(
        policy("seed_fund", "talent_programme"),
        settings=(
            LeverSetting("seed_fund", 1.0, made_up.FIRST, made_up.FIRST + 3),
            LeverSetting("seed_fund", 2.0, made_up.FIRST + 4),
            LeverSetting("talent_programme", 100.0, made_up.FIRST),
        ),
    )
    found = {p.name: p.settings for p in subset_policies(twice)}
    assert found["mix__seed_fund"] == twice.settings[:2]
    assert found["mix"] == twice.settings
    assert found["mix__nothing"] == ()


def test_drawn_shares_add_up_and_are_exact_where_only_pairs_interact():
    _, _, worth = interacting(SEVEN, 5)
    drawn = sampled_shares(SEVEN, worth, orders_of(SEVEN))
    whole = worth[frozenset(SEVEN)] - worth[frozenset()]
    np.testing.assert_allclose(drawn.sum(axis=1), np.broadcast_to(whole, (len(drawn), 5)), atol=1e-9)
    np.testing.assert_allclose(drawn, np.broadcast_to(exact_shares(SEVEN, worth), drawn.shape), atol=1e-9)


def test_drawn_shares_say_their_error():
    chosen = policy(*SEVEN)
    _, _, worth = interacting(SEVEN, 20, triple=30.0)
    parts = parts_of(chosen, subset_histories(chosen, subset_policies(chosen), worth), REVENUE)
    shares = {p.levers[0]: p for p in parts if p.kind == "share"}
    truth = dict(zip(SEVEN, exact_shares(SEVEN, worth).mean(axis=1), strict=True))
    assert [shares[k].draw_error > 0.1 for k in SEVEN] == [True] * 3 + [False] * 4
    for lever, part in shares.items():
        assert abs(part.effect.mean - truth[lever]) <= 4.0 * part.draw_error + 1e-9
        assert part.effect.high - part.effect.low >= 2.0 * part.draw_error
    answer = mix(chosen, subset_histories(chosen, subset_policies(chosen), worth), REVENUE)
    assert_sound(answer)
    assert "抽样排列" in answer.words.zh
    assert "drawn orders" in answer.words.en


@pytest.mark.parametrize("kind", ["share", "interaction", "drawn"])
def test_intervals_cover_the_truth(kind):
    hits, inner_hits = 0, 0
    levers = SEVEN if kind == "drawn" else THREE
    for seed in range(200):
        draws = np.random.default_rng(1000 + seed)
        size = draws.normal(2.0, 1.0, len(levers))
        bond = draws.normal(0.0, 1.0, (len(levers), len(levers)))
        triple = float(draws.normal(0.0, 6.0)) if kind == "drawn" else 0.0
        n = 25
        singles = size[:, None] + draws.gamma(2.0, 1.0, (len(levers), n)) - 2.0
        pairs = bond[:, :, None] + draws.normal(0.0, 1.5, (len(levers), len(levers), n))
        worth = made(levers, singles, pairs, triple, draws.normal(500.0, 100.0, n))
        truth = size[0] + 0.5 * sum(bond[0, j] for j in range(1, len(levers))) + triple / 3.0
        if kind == "share":
            effect = effect_of(exact_shares(levers, worth)[0])
        elif kind == "interaction":
            effect, truth = effect_of(second_difference(*levers[:2], worth)), bond[0, 1]
        else:
            drawn = sampled_shares(levers, worth, shuffled(levers, seed))
            error = float(drawn.mean(axis=2).std(axis=0, ddof=1)[0] / len(drawn) ** 0.5)
            effect = with_draw_error(effect_of(drawn.mean(axis=0)[0]), error, len(drawn))
        hits += effect.low <= truth <= effect.high
        inner_hits += effect.lower <= truth <= effect.upper
    assert 170 <= hits <= 190
    assert 80 <= inner_hits <= 120


def shuffled(levers, seed):
    """Orders in antithetic pairs, drawn anew for every repetition: the error of the draw is part of what is covered."""
    draws = np.random.default_rng(seed)
    drawn = [tuple(np.array(levers)[draws.permutation(len(levers))]) for _ in range(10)]
    return [order for one in drawn for order in (tuple(map(str, one)), tuple(map(str, one[::-1])))]


def test_words_claim_no_more_than_the_intervals():
    chosen = policy(*THREE)
    draws = np.random.default_rng(8)
    nothing = np.zeros((3, 3, 30))
    levers = levers_of(chosen)
    apart = made(levers, np.array([[10.0], [0.0], [0.0]]) + draws.normal(0.0, 1.0, (3, 30)), nothing, 0.0, draws.normal(0, 9, 30))
    answer = mix(chosen, subset_histories(chosen, subset_policies(chosen), apart), REVENUE)
    assert_sound(answer)
    assert "看不出相互增强或削弱" in answer.words.zh
    assert "种子基金和" not in answer.words.zh
    assert "各份一起看，链长制配套对接" not in answer.words.zh
    assert "的与零分不开" in answer.words.zh
    assert "cannot be told from zero" in answer.words.en
    helping = nothing.copy()
    helping[0, 1], helping[0, 2] = 6.0, -6.0
    strong = made(levers, 10.0 + draws.normal(0.0, 1.0, (3, 30)), helping + draws.normal(0.0, 0.1, (3, 3, 30)))
    words = mix(chosen, subset_histories(chosen, subset_policies(chosen), strong), REVENUE).words
    assert "相互增强的有：链长制配套对接与种子基金 6 亿元" in words.zh
    assert "相互削弱的有：链长制配套对接与人才计划 −" in words.zh
    assert "These help each other: supplier matching with seed fund" in words.en
    assert "其余 1 对看不出相互作用" in words.zh
    assert "假设" in words.zh
    assert "assumed" in words.en


def test_missing_runs_are_said_and_never_filled_in():
    chosen = policy(*THREE)
    _, _, worth = interacting(THREE, 6)
    histories = subset_histories(chosen, subset_policies(chosen), worth)
    for given in (histories[:-1], [made_up.history(h.values["revenue"][-1, :1, 0], h.cases[0].policy) for h in histories]):
        answer = mix(chosen, given, REVENUE)
        assert_sound(answer)
        assert "无法分解" in answer.words.zh
        assert "cannot be taken apart" in answer.words.en
    late = mix(chosen, histories, Outcome("revenue", made_up.END + 8))
    assert late.rows == ()
    assert "无法分解" in late.words.zh
    fewer = [made_up.history(h.values["revenue"][-1, 1:, 0], h.cases[0].policy, replications=range(1, 6)) for h in histories[:1]]
    assert column(mix(chosen, [*fewer, *histories[1:]], REVENUE), "n") == [5] * 7
    other_level = [
        made_up.history(worth[frozenset()], dataclasses.replace(chosen, settings=(made_up.setting("seed_fund", 9.0),)))
    ]
    assert mix(chosen, [*histories[:1], *histories[2:], *other_level], REVENUE).rows == ()


def test_on_the_model_shares_add_up_and_an_idle_lever_has_none():
    scenario = worlds.without(worlds.toy_scenario(quarters=8), worlds.AMPLE_PEOPLE)
    chosen = worlds.policy(
        LeverSetting("seed_fund", 2.0, worlds.FIRST),
        LeverSetting("incubator_places", 50.0, worlds.FIRST),
        LeverSetting("talent_programme", 500.0, worlds.FIRST),
        name="three",
    )
    histories = [worlds.run(scenario, 6, p) for p in subset_policies(chosen)]
    for measure in ("firms", "revenue", "employees"):
        parts = parts_of(chosen, histories, Outcome(measure, scenario.end))
        shares = {p.levers[0]: p.differences for p in parts if p.kind == "share"}
        assert parts[0].effect.mean > 0.0
        np.testing.assert_allclose(sum(shares.values()), parts[0].differences, atol=1e-9)
        assert abs(shares["talent_programme"]).max() < 1e-9
        idle = [p for p in parts if p.kind == "interaction" and "talent_programme" in p.levers]
        assert not any(p.differences.any() for p in idle)
