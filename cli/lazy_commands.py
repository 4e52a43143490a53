"""A group of commands that imports a command's module only when that command runs.

Importing all modules takes seconds, because those for the local stack need the Temporal SDK, pydantic and the database
driver. Help pages and completion list the commands from a table.
"""

from dataclasses import dataclass
from importlib import import_module
from typing import Any, ClassVar

import typer
from typer.core import TyperCommand, TyperGroup


@dataclass(frozen=True)
class Lazy:
    """Where a command or group of commands is, and what help pages say of it."""

    target: str
    """`module:attribute` of a command's function, of a group's `typer.Typer`, or of a dictionary of groups by name."""
    help: str
    panel: str

    def load(self, name: str) -> Any:
        """The command or group. The help text of a group is that of the table."""
        module, _, attribute = self.target.partition(":")
        found = getattr(import_module(module), attribute)
        if isinstance(found, dict):
            found = found[name]
        if isinstance(found, typer.Typer):
            found.info.name, found.info.help = name, self.help
            return typer.main.get_group(found)
        alone = typer.Typer(add_completion=False)
        alone.command(name)(found)
        return typer.main.get_command(alone)


class LazyGroup(TyperGroup):
    """Subclasses fill `table`; its order is that of the help page."""

    table: ClassVar[dict[str, Lazy]]

    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]
        return list(self.table)

    def get_command(self, ctx: typer.Context, cmd_name: str) -> Any:  # type: ignore[override]
        """The command as help pages list it, without its options."""
        entry = self.table.get(cmd_name)
        return entry and TyperCommand(cmd_name, help=entry.help, rich_help_panel=entry.panel)

    def resolve_command(self, ctx: typer.Context, args: list[str]) -> Any:  # type: ignore[override]
        """The command that the arguments name, with its options."""
        name, listed, rest = super().resolve_command(ctx, args)
        return name, listed and name and self.table[name].load(name), rest
