"""A mail domain leads to an identity provider only once it is the organization's own."""

from collections.abc import AsyncIterator, Iterator
from uuid import uuid4

import httpx
import pytest

from tests.api.mailed import request_link
from tests.api.openid_provider import CLIENT_ID, CLIENT_SECRET
from tests.campus import ADMIN, Campus, Json, School, house_on, problem_of, school
from tests.security.name_server import NameServer, name_server
from tests.stack import TestPostgres

pytestmark = pytest.mark.adapter


@pytest.fixture(scope="module")
def names() -> Iterator[NameServer]:
    with name_server() as running:
        yield running


@pytest.fixture(scope="module")
async def town(
    postgres_server: TestPostgres, migrated_template: str, names: NameServer
) -> AsyncIterator[Campus]:
    """The application on a database, with a name server of its own."""
    async with house_on(postgres_server, migrated_template, dns_servers=[names.address]) as campus:
        yield campus


@pytest.fixture
async def owner(town: Campus) -> AsyncIterator[School]:
    async with school(town) as opened:
        yield opened


@pytest.fixture
async def stranger(town: Campus) -> AsyncIterator[School]:
    async with school(town, "Other {}") as opened:
        yield opened


@pytest.fixture
def domain() -> str:
    return f"{uuid4().hex}.example"


async def claim(organization: School, issuer: str, domain: str) -> None:
    body = {"issuer": issuer, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "domains": [domain]}
    await organization.post("/v1/identity-providers", body)


def record_of(organization: School) -> str:
    return f"homeroom={organization.id}"


async def prove(organization: School, domain: str) -> httpx.Response:
    return await organization.api.post(f"/v1/sign-in-domains/{domain}/prove")


async def listed(organization: School) -> Json:
    (only,) = await organization.get("/v1/sign-in-domains")
    found: Json = only
    return found


async def led_to(town: Campus, domain: str) -> str:
    """The page that somebody at the domain gets when they ask to sign in."""
    async with town.browser() as browser:
        return (await request_link(browser, f"ada@{domain}")).text


async def test_a_claimed_domain_leads_nobody_until_its_record_is_there(
    town: Campus, names: NameServer, issuer: str, owner: School, stranger: School, domain: str
) -> None:
    await claim(stranger, issuer, domain)
    await claim(owner, issuer, domain)
    assert "Check your email" in await led_to(town, domain)
    missing = problem_of(await prove(owner, domain), 409, "conflict")
    assert f"no TXT record {record_of(owner)} at _homeroom.{domain}" in missing["detail"]
    names.records[f"_homeroom.{domain}"] = ["v=spf1 -all", record_of(owner)]
    assert (await prove(owner, domain)).json()["proof"] == "dns"
    shown = await led_to(town, domain)
    assert "Harbour Tutoring" in shown
    assert "Other Harbour" not in shown
    problem_of(await prove(stranger, domain), 409, "conflict")
    assert (await listed(stranger))["proof"] is None


async def test_a_domain_goes_to_its_next_owner_when_the_record_does(
    town: Campus, names: NameServer, issuer: str, owner: School, stranger: School, domain: str
) -> None:
    for organization in (owner, stranger):
        await claim(organization, issuer, domain)
    at = f"_homeroom.{domain}"
    names.records[at] = [record_of(owner)]
    assert (await prove(owner, domain)).status_code == 200
    names.records[at] = [record_of(owner), record_of(stranger)]
    assert "another organization" in problem_of(await prove(stranger, domain), 409, "conflict")["detail"]
    names.records[at] = [record_of(stranger)]
    assert (await prove(stranger, domain)).status_code == 200
    assert (await listed(owner))["proof"] is None
    assert "Other Harbour Tutoring" in await led_to(town, domain)


async def test_the_operators_word_stands_above_a_record(
    town: Campus, names: NameServer, issuer: str, owner: School, stranger: School, domain: str
) -> None:
    for organization in (owner, stranger):
        await claim(organization, issuer, domain)
    await owner.vouch(domain)
    names.records[f"_homeroom.{domain}"] = [record_of(stranger), record_of(owner)]
    problem_of(await prove(stranger, domain), 409, "conflict")
    assert (await prove(owner, domain)).json()["proof"] == "operator"
    async with town.client(ADMIN) as operator:
        path = f"/v1/organizations/{owner.id}/domains/{domain}"
        assert (await operator.delete(path)).status_code == 204
        problem_of(await operator.delete(path), 404, "not-found")
    assert "Check your email" in await led_to(town, domain)
    assert (await owner.api.put(path)).status_code == 403


async def test_a_domain_of_no_provider_cannot_be_proven(owner: School, domain: str) -> None:
    problem_of(await prove(owner, domain), 404, "not-found")
    problem_of(await prove(owner, "no domain"), 422, "invalid-input")


async def test_a_name_server_that_is_down_proves_nothing(
    postgres_server: TestPostgres, migrated_template: str, issuer: str, domain: str
) -> None:
    async with (
        house_on(postgres_server, migrated_template, dns_servers=["127.0.0.1:9"]) as deaf,
        school(deaf) as opened,
    ):
        await claim(opened, issuer, domain)
        problem_of(await prove(opened, domain), 503, "unavailable")
