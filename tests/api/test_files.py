"""Class files: upload, list, retire, and download by signed link only."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest

from domain.people.roles import Role
from domain.record.files import MAX_BYTES
from signing.links import FileLink, JoinLink, RecordingLink
from tests.api.roles import signed_in
from tests.api.stored import BUCKET, StoredClass, on_s3
from tests.campus import HOUR, Campus, problem_of, school
from tests.http_clients import http_client
from tests.stack import TestS3
from tests.storage.sample_files import MP3, PDF, image, office

pytestmark = pytest.mark.adapter

HTML = b"<!DOCTYPE html><script>alert(1)</script>"


@pytest.fixture(scope="module")
async def s3_campus(campus: Campus, s3_server: TestS3) -> AsyncIterator[Campus]:
    async with on_s3(campus, s3_server) as s3:
        yield s3


@pytest.fixture
async def kept(campus: Campus, s3_campus: Campus) -> AsyncIterator[StoredClass]:
    async with school(campus) as opened:
        session_id = await opened.book()
        token = opened.api.headers["authorization"].removeprefix("Bearer ")
        async with s3_campus.client(token) as api:
            yield StoredClass(s3_campus, opened, session_id, api)


async def get(url: str, **headers: str) -> httpx.Response:
    """Fetches a URL without credentials."""
    async with http_client() as anybody:
        return await anybody.get(url, headers=headers)


async def test_a_file_is_uploaded_listed_read_and_downloaded(kept: StoredClass) -> None:
    answer = await kept.upload("Übung <b>1</b>.pdf", PDF)
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert answer.headers["location"] == f"{kept.path}/files/{made['id']}"
    assert made["name"] == "Übung <b>1</b>.pdf"
    assert made["media_type"] == "application/pdf"
    assert made["size"] == len(PDF)
    assert made["created_by"].startswith("key:")
    assert (await kept.api.get(f"{kept.path}/files/{made['id']}")).json() == made
    assert (await kept.api.get(f"{kept.path}/files")).json() == {"items": [made], "next_cursor": None}
    given = await get(await kept.link(made))
    assert given.content == PDF
    assert given.headers["content-type"] == "application/pdf"


async def test_downloads_have_safe_headers(kept: StoredClass) -> None:
    for name, content, shown in (
        ('a"; x=\r.pdf'.replace("\r", ""), PDF, "attachment"),
        ("a.png", image("PNG"), "inline"),
        ("a.txt", b"text <script>alert(1)</script>", "attachment"),
        ("a.docx", office("docx"), "attachment"),
        ("a.mp3", MP3, "attachment"),
    ):
        answer = await kept.upload(name, content)
        assert answer.status_code == 201, answer.text
        given = await get(await kept.link(answer.json()))
        assert given.headers["content-disposition"].startswith(f"{shown}; filename=")
        assert given.headers["x-content-type-options"] == "nosniff"
        assert given.headers["content-security-policy"] == "sandbox; default-src 'none'"
        assert "html" not in given.headers["content-type"]
        assert "svg" not in given.headers["content-type"]
        assert given.content == content


async def test_unsupported_content_is_refused(kept: StoredClass) -> None:
    before = kept.school.rows()
    for name, content in (
        ("worksheet.pdf", HTML),
        ("drawing.png", b'<svg onload="alert(1)"/>'),
        ("a.docx", office("docx", {"word/a.xml": bytes(50_000_000)})),
        ("a.exe", PDF),
        ("a.pdf", b""),
    ):
        problem_of(await kept.upload(name, content), 422, "file-refused")
    assert kept.school.rows() == before
    assert (await kept.api.get(f"{kept.path}/files")).json()["items"] == []


async def test_files_over_the_size_limit_are_refused(kept: StoredClass) -> None:
    start = PDF.ljust(MAX_BYTES, b"\n")
    made = await kept.upload("large.pdf", start)
    assert made.json()["size"] == MAX_BYTES
    problem_of(await kept.upload("large.pdf", start + b"\n"), 413, "payload-too-large")
    problem_of(await kept.upload("large.pdf", start + bytes(200_000)), 413, "payload-too-large")


@pytest.mark.parametrize(
    ("files", "data", "status", "code"),
    [
        (None, {"name": "x"}, 415, "unsupported-media"),
        ({"other": ("a.pdf", PDF)}, {}, 422, "invalid-input"),
        ({"file": ("a\nb.pdf", PDF)}, {"name": "a\nb.pdf"}, 422, "invalid-input"),
        ({"file": ("a.pdf", PDF)}, {"name": "x" * 201}, 422, "invalid-input"),
        ([("file", ("a.pdf", PDF)), ("file", ("b.pdf", PDF))], {}, 400, "invalid-input"),
    ],
)
async def test_invalid_forms_are_refused(
    kept: StoredClass, files: object, data: dict[str, str], status: int, code: str
) -> None:
    answer = await kept.api.post(f"{kept.path}/files", files=files, data=data)  # type: ignore[arg-type]
    problem_of(answer, status, code)


@pytest.mark.parametrize(
    "content", [b"", b"--x", b"--x\r\nContent-Disposition: form-data; name=file\r\n\r\n"]
)
async def test_malformed_multipart_bodies_are_refused(kept: StoredClass, content: bytes) -> None:
    headers = {"content-type": "multipart/form-data; boundary=x"}
    answer = await kept.api.post(f"{kept.path}/files", content=content, headers=headers)
    problem_of(answer, answer.status_code, "invalid-input")
    problem_of(
        await kept.api.post(
            f"{kept.path}/files", content=content, headers={"content-type": "multipart/form-data"}
        ),
        400,
        "invalid-input",
    )


async def test_the_name_field_replaces_the_file_name(kept: StoredClass) -> None:
    answer = await kept.api.post(
        f"{kept.path}/files", files={"file": ("blob", PDF)}, data={"name": "Worksheet.pdf"}
    )
    assert answer.json()["name"] == "Worksheet.pdf"


@pytest.mark.parametrize(
    ("name", "saved"),
    [
        ("../../Worksheet.pdf", ".._.._Worksheet.pdf"),
        ("C:\\temp\\Worksheet.pdf", "C%3A_temp_Worksheet.pdf"),
        ("Sheet 1/2.pdf. .", "Sheet%201_2.pdf"),
    ],
)
async def test_a_file_is_saved_in_no_other_folder(kept: StoredClass, name: str, saved: str) -> None:
    answer = await kept.api.post(f"{kept.path}/files", files={"file": ("blob", PDF)}, data={"name": name})
    row = answer.json()
    assert row["name"] == name
    link = (await kept.api.get(f"{kept.path}/files/{row['id']}/link")).json()["url"]
    disposition = (await get(link)).headers["content-disposition"]
    assert disposition.endswith(f"; filename*=UTF-8''{saved}")
    assert "/" not in disposition


async def test_a_final_dot_does_not_hide_the_extension(kept: StoredClass) -> None:
    problem_of(await kept.upload("run.bat.", b"echo hello\n"), 422, "file-refused")


async def test_concurrent_uploads_under_one_key_make_one_file(kept: StoredClass) -> None:
    """Although each multipart form has its own boundary."""
    answers = await asyncio.gather(*(kept.upload("a.pdf", PDF, key="one") for _ in range(4)))
    assert [answer.status_code for answer in answers] == [201] * 4
    assert len({answer.text for answer in answers}) == 1
    problem_of(await kept.upload("a.pdf", PDF + b"\n", key="one"), 422, "idempotency-key-reused")
    assert len((await kept.api.get(f"{kept.path}/files")).json()["items"]) == 1


async def test_a_retired_file_stays_listed_and_cannot_be_downloaded(kept: StoredClass) -> None:
    made = (await kept.upload("a.pdf", PDF)).json()
    one, url = f"{kept.path}/files/{made['id']}", await kept.link(made)
    for _ in range(2):
        assert (await kept.api.delete(one)).status_code == 204
    problem_of(await get(url), 404, "not-found")
    problem_of(await kept.api.get(f"{one}/link"), 404, "not-found")
    assert (await kept.api.get(one)).json()["retired_at"]
    assert (await kept.api.get(f"{kept.path}/files")).json()["items"] == []
    assert len((await kept.api.get(f"{kept.path}/files?retired=true")).json()["items"]) == 1


async def test_invalid_links_are_refused(kept: StoredClass) -> None:
    made = (await kept.upload("a.pdf", PDF)).json()
    good = await kept.link(made)
    base, _, token = good.partition("?t=")
    now, links = datetime.now(UTC), kept.campus.links
    own = FileLink(kept.school.id, UUID(kept.session_id), UUID(made["id"]))
    past, soon = now - timedelta(seconds=1), now + HOUR
    join = JoinLink(own.session_id, own.organization_id, uuid4(), Role.STUDENT)
    sound = RecordingLink(own.organization_id, own.session_id, made["id"])
    middle = len(token) // 2
    changed = token[:middle] + ("A" if token[middle] != "A" else "B") + token[middle + 1 :]
    for url, status, code in (
        (links.file_url(own, past), 403, "link-expired"),
        (f"{base}?t={changed}", 403, "link-invalid"),
        (f"{base}?t=", 403, "link-invalid"),
        (f"{base}?t=é", 403, "link-invalid"),
        (f"{base}?t={token.rsplit('.', 1)[0]}.", 403, "link-invalid"),
        (f"{base}?t={links.join_url(join, soon).partition('?t=')[2]}", 403, "link-invalid"),
        (f"{base}?t={links.recording_url(sound, soon).partition('?t=')[2]}", 403, "link-invalid"),
        (links.file_url(FileLink(own.organization_id, uuid4(), own.file_id), soon), 404, "not-found"),
        (links.file_url(FileLink(uuid4(), own.session_id, own.file_id), soon), 404, "not-found"),
        (base, 422, "invalid-input"),
    ):
        problem_of(await get(url), status, code)
    assert (await get(good)).status_code == 200


async def test_other_organizations_and_instructors_cannot_access_the_files(kept: StoredClass) -> None:
    made = (await kept.upload("a.pdf", PDF)).json()
    one = f"{kept.path}/files/{made['id']}"
    grace = await kept.school.post("/v1/instructors", {"name": "Grace", "email": "grace@harbour.example"})
    own = UUID(kept.school.ids["instructor"])
    async with (
        school(kept.school.campus, "Other {}") as other,
        await signed_in(kept.campus, kept.school.id, "instructor", UUID(grace["id"])) as stranger,
        await signed_in(kept.campus, kept.school.id, "instructor", own) as teacher,
    ):
        for caller in (other.api, stranger):
            for path in (f"{kept.path}/files", one, f"{one}/link"):
                problem_of(await caller.get(path), 404, "not-found")
            problem_of(await caller.delete(one), 404, "not-found")
            problem_of(
                await caller.post(f"{kept.path}/files", files={"file": ("a.pdf", PDF)}), 404, "not-found"
            )
        assert (await teacher.get(f"{one}/link")).status_code == 200
        brought = await teacher.post(f"{kept.path}/files", files={"file": ("b.pdf", PDF)})
        assert brought.json()["created_by"] == f"instructor:{own}"


async def test_a_file_is_not_found_under_another_class(kept: StoredClass) -> None:
    made = (await kept.upload("a.pdf", PDF)).json()
    another = await kept.school.book(96 * HOUR)
    for path in ("", "/link"):
        answer = await kept.api.get(f"/v1/sessions/{another}/files/{made['id']}{path}")
        problem_of(answer, 404, "not-found")


async def test_content_missing_from_the_store_is_not_found(kept: StoredClass, s3_server: TestS3) -> None:
    made = (await kept.upload("a.pdf", PDF)).json()
    stored = [path for path in (s3_server.folder / BUCKET).rglob(made["id"]) if path.is_file()]
    assert len(stored) == 1
    Path.unlink(stored[0])
    problem_of(await get(await kept.link(made)), 404, "not-found")
