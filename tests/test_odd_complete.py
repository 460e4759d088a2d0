"""docs/ODD.md leaves nothing out: figures of the park, parameters, constants, and the address of every draw."""

from __future__ import annotations

import ast
import dataclasses
import enum
import hashlib
import math
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pytest

from wutong.experiments.documents import addresses, constants, odd
from wutong.model import base, draws
from wutong.model.assumptions import parameter_facts
from wutong.model.draws import Draws, Purpose, child, named, world_key
from wutong.model.facts import Assumption, Label, Shape
from wutong.model.scenario import NO_NEW_POLICY, Case, Place
from wutong.model.units import NEVER, quarter_name
from wutong.model.world import prepare

MODEL = Path(base.__file__).parent
TEXT = odd.PATH.read_text(encoding="utf-8")
SCENARIO = odd.shipped_scenario()
PARK = SCENARIO.park
RECORDS = (*PARK.industries, *PARK.segments, *PARK.partner_kinds, *PARK.anchors, *PARK.labs, *PARK.zones)
UNUSED = {"key", "source", "place", "sites"}  # names of rows, and what only pictures use
DATES = {"signed", "opens", "opened", "closes"}
YES = {True: "yes", False: "–"}
CHOICES = {  # a choice of yes or no that is printed in words of its own
    "through_funnel": {True: "projects", False: "open at once"},
    "university": {True: "university", False: "state"},
    "entry_per_firm": {True: " × firms", False: ""},
}
TWO_UNIFORMS = {"pair", "normal", "gamma_two"}


def shown(value: float) -> str:
    return f"{value:,.6g}"


def spread(a: Assumption) -> str:
    """The beginning of a cell that tells an assumption: default, bounds, and a shape that is no triangle."""
    if a.low == a.high:
        return shown(a.default)
    assert a.shape in (Shape.TRIANGULAR, Shape.LOG_UNIFORM)
    return f"{shown(a.default)} ({shown(a.low)}–{shown(a.high)}{', log-uniform' * (a.shape is Shape.LOG_UNIFORM)})"


def cells_of(key: str) -> list[str]:
    """Cells of all rows of the document that begin with a key."""
    rows = [line for line in TEXT.splitlines() if line.startswith(f"| `{key}` |")]
    return [cell.strip() for row in rows for cell in row.strip("|").split("|")]


def expected(name: str, value: object) -> Iterator[str]:
    """What must stand in some cell of the row for a field of a record."""
    if isinstance(value, Assumption):
        yield spread(value)
    elif isinstance(value, bool):
        yield CHOICES.get(name, YES)[value]
    elif isinstance(value, Label):
        yield from (value.en, value.zh)
    elif isinstance(value, Mapping):
        yield from (f"`{key}` {shown(share)}" for key, share in value.items())
    elif name in DATES:
        yield "–" if value is None or value >= NEVER else quarter_name(value)
    elif isinstance(value, enum.StrEnum | str):
        yield str(value)
    elif isinstance(value, float):
        yield shown(value)
    elif isinstance(value, tuple):
        yield from (str(part) for item in value for part in (item if isinstance(item, tuple) else (item,)))
    else:
        assert value is None, f"{name}: {value!r} is of a kind that this test does not know"


@pytest.mark.parametrize("record", RECORDS, ids=lambda r: f"{type(r).__name__}-{r.key}")
def test_every_figure_and_choice_of_the_park_is_there(record):
    cells = cells_of(record.key)
    assert cells, record.key
    for field in dataclasses.fields(record):
        if field.name not in UNUSED:
            for text in expected(field.name, getattr(record, field.name)):
                assert any(text in cell for cell in cells), (record.key, field.name, text)


def test_every_other_figure_of_the_park_is_there():
    for buyer, row in zip(PARK.segments, PARK.purchases, strict=True):
        told = [item for cell in cells_of(buyer.key) for item in cell.split(", ")]
        for seller, share in zip(PARK.segments, row, strict=True):
            assert (f"`{seller.key}` {shown(share)}" in told) == (share > 0.0)
    for quarter, count in PARK.pipeline.signed:
        assert f"| {quarter_name(quarter)} | {count} |" in TEXT
    assert f"{shown(PARK.pipeline.investment_mean.default)} 亿元" in TEXT
    for constraint in PARK.constraints:
        assert f"| {shown(constraint.low)} – {shown(constraint.high)} | {constraint.source} |" in TEXT
    for seen in PARK.observed:
        assert f"| `{seen.measure}` | {seen.scope} | {quarter_name(seen.quarter)} | {shown(seen.value)} |" in TEXT


def test_the_records_of_a_park_are_all_walked_through():
    records = {"industries", "segments", "partner_kinds", "anchors", "labs", "zones"}
    others = {"purchases", "pipeline", "constraints", "observed"}
    assert {f.name for f in dataclasses.fields(PARK)} == records | others | {"name", "label", "start"}
    assert {type(r.place) for r in PARK.zones} <= {Place, type(None)}


def test_every_parameter_stands_there_with_its_range_and_what_it_is_drawn_from():
    for name, fact in parameter_facts().items():
        row = next(line for line in TEXT.splitlines() if line.startswith(f"| `{name}` | {fact.unit} |"))
        a, given = fact.assumption, SCENARIO.assumptions.get(name)
        for value in (a.default, *((a.low, a.high) if a.low < a.high else ())):
            assert re.search(rf"\D{re.escape(f'{value:,.4g}' if abs(value) < 10_000 else f'{value:,.0f}')}\D", row), name
        assert ("here from" in row) == (given is not None)
    joint = {name: a for name, a in SCENARIO.assumptions.items() if a.drawn_with}
    assert len(joint) == len(SCENARIO.assumptions) == 16
    for name, a in joint.items():
        assert f"| `{a.drawn_with}` | {len(a.options)} | `{name}` | {shown(a.default)} |" in TEXT


def numbers_in_capitals() -> Iterator[tuple[str, str]]:
    """Module and name of what the rules, the start, the settlement and the newcomers assign in capitals at their top."""
    paths = [*MODEL.glob("rules/*.py"), *MODEL.glob("start/*.py"), MODEL / "settlement.py", MODEL / "newcomers.py"]
    for path in sorted(paths):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.Assign):
                names = [n.id for target in node.targets for n in ast.walk(target) if isinstance(n, ast.Name)]
                yield from ((path.stem, name) for name in names if name.isupper())


def test_every_constant_stands_there_with_its_value():
    known = constants.constants()
    left_out = {"opening.STAGES"}  # a translation of words
    found = {f"{module}.{name}" for module, name in numbers_in_capitals()}
    assert found - left_out <= known.keys()
    for name, value in known.items():
        printed = ", ".join(f"{float(v):,.12g}" for v in np.ravel(value))
        assert f"| `{name}` | {printed} |" in TEXT, name
        assert constants.meaning(name), f"say in constants.WORDS, or beside it, what {name} is for"
    assert not constants.WORDS.keys() - known.keys()


def test_a_constant_of_the_prose_is_taken_from_the_code():
    assert constants.with_values("from {=site.TIGHT} on") == "from 0.85 on"
    with pytest.raises(KeyError):
        constants.with_values("{=site.NO_SUCH_NUMBER}")
    assert "{=" not in TEXT


def draws_in_the_code() -> Iterator[tuple[Purpose, str, int]]:
    """Purpose, quarter and number of uniforms of every draw, read off the calls that name a purpose."""
    for path in sorted(MODEL.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                places = [i for i, given in enumerate(node.args) if ast.unparse(given).startswith("Purpose.")]
                if places:
                    purpose = Purpose[ast.unparse(node.args[places[0]]).partition(".")[2]]
                    yield purpose, quarter_of(node, places[0]), 2 if node.func.attr in TWO_UNIFORMS else 1


def quarter_of(call: ast.Call, place: int) -> str:
    """Where the quarter of a draw stands: inside ``Draws(...)``, or behind the purpose; a name of any kind is the present one."""
    source = call.func.value
    given = source.args if isinstance(source, ast.Call) else call.args[place + 1 :] if ast.unparse(source) == "keyed" else []
    return str(given[0].value) if given and isinstance(given[0], ast.Constant) else addresses.NOW


def test_every_draw_of_the_code_has_its_address_told():
    assert set(draws_in_the_code()) == {(use.purpose, use.quarter, use.uniforms) for use in addresses.USES}


def test_every_purpose_stands_in_the_table():
    for purpose in Purpose:
        assert f"| {int(purpose)} | {purpose.name.lower().replace('_', ' ')} |" in TEXT


@pytest.fixture(scope="module")
def names():
    """Names whose hashes are the addresses of assumptions, at the start of the shipped park."""
    found = set()

    def named_all(key, given):
        found.update(given)
        return draws.named_all(key, given)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(base, "named_all", named_all)
        prepare([Case(SCENARIO, NO_NEW_POLICY, 0)])
    return found


def test_every_assumption_has_the_name_that_is_its_address_told(names):
    parameters = set(parameter_facts())
    members = {
        "industry": PARK.industries, "anchor": PARK.anchors, "lab": PARK.labs, "zone": PARK.zones, "kind": PARK.partner_kinds,
    }  # fmt: skip
    told = set(parameters)
    for pattern, _, _ in addresses.NAMES:
        kind = re.search(r"<(\w+)>", pattern)
        if kind is None:
            told.add(pattern)
        elif kind[1] in members:
            told |= {pattern.replace(kind[0], member.key) for member in members[kind[1]]}
        elif kind[1] == "file":
            told |= {a.drawn_with for a in SCENARIO.assumptions.values()}
    assert names <= told
    unused = told - names - parameters
    waiting = {f"{name}.{a.key}" for name in ("jobs", "revenue") for a in PARK.anchors if a.status.value != "operating"}
    assert unused <= waiting


def mixed(x: int) -> int:
    """SplitMix64's finaliser as section 7.11 writes it, on plain whole numbers."""
    x %= 2**64
    x ^= x >> 30
    x = x * 0xBF58476D1CE4E5B9 % 2**64
    x ^= x >> 27
    x = x * 0x94D049BB133111EB % 2**64
    return x ^ x >> 31


def test_the_recipe_of_the_draws_gives_what_the_model_draws():
    golden = int(re.search(r"G = (0x\w+)", TEXT)[1], 16)
    world = mixed(mixed(7 * golden + 0x5EED) + 3 * golden)
    assert world == world_key(7, 3)
    cell = mixed(world + int.from_bytes(hashlib.blake2b(b"segment.ic.design", digest_size=8).digest(), "little"))
    firm = mixed(cell + 5 * golden)
    keys = np.array([world], np.uint64)
    assert child(named(keys, "segment.ic.design"), np.array([5]))[0] == firm
    address = mixed(mixed(int(Purpose.QUALITY) * golden + 0x1234567) + 8091 * golden)
    first, second = ((mixed(firm + a) >> 11) * 2.0**-53 for a in (address, mixed(address + 1)))
    now, key = Draws(8091), np.array([firm], np.uint64)
    assert now.pair(key, Purpose.QUALITY).ravel().tolist() == [first, second]
    normal = math.sqrt(-2.0 * math.log(1.0 - first)) * math.cos(2.0 * math.pi * second)
    assert now.normal(key, Purpose.QUALITY)[0] == pytest.approx(normal, rel=1e-12)
    gamma = -0.5 * 3.0 * (math.log(1.0 - first) + math.log(1.0 - second))
    assert now.gamma_two(key, Purpose.QUALITY, np.array([3.0]))[0] == pytest.approx(gamma, rel=1e-12)
    laplace = math.copysign(-math.log(1.0 - 2.0 * abs(first - 0.5)), first - 0.5)
    assert now.laplace(key, Purpose.QUALITY, np.ones(1))[0] == pytest.approx(laplace, rel=1e-12)
