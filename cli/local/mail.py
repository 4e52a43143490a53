"""The local mail sink as a service of the stack."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from cli.local.process import Launch, Process
from cli.local.service import Service, http_answers, tcp_answers


@dataclass(frozen=True)
class MailSink:
    """A mail server that accepts and displays all mail and forwards none."""

    folder: Path
    smtp_port: int
    http_port: int

    @property
    def smtp_url(self) -> str:
        return f"smtp://127.0.0.1:{self.smtp_port}"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http_port}"

    def launch(self) -> Launch:
        self.folder.mkdir(parents=True, exist_ok=True)
        argv = [sys.executable, "-m", "cli.local.mailbox", "--folder", str(self.folder)]
        argv += ["--smtp-port", str(self.smtp_port), "--http-port", str(self.http_port)]
        return Launch(argv=argv, environ=dict(os.environ), cwd=project_root())

    def healthy(self, process: Process) -> bool:
        return http_answers(f"{self.url}/health") and tcp_answers(self.smtp_port)


def mail_service(sink: MailSink) -> Service:
    return Service(
        name="mail",
        launch=sink.launch,
        healthy=sink.healthy,
        urls={"mailbox": sink.url, "smtp": sink.smtp_url},
    )


def project_root() -> Path:
    """The working directory for `python -m worker` and `python -m cli…`."""
    return Path(__file__).resolve().parents[2]
