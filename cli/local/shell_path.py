"""Says how to run `homeroom` if the shell wouldn't find it."""

import os
import shutil
import sys
from pathlib import Path


def how_to_run(search_path: str | None = None) -> str | None:
    """What to type so that the shell finds this environment's `homeroom`; None if it does."""
    programs = Path(sys.executable).parent
    found = shutil.which("homeroom", path=search_path)
    if found and Path(found).resolve() == (programs / "homeroom").resolve():
        return None
    shown = os.path.relpath(programs) if programs.is_relative_to(Path.cwd()) else str(programs)
    if (programs / "activate").exists():
        return f"To use `homeroom` in this shell: source {shown}/activate"
    return f"To use `homeroom` in this shell: export PATH={shown}:$PATH"
