"""Result tables: what they hold, how spreadsheets read them, and that a failure leaves the old file."""

from __future__ import annotations

import csv
import dataclasses
import io
import json

import numpy as np
import pytest
import synthetic

from wutong.experiments import results
from wutong.experiments.identity import run_ids


def read(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def ids_of(histories, failed=()):
    cases = [*(case for history in histories for case in history.cases), *failed]
    return dict(zip(map(id, cases), run_ids(cases), strict=True))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tables")
    failed = [dataclasses.replace(synthetic.history(n_worlds=1).cases[0], replication=7)]
    histories = synthetic.histories(2, 8)
    results.write_tables(folder, histories, ids_of(histories, failed), failed)
    return folder


def test_tables_hold_every_scope_quarter_and_run(folder):
    history = synthetic.history(n_worlds=8)
    rows = read(folder / "trajectories.csv")
    firms = [r for r in rows if (r["policy"], r["measure"], r["scope"]) == ("none", "firms", "software")]
    assert [r["quarter"] for r in firms] == list(history.quarters)
    series = history.total("firms", synthetic.SOFTWARE)
    assert [float(r["q50"]) for r in firms] == pytest.approx(np.median(series, axis=1).tolist())
    assert {r["scope"] for r in rows if r["measure"] == "firms"} == {"all", *synthetic.INDUSTRIES, *synthetic.SEGMENTS}
    assert {r["scope"] for r in rows if r["measure"] == "lever_cost"} == {"all", "space", "seed_fund"}
    assert {r["scope"] for r in rows if r["measure"] == "knowledge"} == {"all"}
    assert {r["unit"] for r in rows if r["measure"] == "exits"} == {"firms/quarter"}


def test_a_failed_run_is_a_row_without_values(folder):
    rows = read(folder / "runs.csv")
    assert [r["status"] for r in rows] == ["complete"] * 16 + ["failed"]
    assert rows[-1]["replication"] == "7"
    assert rows[-1]["firms.software.2025Q4"] == ""
    assert float(rows[0]["firms.software.2025Q4"]) > 0
    assert "revenue.software.2025" in rows[0]


def test_summary_says_what_was_not_judged(folder):
    rows = {(r["policy"], r["target"]): r for r in read(folder / "summary.csv")}
    assert len(rows) == 2 * len(synthetic.targets())
    software = rows["none", "software_firms_2025"]
    assert (software["judged"], software["n"], float(software["prob"])) == ("yes", "8", 0.0)
    assert float(software["prob_high"]) > 0.2
    late = rows["none", "health_2035"]
    assert (late["judged"], late["prob"], late["median"], late["by"]) == ("no", "", "", "2035Q4")


def test_every_column_is_explained_in_both_languages(folder):
    dictionary = json.loads((folder / "columns.json").read_text(encoding="utf-8"))
    for file in ("trajectories.csv", "runs.csv", "summary.csv"):
        columns = list(read(folder / file)[0])
        assert list(dictionary[file]) == columns
        assert all(dictionary[file][c]["zh"] and dictionary[file][c]["en"] for c in columns)
    assert dictionary["runs.csv"]["revenue.software.2025"]["unit"] == "亿元"


def test_spreadsheets_see_chinese_and_no_formula(tmp_path):
    path = results.write_csv(tmp_path / "t.csv", ["甲", "=1+1"], [("=HYPERLINK()", -1.5), ("重庆,“引号”\n换行", None), ("@x", 2)])
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))
    assert rows == [["甲", "'=1+1"], ["'=HYPERLINK()", "-1.5"], ["重庆,“引号”\n换行", ""], ["'@x", "2"]]


def test_a_failure_while_writing_leaves_the_old_file_and_no_rest(tmp_path):
    path = results.write_csv(tmp_path / "t.csv", ["a"], [("old",)])

    def broken():
        yield ("new",)
        raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError):
        results.write_csv(path, ["a"], broken())
    assert [r["a"] for r in read(path)] == ["old"]
    assert [p.name for p in tmp_path.iterdir()] == ["t.csv"]


def test_reading_columns_of_two_scenarios_with_other_dates_stand_side_by_side():
    short = synthetic.history(n_worlds=2, end=synthetic.START + 9)
    both = [short, synthetic.history("recruit", 2)]
    columns = results.reading_columns(both)
    rows = list(results.run_rows(both, ids_of(both)))
    assert all(len(row) == 6 + len(columns) for row in rows)
    position = 6 + list(columns).index("revenue.software.2030")
    assert rows[0][position] is None
    assert rows[-1][position] is not None


def test_trajectories_of_many_policies_leave_segments_out(monkeypatch):
    histories = synthetic.histories(2, 4)
    whole = {row[3] for row in results.trajectory_rows(histories)}
    monkeypatch.setattr(results, "DETAILED_GROUPS", 1)
    fewer = {row[3] for row in results.trajectory_rows(histories)}
    assert whole - fewer == set(synthetic.SEGMENTS) and {"all", "software"} <= fewer
