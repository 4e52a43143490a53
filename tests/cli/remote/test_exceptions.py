"""The command `exceptions act`: many exceptions at once, more than one request may name."""

import pytest

from domain.sessions.states import SessionState
from services.inputs.cases import MOST_AT_ONCE
from tests.cli.remote.shell import Shell
from tests.console.case_rows import add_many, class_in

pytestmark = pytest.mark.adapter

COUNT = MOST_AT_ONCE + 10


async def test_all_exceptions_are_acted_on_however_many_with_progress_and_one_result(shell: Shell) -> None:
    await add_many(shell.school, await class_in(shell.school, SessionState.LIVE), COUNT)
    waiting = len(await shell.rows("exceptions", "list", "--all"))
    assert waiting >= COUNT
    result = await shell.run("exceptions", "act", "acknowledge", "--all", "--yes")
    assert (result.code, f"{MOST_AT_ONCE} of {waiting}" in result.err) == (0, True)
    assert f"{waiting} done, 0 refused." in result.out
    assert await shell.rows("exceptions", "list", "--all", "--state", "open") == []
    first = (await shell.rows("exceptions", "list"))[0]["id"]
    note = ("--note", "Called the family.")
    assert "1 done, 0 refused." in await shell.output("exceptions", "act", "resolve", first, *note, "--yes")
    resolved = await shell.run("exceptions", "act", "resolve", first, *note, "--yes")
    assert resolved.code == 1
    assert len(await shell.rows("exceptions", "list", "--all")) == waiting - 1
    assert (await shell.run("exceptions", "act", "resolve", "--yes")).code == 2
