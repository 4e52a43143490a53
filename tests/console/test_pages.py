"""Access to the pages over HTTP: the operator's link, signing in, other organizations, forms and headers."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest

from api.http.authentication import cookie_name
from tests.campus import HOUR, Campus, School, problem_of, school
from tests.links import open_link, token_of

pytestmark = pytest.mark.adapter


@pytest.fixture(scope="module")
async def opened(campus: Campus) -> AsyncIterator[School]:
    async with school(campus) as found:
        await found.book(2 * HOUR)
        yield found


@pytest.fixture(scope="module")
async def session_id(opened: School) -> str:
    (session,) = (await opened.get("/v1/sessions"))["items"]
    found: str = session["id"]
    return found


@pytest.fixture
async def browser(campus: Campus) -> AsyncIterator[httpx.AsyncClient]:
    """A browser that is not signed in."""
    async with campus.browser() as client:
        yield client


@pytest.fixture
async def operator(browser: httpx.AsyncClient, opened: School) -> httpx.AsyncClient:
    """A browser that is signed in with an operator link."""
    await open_link(browser, opened.campus.console_url(opened.id))
    return browser


def parts(session_id: str) -> list[str]:
    one = f"/sessions/{session_id}"
    return ["/today", "/today/live", one, f"{one}/fragment", f"{one}/live"]


async def test_an_operator_link_opens_the_pages_and_leaves_the_url(
    browser: httpx.AsyncClient, opened: School, session_id: str
) -> None:
    for path in ("/today", f"/sessions/{session_id}"):
        answer = await open_link(browser, opened.campus.console_url(opened.id, path))
        assert answer.status_code == 200
        assert answer.url.path == path
        assert not answer.url.query
        assert ("Adding fractions" if session_id in path else "Harbour Tutoring") in answer.text
        first = answer.history[0]
        await browser.post("/sign-out")
    cookie = first.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie


async def test_signed_out_browsers_are_sent_to_the_sign_in_page(
    browser: httpx.AsyncClient, session_id: str
) -> None:
    for path in parts(session_id):
        answer = await browser.get(path)
        assert answer.status_code == 200, path
        assert answer.url.path == "/sign-in"
        assert answer.url.params["next"] == path
        assert "Adding" not in answer.text


async def test_a_signed_out_fragment_redirects_the_whole_page(
    browser: httpx.AsyncClient, session_id: str
) -> None:
    answer = await browser.get(f"/sessions/{session_id}/fragment", headers={"HX-Request": "true"})
    assert answer.status_code == 204
    assert answer.headers["hx-redirect"] == "/sign-in"


async def test_signed_out_clients_without_html_get_a_problem(campus: Campus, session_id: str) -> None:
    async with campus.client() as program:
        for path in parts(session_id):
            problem_of(await program.get(path), 401, "not-authenticated")


@pytest.mark.parametrize(("lasts", "code"), [(timedelta(seconds=-1), "link-expired"), (HOUR, "link-invalid")])
async def test_expired_and_altered_operator_links_are_refused(
    campus: Campus, opened: School, session_id: str, lasts: timedelta, code: str
) -> None:
    token = token_of(campus.console_url(opened.id, lasts=lasts), "token")
    token += "x" if code == "link-invalid" else ""
    async with campus.client() as program:
        problem_of(await program.get("/sign-in/operator", params={"token": token}), 403, code)
        assert not program.cookies
        program.cookies.set(cookie_name(campus.app.state.homeroom), token)
        for path in parts(session_id):
            problem_of(await program.get(path), 401, "not-authenticated")


async def test_a_join_link_is_refused_as_an_operator_link(
    campus: Campus, opened: School, session_id: str
) -> None:
    token = await opened.join_token(session_id, "instructor")
    async with campus.client() as program:
        problem_of(await program.get("/sign-in/operator", params={"token": token}), 403, "link-invalid")


async def test_the_operator_of_another_organization_sees_no_class(
    browser: httpx.AsyncClient, harbour: School, session_id: str
) -> None:
    today = await open_link(browser, harbour.campus.console_url(harbour.id))
    assert today.status_code == 200
    assert session_id not in today.text
    one = f"/sessions/{session_id}"
    for path in (one, f"{one}/fragment", f"{one}/live", f"{one}/utterances/{uuid4()}.wav"):
        assert (await browser.get(path)).status_code == 404, path
    for path, form in ((f"{one}/approve", {"revision": "1"}), (f"{one}/end", {})):
        assert (await browser.post(path, data=form)).status_code == 404, path


async def test_an_unknown_session_is_an_html_error_page(operator: httpx.AsyncClient) -> None:
    answer = await operator.get(f"/sessions/{uuid4()}")
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize("path", ["/nowhere", "/v1/nowhere", "/sessions/nowhere", "/people/students/1"])
async def test_a_browser_at_an_address_of_nothing_gets_a_page_with_a_way_home(
    operator: httpx.AsyncClient, path: str
) -> None:
    answer = await operator.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert "Nothing is at this address." in answer.text
    assert '<a class="button primary" href="/">' in answer.text
    assert 'href="/today"' in answer.text, "the navigation of somebody who is signed in"


async def test_a_signed_out_browser_at_an_address_of_nothing_gets_a_page(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/nowhere")
    assert answer.status_code == 404
    assert "Nothing is at this address." in answer.text
    assert 'href="/today"' not in answer.text


async def test_a_client_at_an_address_of_nothing_gets_a_problem(campus: Campus) -> None:
    async with campus.client() as client:
        for path in ("/nowhere", "/v1/nowhere"):
            for accept in ("*/*", "application/json"):
                problem_of(await client.get(path, headers={"accept": accept}), 404, "not-found")


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1", ""])
@pytest.mark.parametrize("form", ["approve", "end"])
async def test_forms_from_other_origins_are_refused(
    operator: httpx.AsyncClient, opened: School, session_id: str, form: str, origin: str
) -> None:
    answer = await operator.post(
        f"/sessions/{session_id}/{form}", data={"revision": "1"}, headers={"origin": origin, "accept": "*/*"}
    )
    problem_of(answer, 403, "not-allowed")


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none", ""])
async def test_forms_with_a_foreign_fetch_site_are_refused(
    operator: httpx.AsyncClient, session_id: str, site: str
) -> None:
    answer = await operator.post(
        f"/sessions/{session_id}/end", headers={"sec-fetch-site": site, "accept": "*/*"}
    )
    problem_of(answer, 403, "not-allowed")


@pytest.mark.parametrize("form", ["approve", "end"])
async def test_forms_from_the_own_origin_reach_the_session(
    operator: httpx.AsyncClient, campus: Campus, session_id: str, form: str
) -> None:
    """The session refuses both commands before the class has begun."""
    answer = await operator.post(
        f"/sessions/{session_id}/{form}",
        data={"revision": "1"},
        headers={"origin": campus.url, "accept": "*/*"},
    )
    problem_of(answer, 409, "transition-refused")


@pytest.mark.parametrize("revision", ["", "one", "-1", "1" * 5000, "9" * 30])
async def test_invalid_form_values_are_refused(
    operator: httpx.AsyncClient, session_id: str, revision: str
) -> None:
    answer = await operator.post(
        f"/sessions/{session_id}/approve", data={"revision": revision}, headers={"accept": "*/*"}
    )
    problem_of(answer, 422, "invalid-input")


async def test_pages_have_security_headers(operator: httpx.AsyncClient, session_id: str) -> None:
    for path in ("/today", f"/sessions/{session_id}", f"/sessions/{session_id}/fragment"):
        headers = (await operator.get(path)).headers
        policy = headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"


async def test_the_root_leads_staff_to_today(operator: httpx.AsyncClient) -> None:
    assert (await operator.get("/")).url.path == "/today"
