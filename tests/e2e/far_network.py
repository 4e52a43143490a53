"""A network namespace for one browser, connected by a virtual cable whose speed the test limits."""

import asyncio
import os
import shutil
import stat
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

HOST, FAR = "10.213.77.1", "10.213.77.2"
_FLAGS = (
    "--disable-features=LocalNetworkAccessChecks,LocalNetworkAccessChecksWebRTC,WebRtcHideLocalIpsWithMdns"
)


class NoNetwork(Exception):
    """This machine cannot create a network namespace; the text says why."""


@dataclass(frozen=True)
class FarNetwork:
    name: str

    @property
    def far_end(self) -> str:
        return f"{self.name}f"

    def limit(self, rate: str) -> None:
        """Limit the outgoing rate of the namespace. Packets are queued for at most 300 ms, then dropped."""
        shape = ("tbf", "rate", rate, "burst", "4kb", "latency", "300ms")
        _run("ip", "netns", "exec", self.name, "tc", "qdisc", "add", "dev", self.far_end, "root", *shape)

    def lift(self) -> None:
        _run("ip", "netns", "exec", self.name, "tc", "qdisc", "del", "dev", self.far_end, "root")

    def cut(self) -> None:
        _run("ip", "link", "set", self.name, "down")

    def mend(self) -> None:
        _run("ip", "link", "set", self.name, "up")

    def program(self, wrapped: Path, folder: Path) -> Path:
        """A program that starts `wrapped` in the namespace."""
        script = folder / "far-browser"
        script.write_text(f'#!/bin/sh\nexec ip netns exec {self.name} "{wrapped}" "$@"\n')
        script.chmod(script.stat().st_mode | stat.S_IXUSR)
        return script

    def flags(self, origin: str) -> tuple[str, ...]:
        """Browser flags that allow the camera on a page that is neither https nor localhost."""
        return (_FLAGS, f"--unsafely-treat-insecure-origin-as-secure={origin}")


@contextmanager
def far_network() -> Iterator[FarNetwork]:
    """Creates the namespace. Raises NoNetwork."""
    if os.geteuid() != 0 or not (shutil.which("ip") and shutil.which("tc")):
        raise NoNetwork("a network namespace with a speed limit needs root, ip and tc")
    network = FarNetwork(f"hr{os.getpid()}")
    try:
        _create_namespace(network)
        yield network
    finally:
        subprocess.run(["ip", "netns", "del", network.name], check=False, capture_output=True)
        subprocess.run(["ip", "link", "del", network.name], check=False, capture_output=True)


def _create_namespace(network: FarNetwork) -> None:
    name, far = network.name, network.far_end
    inside = ("ip", "-n", name)
    _run("ip", "netns", "add", name)
    _run("ip", "link", "add", name, "type", "veth", "peer", "name", far, "netns", name)
    _run("ip", "addr", "add", f"{HOST}/30", "dev", name)
    _run("ip", "link", "set", name, "up")
    _run(*inside, "addr", "add", f"{FAR}/30", "dev", far)
    for device in (far, "lo"):
        _run(*inside, "link", "set", device, "up")


def _run(*command: str) -> None:
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise NoNetwork(f"{' '.join(command)}: {done.stderr.strip()}")


@contextmanager
def port_forward(port: int) -> Iterator[str]:
    """Forwards connections from the host's end of the cable to a loopback port; yields the origin."""
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(asyncio.start_server(lambda r, w: _forward(r, w, port), HOST, 0))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield f"http://{HOST}:{server.sockets[0].getsockname()[1]}"
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        server.close()
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0.1))
        loop.close()


async def _forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int) -> None:
    there, back = await asyncio.open_connection("127.0.0.1", port)
    await asyncio.gather(_copy(reader, back), _copy(there, writer))


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while chunk := await reader.read(65_536):
            writer.write(chunk)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()
