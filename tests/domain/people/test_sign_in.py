"""Rules of signing in: the page to go to, safe paths, networks."""

import pytest

from domain.people.access import AccessRole
from domain.people.sign_in import domain_of, home_path, network_of, safe_path

pytestmark = pytest.mark.unit


def test_every_role_has_a_home_page() -> None:
    assert {home_path(role) for role in (AccessRole.ADMIN, AccessRole.OPS)} == {"/today"}
    assert home_path(AccessRole.INSTRUCTOR) == "/teaching"
    assert home_path(AccessRole.GUARDIAN) == "/family"


@pytest.mark.parametrize("path", ["/", "/today", "/sessions/1?tab=notes&x=%2F#top", "/a//b", "/å"])
def test_paths_on_this_site_are_safe(path: str) -> None:
    assert safe_path(path) == path


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
def test_other_paths_are_refused(path: str | None) -> None:
    assert safe_path(path) is None


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
def test_addresses_of_one_subscriber_share_a_network(host: str, network: str) -> None:
    assert network_of(host) == network


def test_the_domain_of_an_address() -> None:
    assert domain_of("Ada@School.Example") == "school.example"
