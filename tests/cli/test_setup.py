"""`homeroom setup`: finding and building LiveKit, Chromium and the room page."""

import json
import sys
from pathlib import Path

import pytest

from cli.local import chromium, go_tools, web
from cli.local.service import SetupError
from cli.local.shell_path import how_to_run

pytestmark = pytest.mark.adapter


def _program(path: Path, text: str = "#!/bin/sh\n") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine with nothing on PATH and an empty cache."""
    for name in ("LIVEKIT_SERVER_BIN", "CHROMIUM_BIN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path


def test_the_override_is_preferred_then_path_then_cache(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cached = _program(go_tools.LIVEKIT.cached)
    assert go_tools.livekit_server(print) == cached
    on_path = _program(bare / "bin" / "livekit-server")
    assert go_tools.livekit_server(print) == on_path
    named = _program(bare / "mine")
    monkeypatch.setenv("LIVEKIT_SERVER_BIN", str(named))
    assert go_tools.livekit_server(print) == named


def test_an_invalid_override_is_reported(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIVEKIT_SERVER_BIN", str(bare / "missing"))
    with pytest.raises(SetupError, match=r"LIVEKIT_SERVER_BIN is set to .*missing"):
        go_tools.livekit_server(print)


def test_the_go_wheel_is_used_if_path_has_an_old_go(bare: Path) -> None:
    _program(bare / "bin" / "go", "#!/bin/sh\necho go version go1.19.8 linux/amd64\n")
    assert go_tools.find_go(go_tools.LIVEKIT).parent.samefile(Path(sys.executable).parent)


def test_a_failed_build_says_what_to_do(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = (
        "#!/bin/sh\n[ $1 = version ] && echo go version go1.99.0 && exit\necho no route to proxy; exit 1\n"
    )
    _program(bare / "bin" / "go", script)
    messages: list[str] = []
    with pytest.raises(SetupError, match=r"no route to proxy[^$]*GOPROXY[^$]*LIVEKIT_SERVER_BIN"):
        go_tools.livekit_server(messages.append)
    assert "1.13.5" in messages[0]
    assert not go_tools.LIVEKIT.cached.exists()


def test_chromium_bin_is_preferred(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named = _program(bare / "browser")
    monkeypatch.setenv("CHROMIUM_BIN", str(named))
    assert chromium.find_or_install(print) == named


def test_the_room_page_is_rebuilt_only_when_its_sources_change(tmp_path: Path) -> None:
    script = "const f=require('fs');f.mkdirSync('dist',{recursive:true});f.copyFileSync('a.txt','dist/a.txt')"
    package = {"name": "page", "version": "1.0.0", "scripts": {"build": "node build.cjs"}}
    lock = {"name": "page", "version": "1.0.0", "lockfileVersion": 3, "packages": {"": package}}
    (tmp_path / "build.cjs").write_text(script)
    (tmp_path / "package.json").write_text(json.dumps(package))
    (tmp_path / "package-lock.json").write_text(json.dumps(lock))
    (tmp_path / "a.txt").write_text("one")
    messages: list[str] = []
    assert web.build(messages.append, tmp_path) == tmp_path / "dist"
    steps = len(messages)
    assert steps == 2
    web.build(messages.append, tmp_path)
    assert len(messages) == steps
    (tmp_path / "a.txt").write_text("two")
    web.build(messages.append, tmp_path)
    assert len(messages) == 2 * steps
    assert (tmp_path / "dist" / "a.txt").read_text() == "two"


def test_a_failed_build_of_the_room_page_shows_its_output(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text("{}")  # without a lock file, `npm ci` refuses
    with pytest.raises(SetupError, match="npm ci failed"):
        web.build(lambda _: None, tmp_path)


def test_a_shell_that_does_not_find_the_command_is_told_how(tmp_path: Path) -> None:
    programs = Path(sys.executable).parent
    assert how_to_run(str(programs)) is None
    hint = how_to_run(str(tmp_path)) or ""
    assert "activate" in hint or "export PATH" in hint
    _program(tmp_path / "homeroom")
    assert how_to_run(str(tmp_path)) == hint, "another environment's command is another one"
