"""The build id of workers: which edition of the workflows ran a task, as the Temporal UI shows it."""

import hashlib
from importlib.metadata import version
from pathlib import Path

import domain
import workflows


def build_id() -> str:
    """A digest of the sources that decide what a workflow does.

    Temporal's default is a digest of the byte code of every imported module, which takes seconds at each start.
    """
    digest = hashlib.sha256(version("temporalio").encode())
    for package in (domain, workflows):
        folder = Path(package.__path__[0])
        for source in sorted(folder.rglob("*.py")):
            digest.update(source.relative_to(folder).as_posix().encode())
            digest.update(source.read_bytes())
    return digest.hexdigest()[:16]
