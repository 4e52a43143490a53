"""A Chromium to drive in tests: given, found, or installed."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from cli.local.service import SetupError

_NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_or_install(progress: Callable[[str], None]) -> Path:
    """CHROMIUM_BIN, else PATH, else Debian's package (as root), else Playwright's. Raises SetupError."""
    found = find()
    if found:
        return found
    if os.geteuid() == 0 and shutil.which("apt-get"):
        progress("Installing Chromium from Debian (once)")
        environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (
            ("apt-get", "update", "-q"),
            ("apt-get", "install", "-y", "-q", "--no-install-recommends", "chromium"),
        ):
            subprocess.run(command, env=environ, stdout=subprocess.DEVNULL, check=False)
        found = find()
        if found:
            return found
    progress("Installing Chromium from Playwright (once)")
    done = subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
    found = find()
    if done.returncode != 0 or not found:
        raise SetupError("Chromium isn't installed. Install it, or set CHROMIUM_BIN to its path.")
    return found


def find() -> Path | None:
    """The Chromium that is there. Raises SetupError where CHROMIUM_BIN names none."""
    named = os.environ.get("CHROMIUM_BIN")
    if named:
        if not os.access(named, os.X_OK):
            raise SetupError(f"CHROMIUM_BIN is set to {named}, which isn't a program. Correct or unset it.")
        return Path(named)
    on_path = next(filter(None, map(shutil.which, _NAMES)), None)
    return Path(on_path) if on_path else _of_playwright()


def _of_playwright() -> Path | None:
    folder = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright")
    found = sorted(folder.glob("chromium-*/chrome-linux*/chrome"))
    return found[-1] if found else None
