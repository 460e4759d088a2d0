"""Who buys from whom: the national input-output table spread over the park's segments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path as FilePath

from wutong.experiments.reading.checking import Findings
from wutong.experiments.reading.kinds import SHARE
from wutong.experiments.reading.messages import Problem, ReadingError, problem
from wutong.experiments.reading.nodes import Mark
from wutong.experiments.reading.quantities import QuantityError
from wutong.experiments.reading.resolve import shown_path
from wutong.experiments.reading.schema import ParkFile, TradeEntry
from wutong.experiments.reading.tables import Rows, read_rows
from wutong.experiments.reading.text import scalar
from wutong.model.facts import Label

OUTSIDE = "outside"  # products of a sector that no segment makes
SECTOR = Label("行业部门", "sector")
SEGMENT = Label("环节", "segment")
TOLERANCE = 1e-6
RATIO = "value_added_ratio"  # column of the table of value added

Row = Mapping[str, float]


@dataclass(frozen=True)
class Table:
    """Direct coefficients by supplying and buying sector, and value added as a share of output by sector."""

    coefficients: Mapping[str, Row]
    value_added: Row


def read_table(coefficients: FilePath, value_added: FilePath) -> Table:
    """The table of two CSV files whose first column names the sector.

    Raises
    ------
    ReadingError
        If a file cannot be read, or a cell is no number.
    """
    buys, adds = (read_rows(path, shown_path(path)).whole() for path in (coefficients, value_added))
    problems: list[Problem] = []
    if RATIO not in adds.columns:
        problems.append(problem("missing_key", Mark(adds.file, 1, 1), facts={"key": RATIO}))
    cells = dict(_numbers(buys, buys.columns[1:], problems))
    ratios = {name: row[RATIO] for name, row in _numbers(adds, [RATIO] if not problems else [], problems) if row}
    if problems:
        raise ReadingError(problems)
    return Table(cells, ratios)


def _numbers(table: Rows, columns: Sequence[str], problems: list[Problem]) -> Iterator[tuple[str, Row]]:
    """Rows by the sector in their first column, some of their other cells as shares."""
    seen: dict[str, int] = {}
    for line, cells in table.rows:
        sector, row = cells[table.columns[0]], {}
        if sector in seen:
            facts = {"key": sector, "first": str(seen[sector])}
            problems.append(problem("duplicate_key", Mark(table.file, line, 1), facts=facts))
        seen.setdefault(sector, line)
        for column in columns:
            try:
                row[column] = SHARE.read(scalar(cells[column] or "0"))
            except QuantityError as error:
                problems.append(problem(error.code, table.mark(line, column), (sector, column), error.facts, error.mend))
        yield sector, row


def check_trade(park: ParkFile, table: Table | None, findings: Findings) -> None:
    """Problems of the splits: unknown sectors or segments, shares that do not sum to 1."""
    if park.trade is None or table is None:
        return
    segments = findings.keys("segments")
    names = (*segments, OUTSIDE)
    for key, segment in park.segments.items():
        if segment.sector is not None and findings.known(segment.sector, _sectors(table), ("segments", key, "sector"), SECTOR):
            continue
    for sector, shares in park.trade.splits.items():
        findings.known(sector, list(table.coefficients), ("trade", "splits", sector), SECTOR)
        check_shares(shares, names, ("trade", "splits", sector), findings)
    for buyer, splits in park.trade.buyer_splits.items():
        findings.known(buyer, segments, ("trade", "buyer_splits", buyer), SEGMENT)
        for sector, shares in splits.items():
            findings.known(sector, list(table.coefficients), ("trade", "buyer_splits", buyer, sector), SECTOR)
            check_shares(shares, names, ("trade", "buyer_splits", buyer, sector), findings)
    for buyer, row in park.trade.beyond_table.items():
        findings.known(buyer, segments, ("trade", "beyond_table", buyer), SEGMENT)
        for seller in row:
            findings.known(seller, segments, ("trade", "beyond_table", buyer, seller), SEGMENT)


def check_shares(shares: Row, names: Sequence[str], path: tuple[str, ...], findings: Findings) -> None:
    """Problems of a split over segments: unknown names, a sum other than 1."""
    for name in shares:
        findings.known(name, names, (*path, name), SEGMENT)
    total = sum(shares.values())
    if abs(total - 1.0) > TOLERANCE:
        findings.add("sum_not_one", path, {"total": f"{total:g}"})


def _sectors(table: Table) -> list[str]:
    """Sectors that buy, supply and have a value added."""
    buying = set.intersection(*(set(row) for row in table.coefficients.values())) if table.coefficients else set()
    return [name for name in table.value_added if name in buying]


def purchases(park: ParkFile, table: Table | None) -> tuple[tuple[float, ...], ...]:
    """Share of the buyer's revenue spent on each segment's products, [buying segment][selling segment]; 0 without a table."""
    if park.trade is None or table is None:
        return tuple((0.0,) * len(park.segments) for _ in park.segments)
    return tuple(_row(buyer, park, park.trade, table) for buyer in park.segments)


def _row(buyer: str, park: ParkFile, trade: TradeEntry, table: Table) -> tuple[float, ...]:
    sector = park.segments[buyer].sector or ""
    row = dict.fromkeys(park.segments, 0.0)
    for supplier, shares in _splits(buyer, trade).items():
        own = trade.own_sector_factor if supplier == sector else 1.0
        spent = table.coefficients[supplier][sector] * own
        for seller, share in shares.items():
            if seller != OUTSIDE:
                row[seller] += spent * share
    for seller, assumed in trade.beyond_table.get(buyer, {}).items():
        row[seller] += assumed.default
    return tuple(row.values())


def _splits(buyer: str, trade: TradeEntry) -> Mapping[str, Row]:
    return {**trade.splits, **trade.buyer_splits.get(buyer, {})}
