"""Selecting the services of a stack, and the process to which LiveKit sends its webhooks."""

from collections.abc import Collection
from pathlib import Path

import pytest

from cli.local.credentials import Credentials
from cli.local.environment import stack_settings
from cli.local.home import Home
from cli.local.ports import PREFERRED
from cli.local.services import NAMES, build_services, select

pytestmark = pytest.mark.unit


def test_webhooks_have_their_own_process_with_enough_cores() -> None:
    assert select([], cores=4) == NAMES
    assert set(NAMES) - set(select([], cores=2)) == {"webhooks"}
    assert "webhooks" in select(["api", "webhooks"], cores=2)


def test_an_unknown_service_is_refused() -> None:
    with pytest.raises(ValueError, match="no service nothing"):
        select(["nothing"], cores=4)


@pytest.mark.parametrize(("names", "receiver"), [(NAMES, "webhooks"), (("livekit", "api"), "api")])
def test_livekit_sends_webhooks_to_the_process_that_receives_them(
    names: Collection[str], receiver: str, tmp_path: Path
) -> None:
    home, credentials = Home(tmp_path), Credentials()
    settings = stack_settings(home, PREFERRED, credentials, {})
    services = {
        service.name: service
        for service in build_services(home, names, PREFERRED, credentials, settings, given={})
    }
    assert receiver in services
    services["livekit"].launch()
    written = (home.media / "livekit.yaml").read_text()
    assert f"http://127.0.0.1:{PREFERRED[receiver]}/v1/livekit/webhooks" in written
