"""Runs `homeroom` commands for a school, in a thread, since the application runs on this event loop."""

import asyncio
import json
import os
from dataclasses import dataclass
from typing import Any

from typer.testing import CliRunner

from cli.main import app
from tests.campus import School

Json = dict[str, Any]


@dataclass(frozen=True)
class Result:
    """Exit code, stdout and stderr of a command."""

    code: int
    out: str
    err: str

    @property
    def rows(self) -> list[Json]:
        """The JSON lines of stdout."""
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass(frozen=True)
class Shell:
    school: School

    @property
    def environ(self) -> dict[str, str]:
        return {
            "HOMEROOM_API_URL": self.school.campus.url,
            "HOMEROOM_API_KEY": self.school.api.headers["authorization"].removeprefix("Bearer "),
            "HOMEROOM_HOME": os.devnull,
            "HOMEROOM_ZONE": "Europe/Madrid",
            "COLUMNS": "300",
        }

    async def run(self, *arguments: str, **environ: str) -> Result:
        env = self.environ | environ
        result = await asyncio.to_thread(CliRunner().invoke, app, list(arguments), env=env)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Result(result.exit_code, result.stdout, result.stderr)

    async def rows(self, *arguments: str) -> list[Json]:
        """The JSON lines of a successful command."""
        done = await self.run(*arguments, "--json")
        assert done.code == 0, done.out + done.err
        return done.rows

    async def row(self, *arguments: str) -> Json:
        """The only JSON line of a successful command."""
        (row,) = await self.rows(*arguments)
        return row

    async def output(self, *arguments: str) -> str:
        """The text that a successful command prints."""
        done = await self.run(*arguments)
        assert done.code == 0, done.out + done.err
        return done.out
