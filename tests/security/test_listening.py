"""The parts of the local stack listen on loopback only."""

import pytest

from tests.security.listening import exposed
from tests.stack import TestLiveKit, TestMail, TestPostgres, TestTemporal

pytestmark = pytest.mark.adapter


def test_the_servers_of_the_local_stack_listen_on_loopback_only(
    postgres_server: TestPostgres,
    temporal_server: TestTemporal,
    livekit_server: TestLiveKit,
    mail_sink: TestMail,
) -> None:
    """All ports that they have, also those for metrics, pages and media that nobody named."""
    for server in (postgres_server, temporal_server, livekit_server, mail_sink):
        assert exposed(server.running.pid) == set(), server
