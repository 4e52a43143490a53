"""`homeroom` as somebody of a school runs it: in a thread, since the application serves on this loop."""

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
class Done:
    code: int
    out: str
    err: str

    @property
    def rows(self) -> list[Json]:
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

    async def run(self, *arguments: str, **environ: str) -> Done:
        given = self.environ | environ
        ended = await asyncio.to_thread(CliRunner().invoke, app, list(arguments), env=given)
        if ended.exception and not isinstance(ended.exception, SystemExit):
            raise ended.exception
        return Done(ended.exit_code, ended.stdout, ended.stderr)

    async def rows(self, *arguments: str) -> list[Json]:
        done = await self.run(*arguments, "--json")
        assert done.code == 0, done.out + done.err
        return done.rows

    async def one(self, *arguments: str) -> Json:
        (row,) = await self.rows(*arguments)
        return row

    async def said(self, *arguments: str) -> str:
        done = await self.run(*arguments)
        assert done.code == 0, done.out + done.err
        return done.out
