"""The LiveKit server as a service of the local stack."""

import json
import os
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cli.local.home import write_private
from cli.local.process import Launch, Process, StopPlan
from cli.local.service import Service, http_answers

# On the first signal LiveKit waits until its rooms are empty, on the second it stops.
STOP: Final[StopPlan] = ((signal.SIGTERM, 2.0), (signal.SIGTERM, 5.0))


@dataclass(frozen=True)
class LiveKitServer:
    """A LiveKit server. `udp_port` is for media; `webhook_urls` may be empty."""

    folder: Path
    port: int
    udp_port: int
    api_key: str
    api_secret: str
    webhook_urls: Sequence[str]
    find_binary: Callable[[], Path]
    address: str = "127.0.0.1"

    @property
    def url(self) -> str:
        return f"http://{self.address}:{self.port}"

    def launch(self) -> Launch:
        binary = self.find_binary()
        self.folder.mkdir(parents=True, exist_ok=True)
        config = self.folder / "livekit.yaml"
        write_private(config, json.dumps(self._config(), indent=2) + "\n")  # JSON is YAML
        return Launch(
            argv=[str(binary), "--config", str(config)],
            environ={key: os.environ[key] for key in ("PATH", "HOME", "TZ") if key in os.environ},
            cwd=self.folder,
        )

    def healthy(self, process: Process) -> bool:
        return http_answers(self.url)

    def _config(self) -> dict[str, object]:
        webhook: dict[str, object] = {
            "api_key": self.api_key,
            "urls": list(self.webhook_urls),
            "resource_url_notifier": {"max_age": "10m", "max_depth": 5000},
        }
        return {
            "port": self.port,
            "bind_addresses": [self.address],
            "rtc": {
                "tcp_port": 0,  # off: LiveKit would bind it on all addresses, regardless of bind_addresses
                "udp_port": self.udp_port,
                "use_external_ip": False,
                "node_ip": self.address,
                "enable_loopback_candidate": True,
                "ips": {"includes": [f"{self.address}/32"]},
                # Without this setting, LiveKit sends clients to public STUN servers, which see their addresses.
                "stun_servers": ["127.0.0.1:3478"],
            },
            "keys": {self.api_key: self.api_secret},
            # Joining with a still valid token must not recreate the room of an ended class.
            "room": {"auto_create": False, "empty_timeout": 7200, "departure_timeout": 600},
            "api": {"enable_psrpc_for_get_list_participants": True},
            **({"webhook": webhook} if self.webhook_urls else {}),
            "logging": {"level": "info", "json": True},
        }


def livekit_service(server: LiveKitServer) -> Service:
    return Service(
        name="livekit",
        launch=server.launch,
        healthy=server.healthy,
        stop=STOP,
        start_seconds=30,
        urls={"server": server.url},
    )
