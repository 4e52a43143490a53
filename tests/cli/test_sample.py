"""The sample school: one seed, one school; nobody in two classes at once; every page has something to show."""

import random
from datetime import UTC, datetime
from uuid import UUID

import pytest
import sqlalchemy as sa

from cli.sample_school.load import ClassesExist, load, sample_id
from cli.sample_school.names import mailbox
from cli.sample_school.plan import Size, plan
from models.database import Database
from models.repositories import loose_ends, notices
from tests.campus import Campus
from tests.links import open_link

SEED = 7
PAGES = (
    "/today",
    "/calendar",
    "/calendar?view=day",
    "/calendar?view=month",
    "/review",
    "/people",
    "/people/instructors",
    "/people/students",
    "/people/guardians",
    "/courses",
    "/exceptions",
    "/exceptions/times",
    "/exceptions/touches",
    "/outbox",
    "/settings",
)


@pytest.mark.unit
def test_the_same_seed_makes_the_same_school_in_which_nobody_is_in_two_classes() -> None:
    size = Size.scaled(0.2, 1)
    school = plan(size, random.Random(SEED))
    assert school == plan(size, random.Random(SEED))
    assert school != plan(size, random.Random(SEED + 1))
    places = [
        (kind, person, group.day, group.hour)
        for group in school.groups
        for kind, people in (("instructor", (group.instructor,)), ("student", group.students))
        for person in people
    ]
    assert len(places) == len(set(places))
    assert len(school.groups) > size.classes * 0.9
    languages = {student.person.tongue.language for student in school.students}
    assert languages >= {"en", "es", "fr", "de", "ar", "zh"}


@pytest.mark.unit
def test_mails_of_the_sample_go_nowhere() -> None:
    assert mailbox("Lucía Núñez", 3, "families") == "lucia.nunez.3@families.example"
    assert mailbox("王芳", 4, "families") == "family.4@families.example"


@pytest.mark.adapter
async def test_pages_show_the_sample_and_nothing_works_on_it(house: Campus, rows: Database) -> None:
    now = datetime.now(UTC)
    told: list[str] = []
    try:
        counts = await load(rows, house.database.owner, Size.scaled(0.1, 2), SEED, now, told.append)
    except ClassesExist:  # a run before this one in the same database
        counts = {}
    else:
        assert counts["classes"] > 1_000
        assert counts["exceptions"] > 0
        assert counts["messages"] > 0
        assert len(told) == 5, "the people, two past weeks, this week and the next"
    organization_id = sample_id(SEED)
    with pytest.raises(ClassesExist):
        await load(rows, house.database.owner, Size.scaled(0.1, 2), SEED, now, told.append)
    async with rows.unscoped() as db:
        assert [
            one for one in await notices.undelivered(db, 1_000) if one.organization_id == organization_id
        ] == []
        for found in (
            await loose_ends.loose_ends(db, "local", now, 1_000),
            await loose_ends.unresolved_cases(db, "local", now, 1_000),
        ):
            assert organization_id not in {one.organization_id for one in found}
    async with house.browser() as browser:
        await open_link(browser, house.console_url(organization_id))
        for path in (*PAGES, *await _records(rows, organization_id)):
            answer = await browser.get(path)
            assert answer.status_code == 200, (path, answer.text[:2_000])


async def _records(rows: Database, organization_id: UUID) -> list[str]:
    """A page of each kind of record, and of classes in each state."""
    paths = {
        "instructor": "/people/instructors/{}",
        "student": "/people/students/{}",
        "guardian": "/people/guardians/{}",
        "course": "/courses/{}",
        "exception_case": "/exceptions/{}",
        "notice": "/outbox/{}",
    }
    async with rows.tenant(organization_id) as db:
        found = [
            path.format(key)
            for table, path in paths.items()
            for key in await db.scalars(sa.text(f"select id from {table} order by id limit 3"))
        ]
        of_states = "select distinct on (state) state, id from session order by state, starts_at desc"
        classes = list(await db.execute(sa.text(of_states)))
    states = {row.state for row in classes}
    assert states >= {"scheduled", "closed", "cancelled"}
    found += [f"/sessions/{row.id}" for row in classes]
    return found + [f"/sessions/{row.id}/review" for row in classes if row.state == "review"]
