"""Fetches and shows a list, with the options that all list commands share."""

from itertools import islice
from typing import Annotated, Any

import typer

from cli.remote.caller import Caller

Limit = Annotated[int, typer.Option(min=1, help="Maximum number of rows.")]
All = Annotated[bool, typer.Option("--all", help="Show all rows.")]
DEFAULT_LIMIT = 50


def show_list(
    caller: Caller, path: str, columns: tuple[str, ...], *, limit: int, every: bool, **params: Any
) -> None:
    """Show up to `limit` rows, or all with `every`; `params` are query parameters of the API."""
    if every:
        caller.screen.rows(caller.api.pages(path, **params), *columns)
        return
    rows = list(caller.api.pages(path, limit + 1, **params))
    caller.screen.rows(islice(rows, limit), *columns)
    if len(rows) > limit:
        caller.screen.note("There are more rows. Use --all or a higher --limit.")
