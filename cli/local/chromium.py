"""Finds or installs the Chromium that browser tests use."""

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
    installed = find()
    if installed:
        return installed
    if os.geteuid() == 0 and shutil.which("apt-get"):
        progress("Installing Chromium from Debian (once)")
        environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (
            ("apt-get", "update", "-q"),
            ("apt-get", "install", "-y", "-q", "--no-install-recommends", "chromium"),
        ):
            subprocess.run(command, env=environ, stdout=subprocess.DEVNULL, check=False)
        installed = find()
        if installed:
            return installed
    progress("Installing Chromium from Playwright (once)")
    done = subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
    installed = find()
    if done.returncode != 0 or not installed:
        raise SetupError("Chromium isn't installed. Install it, or set CHROMIUM_BIN to its path.")
    return installed


def find() -> Path | None:
    """An installed Chromium, or None. Raises SetupError if CHROMIUM_BIN names no program."""
    named = os.environ.get("CHROMIUM_BIN")
    if named:
        if not os.access(named, os.X_OK):
            raise SetupError(f"CHROMIUM_BIN is set to {named}, which isn't a program. Correct or unset it.")
        return Path(named)
    on_path = next(filter(None, map(shutil.which, _NAMES)), None)
    return Path(on_path) if on_path else _installed_by_playwright()


def _installed_by_playwright() -> Path | None:
    folder = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright")
    versions = sorted(folder.glob("chromium-*/chrome-linux*/chrome"))
    return versions[-1] if versions else None
