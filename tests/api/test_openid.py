"""Signing in with an organization's own accounts, against a real OpenID Connect provider (Canaille)."""

import re
from collections.abc import AsyncIterator, Iterator
from html import unescape
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest

from api.http.authentication import cookie_name
from tests.api.mailed import forget_attempts, links_in_mail, request_link, sign_in_mails
from tests.api.openid_provider import (
    CLIENT_ID,
    CLIENT_SECRET,
    DOMAIN,
    PASSWORD,
    Provider,
    address_of,
    openid_provider,
)
from tests.api.roles import signed_in as browser_of
from tests.campus import Campus, Json, School, problem_of, school
from tests.stack import TestMail
from wiring.api import OPENID_CALLBACK

pytestmark = pytest.mark.adapter


@pytest.fixture(scope="module")
def provider(campus: Campus) -> Iterator[Provider]:
    with openid_provider(campus.url + OPENID_CALLBACK) as running:
        yield running


@pytest.fixture(scope="module")
async def opened(campus: Campus, provider: Provider) -> AsyncIterator[School]:
    """A school whose staff have accounts at the provider: Ada is a member, Grace and Unverified teach."""
    async with school(campus) as school_:
        made = await school_.post("/v1/identity-providers", provider_body(provider))
        school_.ids["provider"] = made["id"]
        await school_.vouch(DOMAIN)
        await school_.post("/v1/members", {"name": "Ada", "email": address_of("ada"), "role": "ops"})
        for user in ("grace", "unverified", "denied"):
            await school_.post("/v1/instructors", {"name": user, "email": address_of(user).upper()})
        yield school_


@pytest.fixture(autouse=True)
def _fresh(campus: Campus) -> None:
    forget_attempts(campus)


@pytest.fixture
async def browser(campus: Campus) -> AsyncIterator[httpx.AsyncClient]:
    async with campus.browser() as client:
        yield client


def provider_body(provider: Provider, **changes: object) -> Json:
    """The request body that registers the provider."""
    return {
        "issuer": provider.issuer,
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "domains": [DOMAIN],
    } | changes


async def to_provider(browser: httpx.AsyncClient, user: str, next: str = "") -> httpx.Response:
    """Submits the sign-in form and follows the link to the provider; returns the provider's form."""
    answer = await request_link(browser, address_of(user), next)
    (link,) = re.findall(r'href="(/sign-in/with/[^"]+)"', answer.text)
    return await browser.get(unescape(link))


async def at_provider(browser: httpx.AsyncClient, form: httpx.Response, user: str) -> httpx.Response:
    """Enters name and password; returns the redirect to Homeroom without following it."""
    password = await browser.post(form.url, data={"csrf_token": csrf(form), "login": user})
    browser.follow_redirects = False
    answer = await browser.post(password.url, data={"csrf_token": csrf(password), "password": PASSWORD})
    while answer.is_redirect and urlsplit(answer.headers["location"]).path != OPENID_CALLBACK:
        answer = await browser.get(answer.url.join(answer.headers["location"]))
    browser.follow_redirects = True
    return answer


def csrf(form: httpx.Response) -> str:
    (token,) = set(re.findall(r'name="csrf_token"[^>]*value="([^"]+)"', form.text))
    return unescape(token)


async def sign_in(browser: httpx.AsyncClient, user: str, next: str = "") -> httpx.Response:
    """Signs in through the provider; returns the page that follows."""
    answer = await at_provider(browser, await to_provider(browser, user, next), user)
    return await browser.get(answer.headers["location"])


async def bindings(opened: School, person_id: str | None = None) -> list[Json]:
    answer = await opened.api.get(
        "/v1/sign-in-bindings", params={"person_id": person_id} if person_id else {}
    )
    assert answer.status_code == 200, answer.text
    rows: list[Json] = answer.json()
    return rows


async def id_of(opened: School, user: str) -> str:
    (row,) = (await opened.get(f"/v1/instructors?email={address_of(user).upper()}"))["items"]
    return str(row["id"])


def signed_in(campus: Campus, browser: httpx.AsyncClient) -> bool:
    return cookie_name(campus.app.state.homeroom) in browser.cookies


async def test_a_member_signs_in_with_the_provider(
    campus: Campus, browser: httpx.AsyncClient, opened: School
) -> None:
    answer = await sign_in(browser, "ada", "/today?state=live")
    assert answer.status_code == 200, answer.text
    assert str(answer.url) == f"{campus.url}/today?state=live"
    (me,) = (await opened.get(f"/v1/members?email={address_of('ada')}"))["items"]
    (begun, *_) = (await opened.get(f"/v1/audit?actor=member:{me['id']}"))["items"]
    assert begun["changes"]["method"] == [None, "oidc"]


async def test_an_instructor_lands_on_their_own_page(browser: httpx.AsyncClient, opened: School) -> None:
    assert (await sign_in(browser, "grace")).url.path == "/teaching"


async def test_the_authorization_request_uses_pkce_state_and_nonce(
    campus: Campus, browser: httpx.AsyncClient, opened: School
) -> None:
    page = await request_link(browser, address_of("ada"))
    (link,) = re.findall(r'href="(/sign-in/with/[^"]+)"', page.text)
    browser.follow_redirects = False
    answer = await browser.get(unescape(link))
    query = parse_qs(urlsplit(answer.headers["location"]).query)
    assert query["response_type"] == ["code"]
    assert query["code_challenge_method"] == ["S256"]
    assert query["redirect_uri"] == [campus.url + OPENID_CALLBACK]
    assert query["login_hint"] == [address_of("ada")]
    assert len({query[name][0] for name in ("state", "nonce", "code_challenge")}) == 3
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert not any(query[name][0] in cookie for name in ("state", "nonce"))


@pytest.mark.parametrize(
    ("user", "message"),
    [
        ("stranger", "in your organization has this address"),
        ("unverified", "verified your email address"),
        ("denied", "verified your email address"),
    ],
)
async def test_users_without_a_match_or_verified_address_are_refused(
    campus: Campus, browser: httpx.AsyncClient, opened: School, user: str, message: str
) -> None:
    answer = await sign_in(browser, user)
    assert answer.status_code == 403
    assert message in answer.text
    assert not signed_in(campus, browser)


async def test_an_organization_can_say_that_a_providers_addresses_are_verified(
    campus: Campus, browser: httpx.AsyncClient, opened: School
) -> None:
    """It counts where the provider says nothing, not against its word."""
    path = f"/v1/identity-providers/{opened.ids['provider']}"
    for verified, accepted in ((True, True), (False, False)):
        changed = await opened.api.patch(
            path, json={"addresses_verified": verified}, headers={"If-Match": "*"}
        )
        assert changed.json()["addresses_verified"] is verified
        async with campus.browser() as denied:
            assert (await sign_in(denied, "denied")).status_code == 403
        if accepted:
            async with campus.browser() as unverified:
                assert (await sign_in(unverified, "unverified")).url.path == "/teaching"
    async with campus.browser() as bound:
        # Once bound, the account counts and not its address.
        assert (await sign_in(bound, "unverified")).url.path == "/teaching"
    (binding,) = [
        row for row in await bindings(opened) if row["person_id"] == await id_of(opened, "unverified")
    ]
    assert (await opened.api.delete(f"/v1/sign-in-bindings/{binding['id']}")).status_code == 204
    assert (await sign_in(browser, "unverified")).status_code == 403


async def test_a_person_stays_the_same_when_their_address_changes(
    campus: Campus, browser: httpx.AsyncClient, opened: School
) -> None:
    """The mailbox that is given to somebody else does not open its predecessor's account, until it is released."""
    member = await opened.post("/v1/members", {"name": "Mo", "email": address_of("mover"), "role": "ops"})
    assert (await sign_in(browser, "mover")).url.path == "/today"
    (bound,) = await bindings(opened, member["id"])
    assert (bound["person_kind"], bound["issuer"][:7]) == ("member", "http://")
    path = f"/v1/members/{member['id']}"
    await opened.api.patch(path, json={"email": address_of("heir")}, headers={"If-Match": "*"})

    async with campus.browser() as mover, campus.browser() as heir:
        assert (await sign_in(mover, "mover")).url.path == "/today"  # under an address that nobody has
        refused = await sign_in(heir, "heir")
        assert refused.status_code == 403
        assert "signs in with another account" in refused.text
        assert not signed_in(campus, heir)
        assert await bindings(opened, member["id"]) == [bound]

        assert (await opened.api.delete(f"/v1/sign-in-bindings/{bound['id']}")).status_code == 204
        assert (await mover.get("/today")).url.path == "/sign-in"
    async with campus.browser() as mover, campus.browser() as heir:
        assert (await sign_in(heir, "heir")).url.path == "/today"
        assert (await sign_in(mover, "mover")).status_code == 403
    (again,) = await bindings(opened, member["id"])
    assert again["id"] != bound["id"]
    audit = (await opened.get(f"/v1/audit?subject_id={member['id']}"))["items"]
    kinds = [row["kind"] for row in audit if row["kind"].startswith("sign_in_binding")]
    assert sorted(kinds) == [
        "sign_in_binding.created",
        "sign_in_binding.created",
        "sign_in_binding.deleted",
    ]
    by_person = [row["actor"] for row in audit if row["kind"] == "sign_in_binding.created"]
    assert by_person == [f"member:{member['id']}"] * 2


async def test_who_is_bound_as_an_instructor_signs_in_as_a_member_once_they_are_one(
    campus: Campus, opened: School
) -> None:
    async with campus.browser() as before, campus.browser() as after:
        assert (await sign_in(before, "grace")).url.path == "/teaching"
        member = await opened.post(
            "/v1/members", {"name": "Grace", "email": address_of("grace"), "role": "ops"}
        )
        assert (await sign_in(after, "grace")).url.path == "/today"
    assert (await opened.api.delete(f"/v1/members/{member['id']}")).status_code == 204
    async with campus.browser() as later:
        assert (await sign_in(later, "grace")).url.path == "/teaching"


async def test_an_admin_releases_an_account_on_the_pages(
    campus: Campus, browser: httpx.AsyncClient, opened: School
) -> None:
    await sign_in(browser, "ada")
    (member,) = (await opened.get(f"/v1/members?email={address_of('ada')}"))["items"]
    (bound,) = await bindings(opened, member["id"])
    assert (await browser.get("/settings/sign-in")).status_code == 403  # ops
    chief = await opened.post(
        "/v1/members", {"name": "Chief", "email": f"{uuid4().hex[:12]}@harbour.example", "role": "admin"}
    )
    async with await browser_of(campus, opened.id, "member", UUID(chief["id"])) as admin:
        admin.follow_redirects = True
        listed = await admin.get("/settings/sign-in")
        assert "Ada" in listed.text
        assert f"/settings/sign-in/bindings/{bound['id']}/release" in listed.text
        assert f"{bound['id']}/release" in (await admin.get(f"/people/members/{member['id']}")).text
        released = await admin.post(f"/settings/sign-in/bindings/{bound['id']}/release")
        assert released.url.path == f"/people/members/{member['id']}"
        assert "Sign-in account removed" in released.text
        provider_id = opened.ids["provider"]
        version = (await opened.get(f"/v1/identity-providers/{provider_id}"))["version"]
        saved = await admin.post(
            f"/settings/sign-in/providers/{provider_id}/addresses",
            data={"version": str(version), "addresses_verified": "true"},
        )
        assert "Saved." in saved.text
        assert (await opened.get(f"/v1/identity-providers/{provider_id}"))["addresses_verified"] is True
        unchecked = {"version": str(version + 1)}
        await admin.post(f"/settings/sign-in/providers/{provider_id}/addresses", data=unchecked)
        assert (await opened.get(f"/v1/identity-providers/{provider_id}"))["addresses_verified"] is False
    assert await bindings(opened, member["id"]) == []


async def test_another_browser_cannot_finish_the_flow(
    campus: Campus, browser: httpx.AsyncClient, opened: School
) -> None:
    """Otherwise an attacker could use a stolen code, or sign a victim in to the attacker's account."""
    answer = await at_provider(browser, await to_provider(browser, "ada"), "ada")
    async with campus.browser() as other:
        refused = await other.get(answer.headers["location"])
        assert refused.status_code == 403
        assert "started in another browser" in refused.text
        await to_provider(other, "ada")
        refused = await other.get(answer.headers["location"])
        assert refused.status_code == 403
        assert not signed_in(campus, other)


async def test_a_code_works_once(campus: Campus, browser: httpx.AsyncClient, opened: School) -> None:
    answer = await at_provider(browser, await to_provider(browser, "ada"), "ada")
    flow = browser.cookies.get(f"{cookie_name(campus.app.state.homeroom)}-flow")
    assert (await browser.get(answer.headers["location"])).url.path == "/today"
    async with campus.browser() as again:
        again.cookies.set(f"{cookie_name(campus.app.state.homeroom)}-flow", flow or "")
        refused = await again.get(answer.headers["location"])
        assert refused.status_code == 403
        assert "rejected the code" in refused.text


@pytest.mark.parametrize(
    "change", [{"state": "another"}, {"iss": "https://evil.example"}, {"code": "another"}]
)
async def test_a_tampered_callback_is_refused(
    campus: Campus, browser: httpx.AsyncClient, opened: School, change: dict[str, str]
) -> None:
    answer = await at_provider(browser, await to_provider(browser, "ada"), "ada")
    parts = urlsplit(answer.headers["location"])
    query = {name: values[0] for name, values in parse_qs(parts.query).items()} | change
    refused = await browser.get(parts._replace(query=urlencode(query)).geturl())
    assert refused.status_code == 403
    assert not signed_in(campus, browser)


async def test_only_organizations_without_a_provider_send_a_link_by_email(
    browser: httpx.AsyncClient, mail_sink: TestMail, opened: School, other: School
) -> None:
    await other.post("/v1/members", {"name": "Also here", "email": address_of("ada"), "role": "ops"})
    before = len(sign_in_mails(mail_sink, address_of("ada")))
    page = await request_link(browser, address_of("ada"))
    assert "Continue to 127.0.0.1" in page.text
    (link,) = await links_in_mail(mail_sink, address_of("ada"), count=before + 1)
    (message, *_) = sign_in_mails(mail_sink, address_of("ada"))
    assert "Sign in to Other Harbour Tutoring" in message["text"]
    assert link


async def test_the_client_secret_is_encrypted_and_never_shown(campus: Campus, opened: School) -> None:
    shown = await opened.get(f"/v1/identity-providers/{opened.ids['provider']}")
    assert "client_secret" not in shown
    listed = await opened.api.get("/v1/identity-providers")
    assert CLIENT_SECRET not in listed.text
    with psycopg.connect(campus.database.superuser) as connection:
        (kept,) = connection.execute(
            "select client_secret from identity_provider where id = %s", [UUID(opened.ids["provider"])]
        ).fetchone() or ("",)
    assert CLIENT_SECRET not in kept
    records = await opened.api.get(f"/v1/audit?subject_id={opened.ids['provider']}")
    assert records.json()["items"]
    assert "client_secret" not in records.text


async def test_an_unusable_provider_is_not_saved(provider: Provider, harbour: School, campus: Campus) -> None:
    domains = [f"{uuid4().hex}.example"]
    for issuer, reason in (
        ("http://127.0.0.1:1", "isn't responding"),
        (f"{provider.issuer}/nowhere", "responded with 404"),
        (f"{campus.url}/v1", "responded with 404"),
        (f"{provider.issuer}/", "a different issuer"),
        ("http://user:secret@127.0.0.1:1", "no user or password"),
    ):
        answer = await harbour.api.post(
            "/v1/identity-providers", json=provider_body(provider, issuer=issuer, domains=domains)
        )
        problem = problem_of(answer, 422, "identity-provider-unusable")
        assert reason in problem["detail"], problem
    unfit: tuple[Json, ...] = (
        {"issuer": "file:///etc/passwd"},
        {"domains": []},
        {"domains": ["no domain"]},
        {"client_secret": ""},
    )
    for wrong in unfit:
        answer = await harbour.api.post("/v1/identity-providers", json=provider_body(provider, **wrong))
        problem_of(answer, 422, "invalid-input")
    assert (await harbour.get("/v1/identity-providers"))["items"] == []


async def test_a_domain_belongs_to_one_provider(provider: Provider, opened: School, harbour: School) -> None:
    taken = await opened.api.post("/v1/identity-providers", json=provider_body(provider))
    problem_of(taken, 409, "conflict")
    await harbour.post("/v1/identity-providers", provider_body(provider, domains=["first.example"]))
    own = await harbour.post("/v1/identity-providers", provider_body(provider, domains=["own.example"]))
    path = f"/v1/identity-providers/{own['id']}"
    taken = await harbour.api.patch(path, json={"domains": ["First.EXAMPLE"]}, headers={"If-Match": '"1"'})
    problem_of(taken, 409, "conflict")
    changed = await harbour.api.patch(
        path, json={"domains": ["OWN.example", "second.example"]}, headers={"If-Match": '"1"'}
    )
    assert changed.json()["domains"] == ["own.example", "second.example"]


async def test_a_retired_provider_cannot_be_used(
    campus: Campus, browser: httpx.AsyncClient, provider: Provider, harbour: School
) -> None:
    domain = f"{uuid4().hex}.example"
    made = await harbour.post("/v1/identity-providers", provider_body(provider, domains=[domain]))
    await harbour.vouch(domain)
    page = await request_link(browser, f"ada@{domain}")
    (link,) = re.findall(r'href="(/sign-in/with/[^"]+)"', page.text)
    assert (await harbour.api.delete(f"/v1/identity-providers/{made['id']}")).status_code == 204
    assert (await browser.get(unescape(link))).status_code == 404
    assert "Check your email" in (await request_link(browser, f"ada@{domain}")).text


async def test_an_address_outside_the_providers_domains_is_refused(
    campus: Campus, browser: httpx.AsyncClient, provider: Provider, harbour: School
) -> None:
    """Canaille knows Grace, but this organization trusts it for another domain only."""
    domain = f"{uuid4().hex}.example"
    await harbour.post("/v1/identity-providers", provider_body(provider, domains=[domain]))
    await harbour.vouch(domain)
    await harbour.post("/v1/instructors", {"name": "Grace", "email": address_of("grace")})
    page = await request_link(browser, f"grace@{domain}")
    (link,) = re.findall(r'href="(/sign-in/with/[^"]+)"', page.text)
    form = await browser.get(unescape(link))
    answer = await at_provider(browser, form, "grace")
    refused = await browser.get(answer.headers["location"])
    assert refused.status_code == 403
    assert "another domain" in refused.text, refused.text[-1200:]


async def test_providers_cannot_be_imported(provider: Provider, harbour: School) -> None:
    """Each is checked before it is saved, and its secret encrypted."""
    answer = await harbour.api.post("/v1/identity-providers/bulk", json=[provider_body(provider)])
    assert answer.status_code in (404, 405)
