"""The state folder of the local stack and the paths in it."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Home:
    """The state folder of one stack."""

    root: Path

    @classmethod
    def current(cls, environ: Mapping[str, str] = os.environ) -> "Home":
        """HOMEROOM_HOME, else `.homeroom` in the working directory."""
        return cls(Path(environ.get("HOMEROOM_HOME") or ".homeroom").expanduser().resolve())

    @property
    def state_file(self) -> Path:
        return self.root / "state.json"

    @property
    def lock_file(self) -> Path:
        """Held by the supervisor for as long as it lives."""
        return self.root / "supervisor.lock"

    @property
    def secrets_file(self) -> Path:
        return self.root / "secrets.json"

    @property
    def env_file(self) -> Path:
        return self.root / "env"

    @property
    def demo_file(self) -> Path:
        """The id and key of the demo's organization, which every demo uses."""
        return self.root / "demo.json"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def pg(self) -> Path:
        return self.root / "pg"

    @property
    def temporal(self) -> Path:
        return self.root / "temporal"

    @property
    def media(self) -> Path:
        return self.root / "media"

    @property
    def mail(self) -> Path:
        return self.root / "mail"

    @property
    def store(self) -> Path:
        return self.root / "store"

    @property
    def spool(self) -> Path:
        """Audio that is not in the store yet."""
        return self.root / "spool"

    def ready_file(self, worker: str) -> Path:
        """Has the id of the worker's process once that is ready."""
        return self.root / f"{worker}.ready"

    def log(self, service: str) -> Path:
        return self.logs / f"{service}.log"

    def make(self) -> None:
        """Create the folders."""
        # Other users may traverse it, since Postgres runs as another user under root, but not list it.
        if not self.root.exists():
            self.root.mkdir(parents=True)
            self.root.chmod(0o711)
        for folder in (self.logs, self.temporal, self.media, self.mail, self.store):
            folder.mkdir(mode=0o700, exist_ok=True)


def write_private(path: Path, text: str) -> None:
    """Replace the file atomically; only its owner may read it."""
    temporary = path.with_name(path.name + ".tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as handle:
        handle.write(text)
    temporary.replace(path)
