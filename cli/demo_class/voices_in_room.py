"""Runs the speakers process, and restarts it with fresh credentials when it loses the connection."""

import json
import subprocess
import sys
import threading
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

from cli.api_client import Api, ApiError
from cli.demo_class.school import NAMES, BookedClass
from cli.demo_class.script import LESSON

_MAX_TRIES = 10
_RETRY_PAUSE = 2.0  # seconds


class VoicesInRoom:
    """Runs the speakers in the background. `on_turn` receives name and text of each turn.

    `linger` is how many seconds they stay in the room after the last turn.
    """

    def __init__(
        self, api: Api, booked: BookedClass, on_turn: Callable[[str, str], None], linger: float = 2.0
    ) -> None:
        self._api = api
        self._booked = booked
        self._on_turn = on_turn
        self._linger = linger
        self._next_turn = 0
        self._stopped = threading.Event()
        self._process: subprocess.Popen[str] | None = None
        self._thread = threading.Thread(target=self._keep, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        if self._process:
            self._process.terminate()
        self._thread.join(5)

    def _keep(self) -> None:
        for _ in range(_MAX_TRIES):
            if self._stopped.is_set() or self._speak() == 0:
                return
            self._stopped.wait(_RETRY_PAUSE)

    def _speak(self) -> int:
        """Run the speakers once; returns the exit code."""
        try:
            credentials = [self._credentials(speaker, name) for speaker, name in NAMES.items()]
        except ApiError:
            return 1
        command = [sys.executable, "-m", "cli.demo_class.speakers", "--from", str(self._next_turn)]
        command += ["--linger", str(self._linger)]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(credentials) + "\n")
        self._process.stdin.flush()
        names = {str(speaker): name for speaker, name in NAMES.items()}
        for line in self._process.stdout:
            event = json.loads(line)
            if event["event"] == "said":
                self._next_turn = event["turn"] + 1
                self._on_turn(names[event["speaker"]], event["text"])
        return self._process.wait() if self._next_turn < len(LESSON) else 0

    def _credentials(self, speaker: str, name: str) -> dict[str, str]:
        link = urlsplit(self._booked.links[name])
        token = parse_qs(link.query)["t"][0]
        answer = self._api.post(f"/v1/join/{self._booked.session_id}/credentials", {"link": token})
        return {"speaker": speaker, "url": answer["livekit_url"], "token": answer["token"]}
