"""Drafts of an organization's rules: what the commands of every kind of rules do with them."""

import typer

from cli.json_types import Json
from cli.remote.caller import Caller


def publish_draft(caller: Caller, path: str, saved: Json | None) -> None:
    """Publish the draft that was just saved, or the one that is there. Raises typer.BadParameter."""
    current = saved or caller.api.get(path)
    if current["draft"] is None:
        raise typer.BadParameter("There is no draft.")
    published = caller.api.post(f"{path}/publish", {"number": current["draft"]["number"]})
    caller.screen.done(f"Published version {published['published']['number']}.", published)
