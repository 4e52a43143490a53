"""Errors of commands: messages, exit codes and confirmations."""

import asyncio
import json
import os
import pty
import sys
from collections.abc import AsyncIterator

import pytest

from tests.campus import PATIENCE
from tests.cli.remote.shell import Shell

pytestmark = pytest.mark.adapter


async def test_a_refusal_shows_detail_and_next_step(shell: Shell) -> None:
    who = ("--course", shell.school.ids["course"], "--instructor", shell.school.ids["instructor"])
    book = ("sessions", "book", *who, "--starts", "2090-01-05T10:00")
    assert (await shell.run(*book)).code == 0
    refused = await shell.run(*book)
    assert refused.code == 1
    assert refused.out == ""
    lines = refused.err.splitlines()
    assert lines[0].startswith("Refused: Ada Okafor has another class at that time: ")
    assert lines[0].endswith("(double-booked)")
    assert lines[1] == "Next: Choose another time, or cancel the other class first."
    as_json = await shell.run(*book, "--json")
    assert json.loads(as_json.err)["code"] == "double-booked"


async def test_a_wrong_field_is_named(shell: Shell) -> None:
    refused = await shell.run("guardians", "add", "--name", "Ann", "--email", "nobody")
    assert refused.code == 1
    assert "body.email" in refused.err


@pytest.mark.parametrize(
    ("environ", "code", "words"),
    [
        ({"HOMEROOM_API_KEY": ""}, 2, "--api-key"),
        ({"HOMEROOM_API_KEY": "hr_nobody_x"}, 1, "unknown"),
        ({"HOMEROOM_API_KEY": "hr_nobody_x\n"}, 1, "unknown"),
        ({"HOMEROOM_API_KEY": "hr_ключ"}, 2, "characters that no key has"),
        ({"HOMEROOM_API_KEY": "hr_a\nb"}, 2, "characters that no key has"),
        ({"HOMEROOM_API_URL": ""}, 2, "--api-url"),
        ({"HOMEROOM_API_URL": "classes.example"}, 2, "http://"),
        ({"HOMEROOM_API_URL": "http://classes.example:port"}, 2, "isn't a valid address"),
        ({"HOMEROOM_API_URL": "http://127.0.0.1:1"}, 3, "isn't responding"),
        ({"HOMEROOM_ZONE": "Mars"}, 2, "Europe/Madrid"),
    ],
)
async def test_invalid_connection_options_are_refused(
    shell: Shell, environ: dict[str, str], code: int, words: str
) -> None:
    done = await shell.run("students", "list", **environ)
    assert done.code == code
    assert words in done.err
    assert done.out == ""


@pytest.fixture
async def another_server() -> AsyncIterator[str]:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 404 Not Found\r\ncontent-length: 4\r\nconnection: close\r\n\r\nnone")
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def test_an_address_of_another_server_is_recognized(shell: Shell, another_server: str) -> None:
    done = await shell.run("students", "list", HOMEROOM_API_URL=another_server)
    assert done.code == 3
    assert "isn't from Homeroom" in done.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("sessions", "list", "--from", "yesterday"),
        ("sessions", "show", "12"),
        ("sessions", "book"),
        ("sessions", "dance"),
        ("curriculum-plans", "add", "--course", "{course}", "--title", "A", "--item", "{topic}*many"),
    ],
)
async def test_an_invalid_command_line_exits_with_2(shell: Shell, arguments: tuple[str, ...]) -> None:
    done = await shell.run(*(part.format(**shell.school.ids) for part in arguments))
    assert done.code == 2
    assert "Traceback" not in done.err


@pytest.mark.parametrize(("answer", "code"), [("n", 1), ("y", 0)])
async def test_destructive_commands_ask_on_a_terminal(shell: Shell, answer: str, code: int) -> None:
    student = shell.school.ids["student 0"]
    ours, theirs = pty.openpty()
    os.write(ours, f"{answer}\n".encode())
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "cli.main", "students", "retire", student,
        env=shell.environ, stdin=theirs, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    os.close(theirs)
    async with asyncio.timeout(2 * PATIENCE):
        _, stderr = await process.communicate()
    os.close(ours)
    assert process.returncode == code, stderr
    assert b"Retire this student?" in stderr
    retired = (await shell.school.get(f"/v1/students/{student}"))["retired_at"]
    assert (retired is not None) == (code == 0)
