"""Who buys from whom: the national input-output table spread over the park's segments."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path as FilePath

from experiments.reading.checking import Findings
from experiments.reading.schema import ParkFile, TradeEntry
from model.facts import Label

OUTSIDE = "outside"  # products of a sector that no segment makes
SECTOR = Label("行业部门", "sector")
SEGMENT = Label("环节", "segment")
TOLERANCE = 1e-6

Row = Mapping[str, float]


@dataclass(frozen=True)
class Table:
    """Direct coefficients by supplying and buying sector, and value added as a share of output by sector."""

    coefficients: Mapping[str, Row]
    value_added: Row


def read_table(coefficients: FilePath, value_added: FilePath) -> Table:
    """The table of two CSV files whose first column names the sector."""
    ratios = {row[0]: float(row[1]) for row in _rows(value_added)[1:]}
    header, *body = _rows(coefficients)
    cells = {row[0]: dict(zip(header[1:], map(float, row[1:]), strict=True)) for row in body}
    return Table(cells, ratios)


def _rows(path: FilePath) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [row for row in csv.reader(file) if row and not row[0].startswith("#")]


def check_trade(park: ParkFile, table: Table, findings: Findings) -> None:
    """Problems of the splits: unknown sectors or segments, shares that do not sum to 1."""
    names = (*park.segments, OUTSIDE)
    for key, segment in park.segments.items():
        findings.known(segment.sector, list(table.value_added), ("segments", key, "sector"), SECTOR)
    for sector, shares in park.trade.splits.items():
        findings.known(sector, list(table.coefficients), ("trade", "splits", sector), SECTOR)
        check_shares(shares, names, ("trade", "splits", sector), findings)
    for buyer, splits in park.trade.buyer_splits.items():
        findings.known(buyer, list(park.segments), ("trade", "buyer_splits", buyer), SEGMENT)
        for sector, shares in splits.items():
            findings.known(sector, list(table.coefficients), ("trade", "buyer_splits", buyer, sector), SECTOR)
            check_shares(shares, names, ("trade", "buyer_splits", buyer, sector), findings)
    for buyer, row in park.trade.beyond_table.items():
        findings.known(buyer, list(park.segments), ("trade", "beyond_table", buyer), SEGMENT)
        for seller in row:
            findings.known(seller, list(park.segments), ("trade", "beyond_table", buyer, seller), SEGMENT)


def check_shares(shares: Row, names: Sequence[str], path: tuple[str, ...], findings: Findings) -> None:
    """Problems of a split over segments: unknown names, a sum other than 1."""
    for name in shares:
        findings.known(name, names, (*path, name), SEGMENT)
    total = sum(shares.values())
    if abs(total - 1.0) > TOLERANCE:
        findings.add("sum_not_one", path, {"total": f"{total:g}"})


def purchases(park: ParkFile, table: Table) -> tuple[tuple[float, ...], ...]:
    """Share of the buyer's revenue spent on each segment's products, [buying segment][selling segment]."""
    return tuple(_row(buyer, park, table) for buyer in park.segments)


def _row(buyer: str, park: ParkFile, table: Table) -> tuple[float, ...]:
    trade, sector = park.trade, park.segments[buyer].sector
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
