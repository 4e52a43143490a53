"""How the command line starts: its table of commands, and what it imports before it answers."""

import json
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from cli.main import COMMANDS, app

pytestmark = pytest.mark.unit

HEAVY = {
    "pydantic", "pydantic_settings", "httpx", "httpx2", "sqlalchemy", "psycopg", "temporalio", "livekit", "numpy",
}  # fmt: skip


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_of_commands_says_what_each_says_of_itself(name: str) -> None:
    command = COMMANDS[name].load(name)
    assert command.name == name
    described = " ".join((command.help or "").split())
    assert described.startswith(COMMANDS[name].help.removesuffix("."))


def test_every_command_is_listed_once_in_its_panel() -> None:
    shown = CliRunner().invoke(app, ["--help"], env={"COLUMNS": "200"}).stdout
    lines = [line.strip("│ ").split() for line in shown.splitlines() if line.startswith("│")]
    listed = [words[0] for words in lines if words and words[0] in COMMANDS]
    assert listed == list(COMMANDS)
    for entry in COMMANDS.values():
        assert entry.panel in shown


def imported(*arguments: str) -> set[str]:
    """The modules that a command has loaded when it ends."""
    script = (
        "import json, sys\n"
        "from cli.main import app\n"
        f"try: app({list(arguments)!r})\n"
        "except SystemExit: pass\n"
        "print(json.dumps(sorted(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--help",),
        ("sessions", "book", "--help"),
        ("students", "--help"),
        ("policy", "set"),
        ("logs", "-n", "0"),
    ],
)
def test_a_command_loads_nothing_it_does_not_use(arguments: tuple[str, ...]) -> None:
    assert imported(*arguments) & HEAVY == set()


def test_a_call_of_the_api_loads_an_http_client_and_nothing_else() -> None:
    call = ("students", "list", "--api-url", "http://127.0.0.1:1", "--api-key", "x", "--json")
    assert imported(*call) & HEAVY == {"httpx2"}
