"""The search for a substitute asks in the order of the scheduling rules that were published when it began."""

from uuid import uuid4

import pytest

from domain.scheduling.candidates import WhyNot
from domain.scheduling.scheduling_rules import SchedulingRules
from models.scheduling import SchedulingRulesVersion
from services.candidates import ranked, swaps
from tests.activities.school_rows import SchoolRows, now
from tests.activities.substitutes import Substitutes

pytestmark = pytest.mark.adapter


async def publish(school: SchoolRows, number: int, rules: SchedulingRules) -> None:
    async with school.database.tenant(school.id) as db:
        db.add(
            SchedulingRulesVersion(
                id=uuid4(),
                organization_id=school.id,
                number=number,
                rules=rules.model_dump(mode="json"),
                created_by="operator",
                created_at=now(),
                published_by="operator",
                published_at=now(),
            )
        )


async def test_offers_follow_the_rules_of_when_the_search_began(school: SchoolRows) -> None:
    await school.hire("Ben", hourly_cost=50.0)
    await school.hire("Cleo", hourly_cost=10.0)
    await publish(school, 1, SchedulingRules(weights={"cost": 3}))
    colleagues = Substitutes(school)
    row = await colleagues.start()
    assert row.rules_version == 1
    await publish(school, 2, SchedulingRules(disabled=("not_qualified",)))
    await colleagues.look(row)
    offers = await colleagues.offers(row)
    assert list(offers) == ["Cleo"], "the cheaper one is asked first"
    assert offers["Cleo"].terms["cost"] == -30
    assert sum(offers["Cleo"].terms.values()) == pytest.approx(offers["Cleo"].score)
    await colleagues.accept(offers["Cleo"])
    taught = await school.row()
    assert (taught.instructor_id, taught.rules_version) == (school.people["Cleo"], 1)


async def test_a_swap_is_proposed_where_nobody_is_free(school: SchoolRows) -> None:
    await publish(school, 1, SchedulingRules())
    await school.hire("Ben")
    await school.hire("Dora", subject="Music")
    other = await school.book("Iris", instructor="Ben")
    async with school.database.tenant(school.id) as db:
        order = await ranked(db, await school.row(), now())
        found = {one.id: one.why_not for one in order}
        assert found[school.people["Ben"]] == (WhyNot.BUSY,)
        assert found[school.people["Ada"]] == (WhyNot.IS_REPLACED,)
        assert await swaps(db, await school.row(), order, now(), 3) == []
    await school.hire("Eve")
    async with school.database.tenant(school.id) as db:
        order = await ranked(db, await school.row(), now())
        assert order[0].id == school.people["Eve"], "somebody is free"
        order = [one for one in order if one.id != school.people["Eve"]]
        (swap,) = await swaps(db, await school.row(), order, now(), 3)
    assert (swap.instructor_id, swap.their_session_id) == (school.people["Ben"], other.session_id)
    assert swap.taken_by_id == school.people["Eve"]
