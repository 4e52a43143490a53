"""Schemathesis: valid and invalid requests for every operation cause no server error and no undescribed response."""

import asyncio
import json
import os
import sys
from pathlib import Path

import pytest

from tests.campus import School

EXAMPLES = int(os.environ.get("API_EXAMPLES", "1"))  # for each operation, of random requests

pytestmark = [pytest.mark.adapter, pytest.mark.timeout(900 + 60 * EXAMPLES)]

STREAMS = ("/v1/events", "/v1/join/{session_id}/captions")
# These end the key that all other requests are made with.
OF_ITS_OWN_KEY = ("/v1/keys/{key_id}", "/v1/keys/{key_id}/rotate")
TO_OTHER_MACHINES = ("/v1/alert-channels/{id}/test",)
ROOT = Path(__file__).parents[2]
SEED = "20260101"
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "unsupported_method",
    "ignored_auth",
)


async def test_schemathesis_finds_no_violation(harbour: School, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    await harbour.book()
    command = [
        str(Path(sys.executable).parent / "schemathesis"),
        "run",
        f"{harbour.campus.url}/v1/openapi.json",
        *("--header", f"Authorization: {harbour.api.headers['authorization']}"),
        *(
            "--seed",
            SEED,
            "--max-examples",
            str(EXAMPLES),
            "--generation-deterministic",
            "--continue-on-failure",
        ),
        *("--phases", "examples,coverage,fuzzing", "--checks", ",".join(CHECKS)),
        *(
            part
            for path in (*STREAMS, *OF_ITS_OWN_KEY, *TO_OTHER_MACHINES)
            for part in ("--exclude-path", path)
        ),
        *("--report", "json", "--report-json-path", str(report), "--no-color"),
    ]
    running = await asyncio.create_subprocess_exec(
        *command,
        cwd=tmp_path,
        env=os.environ | {"SCHEMATHESIS_HOOKS": "tests.api.schemathesis_hooks", "PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await running.communicate()
    assert running.returncode == 0, output.decode()
    operations = json.loads(report.read_text())["operations"]
    assert operations["tested"] == operations["selected"] > 250
    await harbour.get("/v1/students")  # the key was good to the end
