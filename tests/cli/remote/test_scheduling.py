"""The command `scheduling`."""

import json
from pathlib import Path

import pytest

from tests.cli.remote.shell import Shell

pytestmark = pytest.mark.adapter


async def test_rules_are_saved_tried_and_published_from_a_file(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "rules.json"
    file.write_text(json.dumps({"rules": {"weights": {"continuity": 70}}, "note": "as families asked"}))
    weeks = await shell.rows("scheduling", "what-if", str(file))
    assert [week["week"] for week in weeks] == ["last", "next"]
    assert "Saved as draft" in await shell.output("scheduling", "draft", str(file))
    assert "Published version" in await shell.output("scheduling", "publish")
    assert "70" in await shell.output("scheduling", "show")
    shown = await shell.row("scheduling", "show")
    assert shown == {"rules": shown["rules"], "note": "as families asked"}
    shown["rules"]["weights"] = {"price": 1}
    file.write_text(json.dumps(shown))
    refused = await shell.run("scheduling", "publish", str(file))
    assert refused.code == 1
    assert "there is no soft rule price" in refused.err
    booked = await shell.school.book()
    found = await shell.row("scheduling", "candidates", booked)
    assert found["session_id"] == booked
    assert shell.school.ids["instructor"] in {
        one["instructor_id"] for one in found["candidates"] + found["refused"]
    }
