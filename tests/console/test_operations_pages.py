"""The pages of rules, API keys, exceptions, the outbox and the change log, over HTTP."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import httpx
import pytest

from console.frame import durations
from console.frame.subjects import PAGES
from domain.cases.kinds import ExceptionKind
from domain.notices.kinds import AccountNoticeKind
from domain.subjects import Subject, SubjectKind
from services.cases import NewCase, open_case
from tests.campus import School, school
from tests.console.case_rows import add_many
from tests.console.forms import hidden
from tests.console.queue_rows import add_case, add_notice, status_with_key
from tests.links import open_link
from tests.markup import MARKUP, check

pytestmark = pytest.mark.adapter


@pytest.fixture
async def operator(harbour: School) -> AsyncIterator[httpx.AsyncClient]:
    async with harbour.campus.browser() as browser:
        await open_link(browser, harbour.campus.console_url(harbour.id))
        yield browser


async def test_rules_are_shown_and_set_as_phrases(operator: httpx.AsyncClient, harbour: School) -> None:
    page = await operator.get("/settings")
    assert 'value="24 hours, 1 hour"' in page.text
    version = hidden(page, "version")
    body = {"version": version, "reminders_before": "2 days, 3 h", "room_before": "soon"}
    wrong = await operator.post("/settings", data=body)
    assert wrong.status_code == 422
    assert 'value="soon"' in wrong.text
    assert 'value="2 days, 3 h"' in wrong.text
    assert "Enter a duration, such as 15 minutes" in wrong.text
    beyond = await operator.post("/settings", data=body | {"room_before": "100 days", "segment_seconds": "4"})
    assert "Must be at most 90 days." in beyond.text
    assert "Must be at least 5." in beyond.text
    saved = await operator.post("/settings", data=body | {"room_before": "20 min"})
    assert "Saved." in saved.text
    assert "Last set by Operator." in saved.text
    policy = await harbour.get("/v1/policy")
    assert (policy["reminders_before"], policy["room_before"]) == (["P2D", "PT3H"], "PT20M")
    stale = await operator.post("/settings", data=body | {"room_before": "30 min"})
    assert stale.status_code == 412
    assert 'value="30 min"' in stale.text
    assert "20 minutes" in stale.text


async def test_the_organization_is_changed(operator: httpx.AsyncClient, harbour: School) -> None:
    form = await operator.get("/settings/organization")
    body = {"version": hidden(form, "version"), "name": "", "time_zone": "Asia/Tokyo", "language": "ja"}
    wrong = await operator.post("/settings/organization", data=body)
    assert wrong.status_code == 422
    assert re.search(r'value="Asia/Tokyo" selected', wrong.text)
    saved = await operator.post("/settings/organization", data=body | {"name": MARKUP.format("school")})
    check(saved.text, "school")
    assert (await harbour.get("/v1/organization"))["time_zone"] == "Asia/Tokyo"
    stale = await operator.post("/settings/organization", data=body | {"name": "Mine"})
    assert stale.status_code == 412
    assert 'value="Mine"' in stale.text


async def test_a_key_is_made_rotated_and_revoked(operator: httpx.AsyncClient, harbour: School) -> None:
    form = await operator.get("/settings/keys/new")
    body = {"key": hidden(form, "key"), "name": "", "role": "integrator", "lasts": "30"}
    wrong = await operator.post("/settings/keys/new", data=body | {"scopes": ["keys:manage"]})
    assert wrong.status_code == 422
    assert "The role integrator does not have keys:manage." in wrong.text or "Required." in wrong.text
    assert re.search(r'value="keys:manage" checked', wrong.text)
    made = await operator.post("/settings/keys/new", data=body | {"name": MARKUP.format("key")})
    check(made.text, "key")
    assert made.headers["cache-control"] == "no-store"
    (secret,) = re.findall(r'value="(hr_[^"]+)"', made.text)
    assert await status_with_key(harbour, secret) == 200
    again = await operator.post("/settings/keys/new", data=body | {"name": MARKUP.format("key")})
    assert "already exists" in again.text
    other = await operator.post("/settings/keys/new", data=body | {"name": "again"})
    assert "This form was already sent with other values" in other.text
    assert await status_with_key(harbour, secret) == 200, "the secret that was shown keeps working"
    check((await operator.get("/settings/keys")).text, "key")

    one = again.url.path
    shown = await operator.get(one)
    assert secret not in shown.text
    rotated = await operator.post(f"{one}/rotate", data={"key": hidden(shown, "key"), "overlap": "24"})
    (fresh,) = re.findall(r'value="(hr_[^"]+)"', rotated.text)
    assert (await status_with_key(harbour, secret), await status_with_key(harbour, fresh)) == (200, 200)
    assert (
        await operator.post(f"{one}/rotate", data={"key": str(uuid4()), "overlap": "7"})
    ).status_code == 422
    revoked = await operator.post(f"{one}/revoke")
    assert "Revoked" in revoked.text
    assert (await status_with_key(harbour, secret), await status_with_key(harbour, fresh)) == (401, 200)


async def test_an_exception_is_assigned_resolved_and_reopened(
    operator: httpx.AsyncClient, harbour: School
) -> None:
    case_id = await add_case(harbour, MARKUP.format("occasion"))
    member = await harbour.post(
        "/v1/members", {"name": MARKUP.format("member"), "email": "m@h.example", "role": "ops"}
    )
    one = f"/exceptions/{case_id}"
    queue = await operator.get("/exceptions")
    check(queue.text)
    assert one in queue.text
    assert "overdue" in queue.text
    assert one not in (await operator.get("/exceptions?state=resolved")).text
    assert one not in (await operator.get("/exceptions?severity=low&overdue=true")).text
    assert one in (await operator.get("/exceptions?severity=high&overdue=true&sort=-due_at")).text
    shown = await operator.get(one)
    check(shown.text, "member")
    assert "Ada Okafor" in shown.text
    assert (
        "Assigned to <strong>Operator" in (await operator.post(f"{one}/assign", data={"member_id": ""})).text
    )
    check((await operator.post(f"{one}/assign", data={"member_id": member["id"]})).text, "member")
    wrong = await operator.post(f"{one}/resolve", data={"resolution": "y" * 2001})
    assert wrong.status_code == 422
    assert "y" * 2001 in wrong.text
    resolved = await operator.post(f"{one}/resolve", data={"resolution": MARKUP.format("done")})
    check(resolved.text, "done")
    assert "Resolved by <strong>Operator" in resolved.text
    assert one in (await operator.get("/exceptions?state=all")).text
    assert (await operator.post(f"{one}/resolve", data={"resolution": "again"})).status_code == 409
    assert "Resolve</button>" in (await operator.post(f"{one}/reopen")).text


async def test_the_outbox_shows_mail_in_a_sandbox(operator: httpx.AsyncClient, harbour: School) -> None:
    notice_id = await add_notice(harbour)
    one = f"/outbox/{notice_id}"
    for query in ("", "?state=waiting", "?kind=summary&q=subject", "?sort=created_at"):
        listed = await operator.get(f"/outbox{query}")
        check(listed.text, "subject")
        assert one in listed.text
    assert one not in (await operator.get("/outbox?state=sent")).text
    shown = await operator.get(one)
    check(shown.text, "subject", "text")
    assert "alert(1)" not in shown.text
    assert re.search(rf'<iframe[^>]*src="{one}/mail"[^>]* sandbox[ >]', shown.text)
    assert "2 attempts" in shown.text
    assert "mailbox busy" in shown.text
    mail = await operator.get(f"{one}/mail")
    policy = mail.headers["content-security-policy"]
    assert policy.startswith("sandbox; default-src 'none'")
    assert "script" not in policy
    assert mail.headers["x-frame-options"] == "SAMEORIGIN"
    assert "Dear guardian" in mail.text


async def test_a_case_links_to_its_person_course_or_organization(
    operator: httpx.AsyncClient, harbour: School
) -> None:
    member = {"name": "Olu Member", "email": "olu@h.example", "role": "ops"}
    member_id = (await harbour.post("/v1/members", member))["id"]
    about = {
        Subject(SubjectKind.GUARDIAN, UUID(harbour.ids["guardian"])): "Guardian of Leo Lindqvist",
        Subject(SubjectKind.MEMBER, UUID(member_id)): "Olu Member",
        Subject(SubjectKind.COURSE, UUID(harbour.ids["course"])): "Mathematics",
        Subject(SubjectKind.ORGANIZATION, harbour.id): "Harbour Tutoring",
    }
    unnamed = Subject(SubjectKind.SERIES, uuid4())
    await open_cases_about(harbour, *about, unnamed)
    queue = (await operator.get("/exceptions")).text
    for subject, name in about.items():
        address = PAGES[subject.kind].format(subject.id)
        assert f'<a href="{address}">{subject.noun.capitalize()}</a>' in queue
        assert f">{name}</a>" in queue
        assert (await operator.get(address)).status_code == 200
        assert str(subject.id) not in re.sub(r"<[^>]*>", "", queue), "the name is shown, not the id"
    assert "/sessions/None" not in queue
    assert str(unnamed.id) in queue
    for case_page in set(re.findall(r'href="(/exceptions/[0-9a-f-]{36})"', queue)):
        shown = await operator.get(case_page)
        assert shown.status_code == 200
        assert "<dt>Starts</dt>" not in shown.text
        assert "Take it" in shown.text or "Assign" in shown.text
        assert (await operator.post(f"{case_page}/resolve", data={"resolution": "Done."})).status_code == 200


async def open_cases_about(opened: School, *subjects: Subject) -> None:
    async with opened.transaction() as db:
        for subject in subjects:
            await open_case(db, NewCase(opened.id, subject, ExceptionKind.STEP_FAILED), datetime.now(UTC))


async def test_a_message_about_a_person_links_to_the_person(
    operator: httpx.AsyncClient, harbour: School
) -> None:
    about = {"subject_kind": SubjectKind.GUARDIAN, "subject_id": UUID(harbour.ids["guardian"])}
    notice_id = await add_notice(harbour, **about, class_starts_at=None)
    shown = await operator.get(f"/outbox/{notice_id}")
    assert shown.status_code == 200
    assert f'<a href="/people/guardians/{harbour.ids["guardian"]}">' in shown.text
    assert "<dt>Class</dt>" not in shown.text


async def test_the_content_of_a_sign_in_mail_is_not_shown(
    operator: httpx.AsyncClient, harbour: School
) -> None:
    words = {"html": "", "text": "", "sealed": "sealed words"}
    notice_id = await add_notice(harbour, kind=AccountNoticeKind.SIGN_IN, **words)
    shown = await operator.get(f"/outbox/{notice_id}")
    assert "Not shown, because it contains a sign-in link." in shown.text
    assert "<iframe" not in shown.text
    assert "sealed words" not in shown.text + (await operator.get(f"/outbox/{notice_id}/mail")).text


async def test_the_change_log_is_filtered(operator: httpx.AsyncClient, harbour: School) -> None:
    log = await operator.get("/settings/audit?subject=student")
    assert "Student added" in log.text
    assert "key “first key”" in log.text
    assert "Course added" not in log.text
    await add_notice(harbour, subject="Summary: Fractions")
    assert "Summary: Fractions</a>" in (await operator.get("/settings/audit?subject=notice")).text
    student = harbour.ids["student 0"]
    own = await operator.get(f"/settings/audit?subject_id={student}")
    assert "Noor Haddad" in own.text
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    assert "No changes found" in (await operator.get(f"/settings/audit?since={tomorrow:%Y-%m-%d}")).text
    assert (
        "Student added"
        in (await operator.get(f"/settings/audit?until={tomorrow:%Y-%m-%d}&subject=student")).text
    )
    for nonsense in ("cursor=x", "since=yesterday", "subject_id=1", "subject=A"):
        assert (await operator.get(f"/settings/audit?{nonsense}")).status_code == 422, nonsense


async def test_days_of_the_change_log_are_those_of_the_school(
    operator: httpx.AsyncClient, harbour: School
) -> None:
    version = (await harbour.api.get("/v1/organization")).headers["etag"]
    (zone, today) = next(
        (zone, datetime.now(ZoneInfo(zone)).date())
        for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago")
        if datetime.now(ZoneInfo(zone)).date() != datetime.now(UTC).date()
    )
    answer = await harbour.api.patch(
        "/v1/organization", json={"time_zone": zone}, headers={"If-Match": version}
    )
    assert answer.is_success, answer.text
    found = await operator.get(f"/settings/audit?subject=student&since={today}&until={today}")
    assert "Student added" in found.text
    before = today - timedelta(days=1)
    assert "No changes found" in (await operator.get(f"/settings/audit?subject=student&until={before}")).text


async def test_as_many_rows_as_chosen_are_on_each_page(operator: httpx.AsyncClient, harbour: School) -> None:
    await add_many(harbour, UUID(await harbour.book()), 130)
    first = await operator.get("/exceptions?limit=100")
    assert first.text.count('class="case-row"') == 100
    (following,) = re.findall(r'rel="next" href="([^"]+)"', first.text)
    second = await operator.get(following.replace("&amp;", "&"))
    assert second.text.count('class="case-row"') == 30
    assert '<option value="100" selected>' in second.text
    for path in ("/exceptions", "/outbox", "/classes"):
        assert (await operator.get(f"{path}?limit=1000")).status_code == 422


async def test_records_of_another_organization_are_not_found(
    operator: httpx.AsyncClient, harbour: School
) -> None:
    async with school(harbour.campus, "Other {}") as other:
        case_id, notice_id = await add_case(other), await add_notice(other)
        key = (await other.post("/v1/keys", {"name": "theirs"}))["id"]
    for path in (
        f"/exceptions/{case_id}",
        f"/outbox/{notice_id}",
        f"/outbox/{notice_id}/mail",
        f"/settings/keys/{key}",
    ):
        assert (await operator.get(path)).status_code == 404, path
    for path, body in (
        (f"/exceptions/{case_id}/assign", {"member_id": ""}),
        (f"/exceptions/{case_id}/acknowledge", {}),
        (f"/exceptions/{case_id}/start", {}),
        (f"/exceptions/{case_id}/snooze", {"until": "1h"}),
        (f"/exceptions/{case_id}/comments", {"text": "mine"}),
        (f"/exceptions/{case_id}/observe", {}),
        (f"/exceptions/{case_id}/resolve", {"resolution": "mine"}),
        (f"/exceptions/{case_id}/reopen", {}),
        (f"/settings/keys/{key}/rotate", {"key": str(uuid4()), "overlap": "24"}),
        (f"/settings/keys/{key}/revoke", {}),
    ):
        assert (await operator.post(path, data=body)).status_code == 404, path


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("15 min", 15),
        ("1 h 30 m", 90),
        ("2 days", 2880),
        ("1 hour and 5 minutes", 65),
        ("24h", 1440),
        ("0 m", 0),
    ],
)
def test_written_durations_are_read_back(text: str, minutes: int) -> None:
    found = durations.read(text)
    assert found == timedelta(minutes=minutes)
    assert durations.read(durations.written(found)) == found


@pytest.mark.parametrize("text", ["", "soon", "15", "-5 min", "1 fortnight", "5 min x"])
def test_texts_that_are_no_durations_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="write it as"):
        durations.read(text)
