import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from cli.local.chromium import find_or_install
from tests.cli.homes import StackUnderTest
from tests.stack import temporary_folder

SCREENS = Path(__file__).resolve().parents[2] / "test-artifacts" / "screens"
_FLAGS = (
    "--no-sandbox",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-gpu",
)

expect.set_options(timeout=30_000)


@pytest.fixture(scope="session")
def full_stack() -> Iterator[StackUnderTest]:
    """All of Homeroom on this machine, as `homeroom up` starts it; stopped and deleted afterwards."""
    with temporary_folder("e2e") as folder:
        under_test = StackUnderTest.new(folder / "home")
        try:
            done = under_test.run("up")
            assert done.returncode == 0, done.stdout + done.stderr
            yield under_test
        finally:
            under_test.run("reset", "--yes")


Browser = Callable[..., Page]


@pytest.fixture
def browse() -> Iterator[Browser]:
    """A page of its own Chromium: `browse(microphone=wav)`; closed afterwards."""
    with sync_playwright() as playwright:

        def start(
            *,
            microphone: Path | None = None,
            width: int = 1280,
            height: int = 900,
            program: Path | None = None,
            more_flags: Sequence[str] = (),
        ) -> Page:
            flags = [*_FLAGS, *more_flags]
            if microphone:
                flags.append(f"--use-file-for-fake-audio-capture={microphone}%noloop")
            browser = playwright.chromium.launch(
                executable_path=str(program or find_or_install(lambda _: None)), args=flags
            )
            return browser.new_context(viewport={"width": width, "height": height}).new_page()

        yield start


def screenshot(name: str) -> Path | None:
    """The file of a screenshot for reviewers, which `make screens` asks for; None in every other run."""
    return SCREENS / f"{name}.png" if os.environ.get("SCREENS") else None
