"""Options that several commands share."""

from __future__ import annotations

from typing import Annotated

import typer

from experiments.commands.language import told

Sets = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="PATH=VALUE", help=told("改动情景中的一项，可重复", "change an entry of the scenario; may be repeated")
    ),
]
