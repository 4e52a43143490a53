"""Where somebody goes after signing in, and what counts as one network."""

import pytest

from domain.people.access import AccessRole
from domain.people.sign_in import domain_of, home_of, network_of, path_within

pytestmark = pytest.mark.unit


def test_everybody_has_a_page_of_their_own() -> None:
    assert {home_of(role) for role in (AccessRole.ADMIN, AccessRole.OPS)} == {"/today"}
    assert home_of(AccessRole.INSTRUCTOR) == "/teaching"
    assert home_of(AccessRole.GUARDIAN) == "/family"


@pytest.mark.parametrize("path", ["/", "/today", "/sessions/1?tab=notes&x=%2F#top", "/a//b", "/å"])
def test_a_path_of_this_site(path: str) -> None:
    assert path_within(path) == path


@pytest.mark.parametrize(
    "path",
    [
        None,
        "",
        "today",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\/evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "/sign-in",
        "/sign-out",
        "/" + "a" * 500,
        "/\x00",
    ],
)
def test_anything_else(path: str | None) -> None:
    assert path_within(path) is None


@pytest.mark.parametrize(
    ("host", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("testclient", "testclient"),
        ("", ""),
    ],
)
def test_one_subscriber_is_one_network(host: str, network: str) -> None:
    assert network_of(host) == network


def test_the_domain_of_an_address() -> None:
    assert domain_of("Ada@School.Example") == "school.example"
