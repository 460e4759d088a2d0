"""JSON Schema of the files: in step with the reader, of every shipped file, and said in both languages."""

from __future__ import annotations

import inspect
import json
import re
from functools import cache
from pathlib import Path

import pytest
from jsonschema import Draft7Validator
from ruamel.yaml import YAML

from wutong.experiments.documents import __main__ as command
from wutong.experiments.documents.schemas import FIRST_LINE, FOLDERS, schema_path, schema_text
from wutong.experiments.reading import schema as entries
from wutong.experiments.reading.catalogue import declared
from wutong.experiments.reading.designs import DesignFile
from wutong.experiments.reading.factors import KEYS, kind_of, read_factor
from wutong.experiments.reading.fates import DATED, PLAIN
from wutong.experiments.reading.json_schema import json_schema
from wutong.experiments.reading.json_schema.values import Values
from wutong.experiments.reading.meanings import HINTS, hint_of
from wutong.experiments.reading.quantities import Quantity, QuantityError
from wutong.experiments.reading.spreads import ALLOWED
from wutong.experiments.reading.titles import TITLES, WORDS, title_of
from wutong.model.assumptions import parameter_facts
from wutong.model.levers import LEVERS
from wutong.model.measures import MEASURES

CHINESE = re.compile("[\u4e00-\u9fff]")
FILES = [(kind, path) for kind, folder in FOLDERS.items() for path in sorted(folder.glob("*.yaml"))]
UNITS = sorted({"亿元/person/year", "万 m2/year", "firms/year", "mu", *(f.unit for f in parameter_facts().values())})
TEXTS = (
    "5", "5%", "-3", "1e3", ".5", "800 亿元", "800亿", "80 billion CNY", "1e8 CNY", "100 million yuan a year", "5 亿元/年",
    "80 万元/人", "80 万元/人/年", "6 万人", "6 万", "2 thousand people per year", "2000 家", "35 firms/year", "2 years",
    "6 个月", "50 万 m²", "500000 平方米", "30 yuan/m2/month", "5%/年", "5 %", "5 bananas", "1/2", "3,141 亿元", "８００",
    "five", "", "5%%", "亿元", "5 亿元 亿元",
)  # fmt: skip
HEAD = "format: 1\ntitle: {zh: 试, en: Try}\n"
PARK = "format: 1\nlabel: {zh: 试, en: Try}\n"
CHILD = HEAD + "extends: baseline\n"
DESIGN = HEAD + "scenarios: [baseline]\n"
SETTING = HEAD + "settings: [{lever: seed_fund, level: 1 亿元/年, start: 2023Q1}]\n"
WRONG = (
    ("scenario", CHILD, "clokc: {end: 2030Q4}\n"),
    ("scenario", CHILD, "clock: {end: 2030}\n"),
    ("scenario", CHILD, "clock: {end: 2030Q5}\n"),
    ("scenario", CHILD, "clock: 2030Q4\n"),
    ("scenario", CHILD, "judged: software\n"),
    ("scenario", CHILD, "assumptions: {growth.peopel: 3}\n"),
    ("scenario", CHILD, "assumptions: {growth.people: lots}\n"),
    ("scenario", CHILD, "assumptions: {growth.people: 5%}\n"),
    ("scenario", CHILD, "assumptions: {growth.people: {value: 1, rnage: [1, 2]}}\n"),
    ("scenario", CHILD, "assumptions: {growth.people: {uniform: [1]}}\n"),
    ("scenario", CHILD, "assumptions: {growth.people: {uniform: [1, 2], choice: [1, 2]}}\n"),
    ("scenario", CHILD, "assumptions: {growth.people: {value: 1, range: [1, 2], low: 0, high: 3}}\n"),
    ("scenario", CHILD, "assumptions: {anchors.start_share: 5}\n"),
    ("scenario", CHILD, "anchors: {quanta: {opening_share: 5}}\n"),
    ("scenario", CHILD, "anchors: {quanta: {fate: gone}}\n"),
    ("scenario", CHILD, "anchors: {quanta: {fate: {delayed: 2 人}}}\n"),
    ("scenario", CHILD, "anchors: {quanta: {status: open}}\n"),
    ("scenario", CHILD, "anchors: anchors.docx\n"),
    ("scenario", CHILD, "targets: {software_firms_2025: {measure: firm}}\n"),
    ("scenario", CHILD, "targets: {software_firms_2025: {measure: firms, at_least: 5 亿元}}\n"),
    ("scenario", CHILD, "targets: {software_firms_2025: {basis: month}}\n"),
    ("scenario", CHILD, "shocks: {x: {years: twice}}\n"),
    ("scenario", CHILD, "anchors: {quanta: {label: {zh: 试}}}\n"),
    ("scenario", "title: {zh: 试, en: Try}\nextends: baseline\n", ""),
    ("scenario", HEAD, "clock: {end: 2030Q4}\n"),
    ("scenario", HEAD + "park: science_city\nclock: {end: 2030Q4}\n", "shocks: {x: {years: 2024}}\n"),
    ("policy", HEAD, "settings: [{lever: sed_fund, level: 1}]\n"),
    ("policy", HEAD, "settings: [{lever: seed_fund, level: 6}]\n"),
    ("policy", HEAD, "settings: [{lever: seed_fund, level: 6 人}]\n"),
    ("policy", HEAD, "settings: [{lever: landing_subsidy, level: 5}]\n"),
    ("policy", HEAD, "settings: [{lever: seed_fund}]\n"),
    ("policy", HEAD, "settings: [{lever: seed_fund, level: 1, zones: [xiyong]}]\n"),
    ("policy", HEAD, "settings: [{lever: seed_fund, level: 1, start: 2023}]\n"),
    ("policy", HEAD, "setings: []\n"),
    ("policy", "", "format: 2\ntitle: {zh: 试, en: Try}\n"),
    ("design", DESIGN, "method: sobol\nn: 100\nfactors: {growth.people: {}}\n"),
    ("design", DESIGN, "method: random\nfactors: {growth.people: {}}\n"),
    ("design", DESIGN, "method: factorial\nn: 4\n"),
    ("design", DESIGN, "method: sobel\n"),
    ("design", DESIGN, "method: list\n"),
    ("design", DESIGN, "method: list\npoints: [{levers.seed_fund: 9}]\n"),
    ("design", DESIGN, "method: one_at_a_time\n"),
    ("design", DESIGN, "replications: 0\n"),
    ("design", DESIGN, "factors: {growth.peple: {}}\n"),
    ("design", DESIGN, "factors: {growth.people: 5}\n"),
    ("design", DESIGN, "factors: {growth.people: [5%]}\n"),
    ("design", DESIGN, "factors: {growth.people: {uniform: [1]}}\n"),
    ("design", DESIGN, "factors: {growth.people: {uniform: [1, 2], values: [1]}}\n"),
    ("design", DESIGN, "factors: {growth.people: {values: [1], levels: 3}}\n"),
    ("design", DESIGN, "factors: {levers.seed_fund: {values: {full: 9}}}\n"),
    ("design", "format: 1\ntitle: 试\n", "replications: 3\n"),
    ("park", PARK, "extends: hsinchu\nzones: {park: {plants: [house]}}\n"),
    ("park", PARK, "extends: hsinchu\nconstraints: [{quantity: firms, scope: all, range: [1 亿元, 2], source: x}]\n"),
    ("park", PARK, "extends: hsinchu\npipeline: {signed: {2023: 4}}\n"),
    ("park", PARK, "start: 2022Q3\nindustries: {}\nsegments: {}\n"),
)  # fmt: skip

RIGHT = (
    ("scenario", CHILD),
    ("policy", HEAD + "settings: []\n"),
    ("policy", SETTING),
    ("design", DESIGN),
    ("design", "format: 1\nextends: lever_sample\nn: 128\n"),
)


@cache
def validator(kind):
    return Draft7Validator(json_schema(kind))


def loaded(text):
    return YAML(typ="safe", pure=True).load(text)


def entry_kinds():
    found = vars(entries).values()
    return [DesignFile, *(kind for kind in found if inspect.isclass(kind) and issubclass(kind, entries.Entry))]


@pytest.mark.parametrize("kind", FOLDERS)
def test_the_files_say_what_the_code_says(kind):
    assert schema_path(kind).read_text(encoding="utf-8") == schema_text(kind), "wutong.experiments.documents writes it anew"


def test_the_command_finds_a_stale_schema(tmp_path, monkeypatch, capsys):
    assert set(command.documents()) >= {schema_path(kind) for kind in FOLDERS}
    stale = tmp_path / "schema.json"
    monkeypatch.setattr(command, "documents", lambda: {stale: lambda: schema_text("policy")})
    assert command.main(["--check"]) == 1
    assert str(stale) in capsys.readouterr().err
    assert command.main([]) == 0
    assert stale.read_text(encoding="utf-8") == schema_text("policy")


@pytest.mark.parametrize("kind", FOLDERS)
def test_a_schema_is_one_and_not_too_large(kind):
    Draft7Validator.check_schema(json_schema(kind))
    assert len(schema_text(kind).encode()) < 300_000


@pytest.mark.parametrize(("kind", "path"), FILES, ids=lambda x: x.stem if isinstance(x, Path) else x)
def test_shipped_files_are_valid(kind, path):
    text = path.read_text(encoding="utf-8")
    assert [f"{list(e.absolute_path)}: {e.message[:200]}" for e in validator(kind).iter_errors(loaded(text))] == []
    assert text.partition("\n")[0] == FIRST_LINE


@pytest.mark.parametrize(("kind", "head", "text"), WRONG, ids=[text.strip() for *_, text in WRONG])
def test_wrong_files_are_refused(kind, head, text):
    assert not validator(kind).is_valid(loaded(head + text))


@pytest.mark.parametrize(("kind", "text"), RIGHT)
def test_what_they_stand_on_is_right(kind, text):
    assert validator(kind).is_valid(loaded(text))


@pytest.mark.parametrize("unit", UNITS)
def test_texts_with_units_are_read_alike(unit):
    values, quantity = Values(), Quantity(unit, -float("inf"))
    schema = values.quantity(quantity) | {"definitions": values.definitions}
    for text in TEXTS:
        try:
            quantity.read(text)
            read = True
        except QuantityError as error:
            read = error.code == "bare_percent"  # a number all the same
        assert Draft7Validator(schema).is_valid(text) is read, text


def test_patterns_hold_in_javascript_too():
    patterns = [v for kind in FOLDERS for k, v in pairs(json_schema(kind)) if k == "pattern" and isinstance(v, str)]
    assert len(patterns) > 30
    assert not [p for p in patterns if "(?<" in p or "(?i" in p or "\\Z" in p or "\\ " in p]


def pairs(node):
    if isinstance(node, dict):
        for key, value in node.items():
            yield key, value
            yield from pairs(value)
    elif isinstance(node, list):
        for item in node:
            yield from pairs(item)


def test_every_key_has_a_title_and_a_hint_in_both_languages():
    named = [(kind.__name__, key) for kind in entry_kinds() for key in kind.model_fields]
    named += [("", key) for key in (*ALLOWED, *PLAIN, *DATED)] + [("Factor", key) for key in KEYS]
    for entry, key in named:
        hint = hint_of(key, entry)
        assert key in TITLES or f"{entry}.{key}" in TITLES, f"titles.py lacks {entry}.{key}"
        assert hint is not None, f"meanings.py lacks {entry}.{key}"
        assert title_of(key, entry).zh and title_of(key, entry).en and hint.zh.endswith("。") and hint.en.endswith(".")


def test_nothing_is_named_that_is_no_key():
    known = {key for kind in entry_kinds() for key in kind.model_fields} | {*ALLOWED, *PLAIN, *DATED, *KEYS}
    known |= {f"Factor.{key}" for key in KEYS}
    known |= {f"{kind.__name__}.{key}" for kind in entry_kinds() for key in kind.model_fields}
    assert set(TITLES) == set(HINTS)
    assert not set(TITLES) - known


@pytest.mark.parametrize("labels", [TITLES, HINTS, WORDS])
def test_chinese_is_chinese_and_english_is_not(labels):
    assert not [key for key, label in labels.items() if not CHINESE.search(label.zh)]
    english = {key: label.en for key, label in labels.items()}
    assert not [key for key, text in english.items() if CHINESE.search(re.sub("亿元|万|{zh: [^}]*}", "", text))]


def test_chinese_has_full_width_punctuation():
    for label in (*TITLES.values(), *HINTS.values()):
        prose = re.sub(r"\{[^}]*\}+|\[[^\]]*\]|“[^”]*”|[.:]\w", "", label.zh)
        assert not re.search(r"[,;:?!()]", prose), label.zh


def test_every_key_of_a_schema_says_what_it_is():
    for kind in FOLDERS:
        for name, node in json_schema(kind)["properties"].items():
            assert CHINESE.search(node["title"]) and "/" in node["title"], f"{kind}.{name}"
            assert "\n" in node["description"], f"{kind}.{name}"


def test_every_parameter_is_there_with_name_unit_range_and_source():
    properties = json_schema("scenario")["properties"]["assumptions"]["properties"]
    assert set(properties) == set(parameter_facts())
    for name, fact in parameter_facts().items():
        said = properties[name]["title"] + properties[name]["description"]
        numbers = (f"{fact.assumption.low:g}", f"{fact.assumption.high:g}", f"{fact.assumption.default:g}")
        unit = Quantity(fact.unit).names()
        for part in (fact.label.zh, fact.label.en, unit.zh, unit.en[1:], fact.assumption.source, *numbers):
            assert part in said, f"{name} does not say {part}"


@pytest.mark.parametrize(("kind", "name", "facts"), [("scenario", "measure", MEASURES), ("policy", "lever", LEVERS)])
def test_every_measure_and_lever_is_there_with_its_unit(kind, name, facts):
    choices = {choice["const"]: choice for choice in json_schema(kind)["definitions"][name]["oneOf"]}
    assert set(choices) == set(facts)
    for key, fact in facts.items():
        assert fact.label.zh in choices[key]["title"] and fact.label.en in choices[key]["title"]
        assert fact.unit in choices[key]["description"]


def test_every_parameter_and_lever_can_vary_in_a_design():
    properties = json_schema("design")["properties"]["factors"]["properties"]
    assert set(properties) == {*parameter_facts(), *(f"levers.{key}" for key in LEVERS)}
    for key, lever in LEVERS.items():
        words = properties[f"levers.{key}"]
        assert lever.label.zh in words["title"] and lever.label.en in words["title"] and f"{lever.high:g}" in words["description"]


FORMS = {
    "people: {log_uniform: [8000, 4 万人/年]}": True,
    "people: [8000, 2 万人/年]": True,
    "people: {integers: [8000, 9000], default: 8500}": True,
    "people: {values: {few: 8000, many: 2 万人/年}}": True,
    "people: {}": True,
    "people:": True,
    "people: {values: []}": False,
    "people: {levels: 1}": False,
    "people: many": False,
}


@pytest.mark.parametrize("text", FORMS)
def test_factors_are_valid_where_the_reader_takes_them(text):
    raw = loaded(text)["people"]
    kind = kind_of("growth.people", (), declared())
    try:
        read_factor(kind, raw)
        read = True
    except QuantityError:
        read = False
    assert read is FORMS[text]
    assert validator("design").is_valid(loaded(f"{DESIGN}factors: {{growth.people: {json.dumps(raw)}}}")) is read


def test_it_is_written_in_chinese_and_not_in_escapes():
    assert "园区" in schema_text("scenario") and "\\u" not in schema_text("scenario")
    assert json.loads(schema_text("park")) == json_schema("park")
