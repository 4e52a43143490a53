"""Which addresses that customers give are called."""

import pytest

from domain.errors import InvalidInput, Unavailable
from integrations.egress_guard import refuse_inside

pytestmark = pytest.mark.adapter


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "https://localhost/",
        "https://10.0.0.1/",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/",
        "https://[fe80::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://0.0.0.0/",
        "https://2130706433/",
        "http://192.0.2.1/",
        "ftp://school.example/",
        "https://user:password@1.1.1.1/",
        "https:///nowhere",
        "https://1.1.1.1:99999/",
        "",
    ],
)
async def test_what_leads_inside_is_refused(url: str) -> None:
    with pytest.raises((InvalidInput, Unavailable)):
        await refuse_inside(url, local=False)


async def test_what_is_outside_is_not() -> None:
    await refuse_inside("https://1.1.1.1/", local=False)


async def test_on_one_machine_neighbours_are_called() -> None:
    await refuse_inside("http://127.0.0.1:5000/", local=True)
    with pytest.raises(InvalidInput):
        await refuse_inside("file:///etc/passwd", local=True)
