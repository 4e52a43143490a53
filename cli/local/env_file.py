"""The env file of a local stack: the HOMEROOM_* settings that `homeroom up` writes for other processes."""

import os
from collections.abc import Mapping

from cli.local.home import Home, write_private


def write_env_file(home: Home, settings: Mapping[str, str]) -> None:
    """Write the env file, for pydantic-settings and for shells (`set -a; . .homeroom/env`)."""
    lines = [f"{name}='{_quote(value)}'" for name, value in sorted(settings.items())]
    write_private(home.env_file, "\n".join(lines) + "\n")


def read_env_file(home: Home) -> dict[str, str]:
    if not home.env_file.exists():
        return {}
    from dotenv import dotenv_values  # imported here: commands that need no setting start faster

    values = dotenv_values(home.env_file, interpolate=False)
    return {name: value for name, value in values.items() if value is not None}


def use_local_stack(home: Home) -> None:
    """Make `config.settings` read the stack's env file, unless HOMEROOM_ENV_FILE names another."""
    if home.env_file.exists():
        os.environ.setdefault("HOMEROOM_ENV_FILE", str(home.env_file))


def _quote(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "\\'")
