"""Short join links lead one person to one class, and cannot be guessed."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import psycopg
import pytest

from domain.people.join_codes import code_from, written
from domain.people.sign_in import LIMITS, Attempt, Limit
from tests.api.mailed import forget_attempts
from tests.campus import Campus, School

pytestmark = pytest.mark.adapter


async def short_link(school: School, session_id: str, role: str = "student") -> tuple[str, str]:
    links = await school.get(f"/v1/sessions/{session_id}/join-links")
    link = next(link for link in links if link["role"] == role)
    return urlsplit(link["short_url"]).path, urlsplit(link["url"]).path


async def test_a_short_link_leads_to_the_join_page(campus: Campus, harbour: School) -> None:
    path, long_path = await short_link(harbour, await harbour.book())
    assert len(path) == len("/j/abc-defg-hij")
    async with campus.client() as anybody:
        for typed in (path, path.upper().replace("/J/", "/j/"), path.replace("-", "")):
            answer = await anybody.get(typed)
            assert answer.status_code == 303
            assert urlsplit(answer.headers["location"]).path == long_path
            assert answer.headers["cache-control"] == "no-store"
        answer = await anybody.get("/j", params={"code": path.removeprefix("/j/")})
        assert answer.status_code == 303
    assert (await short_link(harbour, long_path.rpartition("/")[2]))[0] == path, "shown again, it is the same"


async def test_each_person_has_their_own_code_of_each_class(harbour: School) -> None:
    sessions = [await harbour.book(), await harbour.book(timedelta(hours=96))]
    links = [link for key in sessions for link in await harbour.get(f"/v1/sessions/{key}/join-links")]
    assert len({link["short_url"] for link in links}) == 6


async def test_only_a_keyed_hash_is_stored(campus: Campus, harbour: School) -> None:
    path, _ = await short_link(harbour, await harbour.book())
    code = path.removeprefix("/j/").replace("-", "")
    with psycopg.connect(campus.database.superuser) as connection:
        stored = connection.execute("select join_code_hash from participant").fetchall()
        logged = connection.execute("select changes from change_log where subject = 'participant'").fetchall()
    assert code not in str(stored)
    assert "join_code_hash" not in str(logged)


async def test_a_code_ends_with_its_link_and_with_its_place_in_the_class(
    campus: Campus, harbour: School
) -> None:
    session_id = await harbour.book()
    path, _ = await short_link(harbour, session_id)
    links = await harbour.get(f"/v1/sessions/{session_id}/join-links")
    student = next(link["participant_id"] for link in links if link["role"] == "student")
    async with campus.client() as anybody:
        await harbour.api.delete(f"/v1/sessions/{session_id}/participants/{student}")
        assert (await anybody.get(path)).status_code == 403
        teacher, _ = await short_link(harbour, session_id, "instructor")
        ended = datetime.now(UTC) - timedelta(days=1, minutes=1)
        with psycopg.connect(campus.database.superuser) as connection:
            times = [ended - timedelta(hours=1), ended, session_id]
            connection.execute("update session set starts_at = %s, ends_at = %s where id = %s", times)
        expired = await anybody.get(teacher)
        assert expired.status_code == 403
        assert "expired" in expired.text
    forget_attempts(campus)


async def test_guessing_locks_the_network_out(
    campus: Campus, harbour: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(LIMITS, Attempt.BAD_JOIN_CODE_FROM_NETWORK, Limit(30, timedelta(minutes=15)))
    forget_attempts(campus)
    path, _ = await short_link(harbour, await harbour.book())
    async with campus.client() as guesser:
        answers = [await guesser.get(f"/j/{written(code_from(number))}") for number in range(31)]
        assert [answer.status_code for answer in answers[:30]] == [403] * 30
        assert answers[30].status_code == 429
        locked = await guesser.get(path)
        assert locked.status_code == 429
        assert int(locked.headers["retry-after"]) > 0
    forget_attempts(campus)


@pytest.mark.parametrize(
    ("accepted", "language", "title"),
    [
        ("ar-EG,ar;q=0.9,en;q=0.8", "ar", "دخول حصة"),
        ("is, de;q=0.3, fr-CA;q=0.7", "fr", "Rejoindre un cours"),
        ("q=;,;;", "en", "Join a class"),
    ],
)
async def test_page_for_codes_is_in_the_language_of_the_browser(
    campus: Campus, accepted: str, language: str, title: str
) -> None:
    async with campus.client() as anybody:
        asked = await anybody.get("/j", headers={"accept-language": accepted})
        wrong = await anybody.get("/j/zzz-zzzz-zzz", headers={"accept-language": accepted})
    for answer in (asked, wrong):
        assert f'<html lang="{language}"' in answer.text
        assert title in answer.text
    assert wrong.status_code == 403
    if language != "en":
        assert "not valid" not in wrong.text
