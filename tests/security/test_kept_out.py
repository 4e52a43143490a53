"""What people type reaches neither the log of the API and the workers nor a workflow history.

Each free-text field of every operation is sent with a text that occurs nowhere else. Fields are found in the API's
description, so that a new one is walked too.
"""

import io
import json
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from config.logging import log_formatter
from tests.api.bodies import BODIES, method_of, open_class, own_address
from tests.campus import ADMIN, Campus, School
from tests.security.text_fields import fields_of, with_text
from tests.workflows.history_text import history_text
from wiring.temporal import connect

pytestmark = pytest.mark.adapter

PLANTED = "Quillon Ofarrell"
ADDRESS = "quillon.ofarrell@family.example"
TRACES = re.compile("quillon|ofarrell", re.IGNORECASE)


@contextmanager
def logged() -> Iterator[io.StringIO]:
    """Everything that is logged meanwhile, with all keys, as in production."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(log_formatter(as_json=True))
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    try:
        yield written
    finally:
        root.setLevel(level)
        root.removeHandler(handler)


async def test_texts_reach_neither_logs_nor_workflow_histories(campus: Campus) -> None:
    since = datetime.now(UTC)
    with logged() as log:
        async with open_class(campus) as booked:
            for path in sorted(BODIES):
                for where in fields_of(booked, path):
                    text = ADDRESS if where[-1] in ("email", "address") else PLANTED
                    await booked.school.api.request(
                        method_of(path),
                        own_address(path, booked),
                        content=json.dumps(with_text(BODIES[path](booked), where, text)),
                        headers={"Content-Type": "application/json", "If-Match": "*"}
                        | ({"Authorization": f"Bearer {ADMIN}"} if path == "/v1/organizations" else {}),
                    )
            sessions = await booked.school.get(f"/v1/sessions?external_id={PLANTED}")
            assert len(sessions["items"]) == 1, "a class was booked with a text"
            secrets = await wrong_credentials(booked.school) | {booked.link}
    written = log.getvalue()
    assert '"route":"/v1/sessions"' in written, "requests are logged at all"
    assert TRACES.search(written) is None
    assert [secret for secret in secrets if secret in written] == []
    histories = await histories_since(campus, since)
    assert f"session-{sessions['items'][0]['id']}" in histories
    assert [id_ for id_, text in histories.items() if TRACES.search(text)] == []


async def wrong_credentials(school: School) -> set[str]:
    """Sends keys, cookies and links that are wrong, one of them unreadable; returns what must not be logged."""
    key, cookie, token, code = (
        "hr_quillon_0123456789",
        "cookie-0123456789",
        "token-0123456789",
        "code-0123456789",
    )
    campus = school.campus
    async with campus.client(key) as stranger:
        assert (await stranger.get(f"/v1/students?q={PLANTED}")).status_code == 401
    async with campus.browser() as browser:
        browser.cookies.set("homeroom", cookie)
        for address in (f"/today?q={PLANTED}", f"/sign-in/link?t={token}", f"/join?t={token}", f"/j/{code}"):
            assert (await browser.get(address)).status_code < 500
        await browser.post("/sign-in", data={"email": ADDRESS})
    return {key, cookie, token, code}


async def histories_since(campus: Campus, since: datetime) -> dict[str, str]:
    """The histories of the workflows that began since then, by workflow id."""
    settings = campus.settings
    client = await connect(settings.temporal_address, settings.temporal_namespace)
    found = client.list_workflows(f"StartTime >= '{since.isoformat()}'")
    return {
        one.id: await history_text(client.get_workflow_handle(one.id, run_id=one.run_id))
        async for one in found
    }
