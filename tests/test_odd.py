"""docs/ODD.md says what the code says, and what rules read is seen, not told."""

from __future__ import annotations

import dataclasses
import re

import pytest

from tests import worlds
from wutong.experiments.documents import __main__ as command
from wutong.experiments.documents import declared, observed, odd
from wutong.experiments.documents.markdown import TEMPLATES, filled, table
from wutong.experiments.reading.schema import IndustryEntry, TradeEntry
from wutong.model.assumptions import parameter_facts
from wutong.model.lever_effects import Effects
from wutong.model.lever_table import PAID_TO_FIRMS
from wutong.model.levers import LEVERS
from wutong.model.measures import MEASURES
from wutong.model.schedule import SCHEDULE
from wutong.model.tables import TABLES, Table, in_use

ELEMENTS = (
    "1. Purpose and patterns",
    "2. Entities, state variables and scales",
    "3. Process overview and scheduling",
    "4. Design concepts",
    "5. Initialisation",
    "6. Input data",
    "7. Submodels",
)
CONCEPTS = (
    "Basic principles", "Emergence", "Adaptation", "Objectives", "Learning", "Prediction", "Sensing", "Interaction",
    "Stochasticity", "Collectives", "Observation",
)  # fmt: skip
SYMBOLS = {  # of the equations, explained beside them
    "ridge_share", "ridge_lag", "opens_below", "revenue_j", "quality_i", "reserved_i", "orders_i", "left_s", "share_s", "size_s",
    "k_s", "x_s",
}  # fmt: skip
NO_CODE_NAMES = {"end_states", "laptop_wave"}


@pytest.fixture(scope="module")
def template():
    return (TEMPLATES / "odd.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def reads():
    return observed.observed_reads(worlds.cases(worlds.toy_scenario(), 1, observed.every_lever(worlds.START))[0])


def test_the_description_matches_the_code():
    assert command.check() == 0, "python -m wutong.experiments.documents writes docs/ODD.md anew"


def test_a_description_that_does_not_match_is_told(tmp_path, monkeypatch, capsys):
    stale = tmp_path / "ODD.md"
    stale.write_text("old\n", encoding="utf-8")
    monkeypatch.setattr(odd, "PATH", stale)
    text = odd.odd_text(odd.shipped_scenario())
    monkeypatch.setattr(odd, "odd_text", lambda _: text)  # made once, as nothing that it says changes here
    assert command.main(["--check"]) == 1
    assert "python -m wutong.experiments.documents" in capsys.readouterr().err
    assert stale.read_text(encoding="utf-8") == "old\n"
    assert command.main([]) == 0
    assert command.main(["--check"]) == 0


def test_all_elements_and_concepts_of_the_protocol_are_there(template):
    headings = re.findall(r"^## (.*)$", template, re.MULTILINE)
    assert [h for h in headings if h in ELEMENTS] == list(ELEMENTS)
    assert [c for c in re.findall(r"^\*\*(.+?)\.\*\*", template, re.MULTILINE) if c in CONCEPTS] == list(CONCEPTS)


def test_names_in_the_prose_exist_in_the_code(template):
    columns = {f.name for kind in declared.TABLES.values() for f in dataclasses.fields(kind)}
    parameters = {part for name in parameter_facts() for part in name.split(".")}
    effects = {f.name for f in dataclasses.fields(Effects)}
    park = odd.shipped_scenario().park
    fields = {f.name for record in (park.segments[0], park.anchors[0], park) for f in dataclasses.fields(record)}
    fields |= {*TradeEntry.model_fields, *IndustryEntry.model_fields}
    known = columns | parameters | effects | fields | set(declared.TABLES) | set(LEVERS) | set(MEASURES) | SYMBOLS
    prose = re.sub(r"^\{\{\w+\}\}$|\{=[\w.]+\}", "", template, flags=re.MULTILINE)
    named = set(re.findall(r"\b[a-z]+(?:_[a-z]+)+\b", prose)) - NO_CODE_NAMES
    assert not named - known
    paths = {f"{table}.{f.name}" for table, kind in declared.TABLES.items() for f in dataclasses.fields(kind)}
    assert not set(re.findall(r"`([a-z_]+\.[a-z_]+)`", prose)) - set(parameter_facts()) - paths


def test_every_declared_fact_has_its_row():
    text = odd.PATH.read_text(encoding="utf-8")
    for name in (*parameter_facts(), *LEVERS, *MEASURES):
        assert f"| `{name}` |" in text, name


def test_a_mark_without_a_block_and_a_block_without_a_mark_are_refused():
    assert filled("a\n{{one}}\nb", {"one": "1\n2"}) == "a\n1\n2\nb"
    with pytest.raises(ValueError, match="two"):
        filled("{{one}}\n{{two}}", {"one": ""})
    with pytest.raises(ValueError, match="spare"):
        filled("{{one}}", {"one": "", "spare": ""})


def test_a_bar_in_a_cell_does_not_end_it():
    assert table(("a",), [("x|y",)]).splitlines()[-1] == "| x\\|y |"


def test_only_columns_that_are_looked_at_are_noted():
    firms, seen = worlds.begun(worlds.toy_scenario()).park.firms, set()
    watched = observed.Watched(firms.row, "firms", seen)
    one, several = watched[1], watched[:2]
    assert seen == set() and len(several) == 2, "taking rows is no look at a column"
    assert one.revenue == firms.row[1].revenue and several.revenue[0] == firms.row[0].revenue
    assert seen == {"firms.revenue"}
    one.orders = 7.0
    assert firms.row[1].orders == 7.0
    watched[0] = watched[1]
    assert firms.row[0].orders == 7.0
    assert seen == {"firms.revenue"}, "what is written is not read"
    one.employees += 1.0
    assert seen == {"firms.revenue", "firms.employees"}


def test_a_watched_quarter_is_the_same():
    plain, watched = (worlds.begun(worlds.toy_scenario()) for _ in range(2))
    plain.advance(worlds.START + 2)
    observed.observe(watched, 2)
    for name in TABLES:
        mine, theirs = (getattr(world.park, name) for world in (plain, watched))
        assert in_use_or_all(mine).tobytes() == in_use_or_all(theirs).tobytes(), name


def in_use_or_all(table):
    return in_use(table) if isinstance(table, Table) else table


def test_when_a_value_was_written_follows_from_the_schedule(reads):
    assert "firms.revenue" in reads["orders"].last_quarter
    assert "firms.orders" in reads["growth"].this_quarter
    assert "anchors.stage" in reads["attraction"].this_quarter
    assert "zones.rent" in reads["attraction"].last_quarter
    assert "firms.employees" in reads["exit"].this_quarter
    assert "support" in reads["attraction"].levers
    assert "arrivals" in reads["settlement"].waiting
    assert not any(found.this_quarter for name, found in reads.items() if name == SCHEDULE[0].name)


def test_every_lever_effect_is_read_by_some_rule(reads):
    noticed = {effect for found in reads.values() for effect in found.levers}
    assert noticed == {f.name for f in dataclasses.fields(Effects)} | {*PAID_TO_FIRMS}
    assert "localisable" in reads["orders"].levers
