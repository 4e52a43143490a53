"""A term is planned, the proposal is checked and published, and classes get their instructors once."""

import asyncio
import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from domain.cases.kinds import ExceptionKind
from services.handovers import Handovers
from services.planning.replanning import Replanning
from services.planning.term_plans import TermPlanner
from services.substitution_notices import SubstitutionNotices
from tests.api.closures import close
from tests.api.series import WEEK, all_in, classes_when, first_start, weekly
from tests.api.term_plans import proposed, reached, window
from tests.campus import HOUR, PATIENCE, Campus, Json, School, problem_of
from tests.stack import TestMail
from workflows.contracts.term_plans import PlanRef

pytestmark = pytest.mark.adapter


async def qualify(school: School, instructor_id: str) -> None:
    await school.change(
        f"/v1/instructors/{instructor_id}", {"qualifications": [{"subject": "Sums", "level": ""}]}
    )


async def held(school: School, plan_id: str, count: int) -> Json:
    """The run once it holds the time of so many classes."""
    run: Json = {}
    with suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE):
            while (  # noqa: ASYNC110
                run := await school.get(f"/v1/plans/{plan_id}")
            )["progress"].get("held") != count:
                await asyncio.sleep(0.1)
    assert run["progress"].get("held") == count, run
    return run


async def test_a_plan_finds_instructors_whose_classes_are_then_booked(harbour: School) -> None:
    await qualify(harbour, harbour.ids["instructor"])
    series = await harbour.post("/v1/series", weekly(harbour, 3, instructor_id=None))
    plan_id, assignments = await proposed(harbour)
    assert [one["instructor_id"] for one in assignments] == [harbour.ids["instructor"]] * 3
    run = await harbour.get(f"/v1/plans/{plan_id}")
    assert run["progress"]["unassigned"] == 0
    assert run["progress"]["gap"] <= 0.01
    assert sum(run["terms"].values()) == pytest.approx(run["progress"]["objective"])
    await harbour.post(f"/v1/plans/{plan_id}/publish")
    await reached(harbour, plan_id, "published")
    classes = await classes_when(harbour, series["id"], all_in("booked", "booked", "booked"))
    assert {one["instructor_id"] for one in classes} == {harbour.ids["instructor"]}


async def test_a_class_for_which_there_is_nobody_says_what_would_have_to_give_way(harbour: School) -> None:
    music = {"qualifications": [{"subject": "Music"}]}
    await harbour.change(f"/v1/instructors/{harbour.ids['instructor']}", music)
    await harbour.post("/v1/series", weekly(harbour, 1, instructor_id=None))
    _, (nobody,) = await proposed(harbour)
    assert nobody["instructor_id"] is None
    assert nobody["relaxations"][0] == {
        "rules": ["not_qualified"],
        "instructor_ids": [harbour.ids["instructor"]],
    }


async def test_a_plan_that_breaks_a_rule_by_now_is_not_published(harbour: School) -> None:
    await qualify(harbour, harbour.ids["instructor"])
    series = await harbour.post("/v1/series", weekly(harbour, 2, instructor_id=None))
    plan_id, assignments = await proposed(harbour)
    times = {"starts_at": assignments[0]["starts_at"], "ends_at": assignments[0]["ends_at"]}
    path = f"/v1/instructors/{harbour.ids['instructor']}/availability"
    await harbour.api.put(path, json={"leave": [times]})
    refused = await harbour.api.post(f"/v1/plans/{plan_id}/publish")
    detail = problem_of(refused, 409, "conflict")["detail"]
    assert "by now the plan breaks rules, 1 times: not available (“" in detail
    await harbour.post(f"/v1/plans/{plan_id}/discard")
    await classes_when(harbour, series["id"], lambda all_: all_[0]["instructor_id"] is None)
    problem_of(await harbour.api.post(f"/v1/plans/{plan_id}/publish"), 409, "transition-refused")


async def test_a_proposed_plan_holds_its_time_until_it_is_discarded(harbour: School) -> None:
    await qualify(harbour, harbour.ids["instructor"])
    await harbour.post("/v1/series", weekly(harbour, 3, instructor_id=None))
    plan_id, assignments = await proposed(harbour)
    run = await held(harbour, plan_id, 3)
    assert run["progress"]["not_held"] == 0
    assert datetime.fromisoformat(run["held_until"]) > datetime.now(UTC) + timedelta(days=6)
    times = {"starts_at": assignments[1]["starts_at"], "ends_at": assignments[1]["ends_at"]}
    refused = await harbour.api.post("/v1/sessions", json=harbour.booking() | times)
    assert "is held for another booking" in problem_of(refused, 409, "double-booked")["detail"]
    await harbour.post(f"/v1/plans/{plan_id}/discard")
    await harbour.post("/v1/sessions", harbour.booking() | times)
    second, _ = await proposed(harbour)
    assert (await held(harbour, second, 2))["progress"]["unassigned"] == 1
    assert harbour.rows()["time_hold"] == 2


async def test_a_class_that_its_own_series_cannot_book_does_not_keep_a_plan_from_others(
    harbour: School,
) -> None:
    """Its instructor was chosen by the series, and is taken by another class: no plan can help that."""
    await qualify(harbour, harbour.ids["instructor"])
    first, second = [(await harbour.post("/v1/series", weekly(harbour, 1)))["id"] for _ in range(2)]
    for series_id, state in ((first, "booked"), (second, "refused")):
        await classes_when(harbour, series_id, all_in(state))
    later = (first_start() + timedelta(hours=3)).isoformat()
    open_ = await harbour.post("/v1/series", weekly(harbour, 1, instructor_id=None, starts_at=later))
    plan_id, _ = await proposed(harbour)
    await harbour.post(f"/v1/plans/{plan_id}/publish")
    await reached(harbour, plan_id, "published")
    await classes_when(harbour, open_["id"], all_in("booked"))


async def test_leave_replans_only_the_classes_that_it_touches(harbour: School) -> None:
    ada = harbour.ids["instructor"]
    person = {"name": "Ben Castro", "email": f"ben.{harbour.id}@harbour.example"}
    ben = (await harbour.post("/v1/instructors", person))["id"]
    for key in (ada, ben):
        await qualify(harbour, key)
    series = await harbour.post("/v1/series", weekly(harbour, 3))
    classes = await classes_when(harbour, series["id"], all_in("booked", "booked", "booked"))
    second = datetime.fromisoformat(classes[1]["starts_at"])
    leave = {
        "starts_at": (second - timedelta(hours=2)).isoformat(),
        "ends_at": (second + timedelta(hours=3)).isoformat(),
    }
    await harbour.api.put(f"/v1/instructors/{ada}/availability", json={"leave": [leave]})
    plan_id, assignments = await proposed(harbour, scope="touched")
    assert [(one["session_id"], one["instructor_id"]) for one in assignments] == [
        (classes[1]["session_id"], ben)
    ]
    await harbour.post(f"/v1/plans/{plan_id}/publish")
    await reached(harbour, plan_id, "published")
    assert (await harbour.names(classes[1]["session_id"]))[0] == "Ben Castro"
    assert (await harbour.names(classes[0]["session_id"]))[0] == "Ada Okafor"


async def test_two_who_swap_classes_of_one_hour_change_at_once(harbour: School) -> None:
    ada = harbour.ids["instructor"]
    person = {"name": "Ben Castro", "email": f"ben.{harbour.id}@harbour.example"}
    ben = (await harbour.post("/v1/instructors", person))["id"]
    art = (await harbour.post("/v1/courses", {"title": "Drawing", "subject": "Art"}))["id"]
    when = {key: harbour.booking(96 * HOUR)[key] for key in ("starts_at", "ends_at")}
    sums = await harbour.book(96 * HOUR, student_ids=[harbour.ids["student 0"]])
    drawing = await harbour.book(
        course_id=art, instructor_id=ben, student_ids=[harbour.ids["student 1"]], topic_ids=[], **when
    )
    for key, subject in ((ada, "Art"), (ben, "Sums")):
        held_by = {"qualifications": [{"subject": subject, "level": ""}]}
        await harbour.change(f"/v1/instructors/{key}", held_by)
    plan_id, assignments = await proposed(harbour, scope="touched")
    assert {one["session_id"]: one["instructor_id"] for one in assignments} == {sums: ben, drawing: ada}
    await harbour.post(f"/v1/plans/{plan_id}/publish")
    await reached(harbour, plan_id, "published")
    assert [(await harbour.names(key))[0] for key in (sums, drawing)] == ["Ben Castro", "Ada Okafor"]


async def test_classes_of_a_leave_are_sought_for_or_planned_never_both(
    campus: Campus, harbour: School
) -> None:
    ada = harbour.ids["instructor"]
    person = {"name": "Ben Castro", "email": f"ben.{harbour.id}@harbour.example"}
    ben = (await harbour.post("/v1/instructors", person))["id"]
    near, later = await harbour.book(72 * HOUR), await harbour.book(15 * 24 * HOUR)
    shared = campus.app.state.homeroom
    looks = Replanning(shared.database, shared.term_plan_client, campus.settings.region)
    await looks.look(datetime.now(UTC))  # from here on
    leave = {
        "starts_at": (datetime.now(UTC) + 48 * HOUR).isoformat(),
        "ends_at": (datetime.now(UTC) + 20 * 24 * HOUR).isoformat(),
    }
    absence = await harbour.post(f"/v1/instructors/{ada}/absences", leave)
    assert absence["classes"] == [
        {"session_id": near, "problem": None, "planned": False},
        {"session_id": later, "problem": None, "planned": True},
    ]
    plan_id, _ = await proposal(campus, harbour)
    (one,) = await harbour.get(f"/v1/plans/{plan_id}/assignments")
    assert (one["session_id"], one["instructor_id"]) == (later, ben)
    assert await harbour.get(f"/v1/sessions/{later}/substitutions") == []
    await harbour.post(f"/v1/sessions/{later}/substitute", {})
    await harbour.post(f"/v1/plans/{plan_id}/publish")
    await reached(harbour, plan_id, "published")
    (one,) = await harbour.get(f"/v1/plans/{plan_id}/assignments")
    assert "substitute is being looked for" in one["problem"]
    assert (await harbour.names(later))[0] == "Ada Okafor"


def planner_of(campus: Campus) -> TermPlanner:
    """What the activities of a plan's workflow call."""
    shared = campus.app.state.homeroom
    notices = SubstitutionNotices(campus.links, "school@harbour.example")
    return TermPlanner(
        shared.database,
        Handovers(shared.database, shared.sessions, notices),
        shared.series_client,
        campus.links,
    )


async def test_a_plan_that_nobody_decides_becomes_a_case_before_its_time_is_given_up(
    campus: Campus, harbour: School
) -> None:
    await qualify(harbour, harbour.ids["instructor"])
    await harbour.post("/v1/series", weekly(harbour, 3, instructor_id=None))
    plan_id, _ = await proposed(harbour)
    until = datetime.fromisoformat((await held(harbour, plan_id, 3))["held_until"])
    planner, ref = planner_of(campus), PlanRef(harbour.id, UUID(plan_id))

    async def undecided() -> list[Json]:
        found = await harbour.get(f"/v1/exceptions?kind={ExceptionKind.PLAN_UNDECIDED}&subject_id={plan_id}")
        return list(found["items"])

    await planner.hold(ref, until - timedelta(days=3, minutes=1), lambda: None)
    assert await undecided() == []
    for hours in (72, 66):
        await planner.hold(ref, until - timedelta(hours=hours), lambda: None)
        (case,) = await undecided()
        assert (case["subject_kind"], case["owner"], case["count"]) == ("plan", "ops", 1)
        assert datetime.fromisoformat(case["detail"]["until"]) == until
    await harbour.post(f"/v1/plans/{plan_id}/discard")
    assert await undecided() == []
    await planner.hold(ref, until - timedelta(hours=1), lambda: None)
    assert await undecided() == [], "it is decided"


async def test_batches_that_are_repeated_publish_nothing_twice(campus: Campus, harbour: School) -> None:
    """As when the worker dies after a batch, whose step is then repeated."""
    await qualify(harbour, harbour.ids["instructor"])
    series = await harbour.post("/v1/series", weekly(harbour, 4, instructor_id=None))
    plan_id, _ = await proposed(harbour)
    await harbour.post(f"/v1/plans/{plan_id}/publish")
    planner, ref = planner_of(campus), PlanRef(harbour.id, UUID(plan_id))
    await asyncio.gather(*(planner.publish(ref, datetime.now(UTC)) for _ in range(3)))
    await reached(harbour, plan_id, "published")
    await classes_when(harbour, series["id"], all_in(*["booked"] * 4))
    until = (first_start() + 6 * WEEK).isoformat() + "Z"
    listed = await harbour.get(f"/v1/sessions?from={datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}&to={until}")
    assert len(listed["items"]) == 4


async def test_a_run_can_be_stopped_and_keeps_the_best_plan_so_far(harbour: School) -> None:
    plan_id = (await harbour.post("/v1/plans", window(most_seconds=600)))["id"]
    answer = await harbour.api.post(f"/v1/plans/{plan_id}/stop")
    assert answer.status_code in (204, 409)  # it may be done already
    await reached(harbour, plan_id, "proposed")


async def proposal(campus: Campus, school: School) -> tuple[str, Json]:
    """What is proposed after the changes of the school so far, and its case."""
    shared = campus.app.state.homeroom
    looks = Replanning(shared.database, shared.term_plan_client, campus.settings.region)
    await looks.look(datetime.now(UTC) + timedelta(minutes=3))
    plans = (await school.get("/v1/plans"))["items"]
    (plan_id,) = [one["id"] for one in plans if one["causes"] and one["state"] in ("planning", "proposed")]
    run = await reached(school, plan_id, "proposed")
    cases = (await school.get("/v1/exceptions?state=open"))["items"]
    (case,) = [one for one in cases if one["kind"] == ExceptionKind.REPLAN_PROPOSED]
    assert case["subject_id"] == plan_id
    return plan_id, run


async def test_changes_are_joined_in_one_proposal_of_what_they_touch(campus: Campus, harbour: School) -> None:
    ada = harbour.ids["instructor"]
    person = {"name": "Ben Castro", "email": f"ben.{harbour.id}@harbour.example"}
    ben = (await harbour.post("/v1/instructors", person))["id"]
    for key in (ada, ben):
        await qualify(harbour, key)
    series = await harbour.post("/v1/series", weekly(harbour, 3))
    classes = await classes_when(harbour, series["id"], all_in("booked", "booked", "booked"))
    shared = campus.app.state.homeroom
    looks = Replanning(shared.database, shared.term_plan_client, campus.settings.region)
    await looks.look(datetime.now(UTC))  # from here on
    path = f"/v1/instructors/{ada}/availability"
    leave = [leave_in(one) for one in classes[:2]]
    await harbour.api.put(path, json={"leave": leave[:1]})
    assert await looks.look(datetime.now(UTC)) == 0, "more may come"
    first_id, first = await proposal(campus, harbour)
    await harbour.api.put(path, json={"leave": leave})
    plan_id, run = await proposal(campus, harbour)
    assert (await harbour.get(f"/v1/plans/{first_id}"))["state"] == "discarded"
    assert (first["title"], run["title"]) == ("Leave of Ada Okafor",) * 2
    assert [(one["kind"], one["id"]) for one in run["causes"]] == [("leave", ada)]
    assignments = await harbour.get(f"/v1/plans/{plan_id}/assignments")
    assert [
        (one["session_id"], one["former_instructor_id"], one["instructor_id"], one["reasons"])
        for one in assignments
    ] == [(one["session_id"], ada, ben, ["on_leave"]) for one in classes[:2]]
    await harbour.post(f"/v1/plans/{plan_id}/publish")
    await reached(harbour, plan_id, "published")
    assert [(await harbour.names(one["session_id"]))[0] for one in classes] == [
        "Ben Castro", "Ben Castro", "Ada Okafor",
    ]  # fmt: skip
    cases = (await harbour.get("/v1/exceptions?state=open"))["items"]
    assert ExceptionKind.REPLAN_PROPOSED not in {one["kind"] for one in cases}
    assert await looks.look(datetime.now(UTC) + timedelta(minutes=3)) == 0, "publishing is no change"


async def test_what_a_course_newly_requires_is_planned_for(campus: Campus, harbour: School) -> None:
    ada, course = harbour.ids["instructor"], harbour.ids["course"]
    person = {"name": "Ben Castro", "email": f"ben.{harbour.id}@harbour.example"}
    ben = (await harbour.post("/v1/instructors", person))["id"]
    for key in (ada, ben):
        await qualify(harbour, key)
    series = await harbour.post("/v1/series", weekly(harbour, 1))
    await classes_when(harbour, series["id"], all_in("booked"))
    shared = campus.app.state.homeroom
    await Replanning(shared.database, shared.term_plan_client, campus.settings.region).look(datetime.now(UTC))
    await harbour.change(f"/v1/courses/{course}", {"required_certificates": ["First Aid"]})
    await harbour.change(f"/v1/instructors/{ben}", {"certificates": [{"name": "First Aid"}]})
    plan_id, run = await proposal(campus, harbour)
    causes = [(one["kind"], one["id"]) for one in run["causes"]]
    assert causes == [("requirements", course), ("qualifications", ben)]
    (one,) = await harbour.get(f"/v1/plans/{plan_id}/assignments")
    assert (one["former_instructor_id"], one["instructor_id"], one["reasons"]) == (ada, ben, ["certificate"])


async def test_classes_on_opened_days_are_planned_for(campus: Campus, harbour: School) -> None:
    ada = harbour.ids["instructor"]
    await qualify(harbour, ada)
    await harbour.book()
    closed = await close(harbour, first_start())
    await harbour.post("/v1/series", weekly(harbour, 1, instructor_id=None))
    shared = campus.app.state.homeroom
    await Replanning(shared.database, shared.term_plan_client, campus.settings.region).look(datetime.now(UTC))
    later = str(first_start() + WEEK)[:10]
    moved = {"first_day": later, "last_day": later}
    assert (await harbour.api.patch(f"/v1/closures/{closed['id']}", json=moved)).json()["planned_again"] == 1
    plan_id, run = await proposal(campus, harbour)
    assert run["title"] == "Changed closed days Founders' day"
    assert [(one["kind"], one["id"]) for one in run["causes"]] == [("closure", closed["id"])]
    (one,) = await harbour.get(f"/v1/plans/{plan_id}/assignments")
    assert one["instructor_id"] == ada


async def test_a_change_that_touches_no_class_is_nobodys_work(campus: Campus, harbour: School) -> None:
    shared = campus.app.state.homeroom
    looks = Replanning(shared.database, shared.term_plan_client, campus.settings.region)
    await qualify(harbour, harbour.ids["instructor"])
    series = await harbour.post("/v1/series", weekly(harbour, 1))
    await classes_when(harbour, series["id"], all_in("booked"))
    await looks.look(datetime.now(UTC))
    student = (await harbour.post("/v1/students", {"name": "Mia Chen"}))["id"]
    await harbour.post("/v1/enrollments", {"course_id": harbour.ids["course"], "student_id": student})
    assert await looks.look(datetime.now(UTC) + timedelta(minutes=3)) == 1
    (run,) = (await harbour.get("/v1/plans"))["items"]
    assert run["causes"][0]["kind"] == "enrollment"
    await reached(harbour, run["id"], "discarded")


def leave_in(one: Json) -> Json:
    start = datetime.fromisoformat(one["starts_at"])
    return {
        "starts_at": (start - timedelta(hours=2)).isoformat(),
        "ends_at": (start + timedelta(hours=3)).isoformat(),
    }


def answer_link(campus: Campus, mails: list[Json]) -> str:
    """The path of the page on which somebody answers, from the latest of their mails."""
    path: str = re.findall(r"/plan-answer\?t=[\w.-]+", mails[-1]["text"])[0]
    return path


async def test_a_declined_class_goes_to_somebody_else_and_the_others_stay(
    campus: Campus, harbour: School, mail_sink: TestMail
) -> None:
    ada = harbour.ids["instructor"]
    emails = {name: f"{name}.{harbour.id}@harbour.example" for name in ("ada", "ben")}
    person = {"name": "Ben Castro", "email": emails["ben"]}
    ben = (await harbour.post("/v1/instructors", person))["id"]
    for key in (ada, ben):
        await qualify(harbour, key)
    policy = {"ask_instructors": True, "ask_families": True, "silence": "accepts"}
    await harbour.api.put("/v1/planning-policy", json=policy)
    series = await harbour.post("/v1/series", weekly(harbour, 2, instructor_id=None))
    plan_id, first = await proposed(harbour)
    (who,) = {one["instructor_id"] for one in first}
    name, other = ("ada", ben) if who == ada else ("ben", ada)
    await harbour.post(f"/v1/plans/{plan_id}/publish")
    family = f"guardian1.{harbour.id}@family.example"
    await asyncio.to_thread(mail_sink.wait_for, family, seconds=PATIENCE)
    await asyncio.to_thread(mail_sink.wait_for, emails[name], seconds=PATIENCE)
    assert len(await harbour.get(f"/v1/plans/{plan_id}/answers")) == 2 * 3

    async with campus.browser() as page:
        path = answer_link(campus, mail_sink.messages(emails[name]))
        assert "Can you teach these classes?" in (await page.get(path)).text
        declined, accepted = first[0]["class_id"], first[1]["class_id"]
        said = {f"class-{declined}": "decline", f"class-{accepted}": "accept"}
        assert "Your answers are saved." in (await page.post(path, data=said)).text
        path = answer_link(campus, mail_sink.messages(family))
        for word, count in (("decline", 2), ("accept", 0)):
            assert "Decline all" in (await page.post(path, data={"all": word})).text
            answers = await harbour.get(f"/v1/plans/{plan_id}/answers")
            states = [one["state"] for one in answers if one["recipient_kind"] == "guardian"]
            assert states.count("declined") == count
    await harbour.post(f"/v1/plans/{plan_id}/publish")  # waits for nobody else
    await reached(harbour, plan_id, "proposed")
    second = await harbour.get(f"/v1/plans/{plan_id}/assignments")
    assert [one["instructor_id"] for one in second] == [other, who]
    assert [one["former_instructor_id"] for one in second] == [None, None]
    await held(harbour, plan_id, 2)

    await harbour.api.put("/v1/planning-policy", json={})
    await harbour.post(f"/v1/plans/{plan_id}/publish")
    await reached(harbour, plan_id, "published")
    classes = await classes_when(harbour, series["id"], all_in("booked", "booked"))
    assert [one["instructor_id"] for one in classes] == [other, who]


async def test_a_family_whose_child_is_not_theirs_any_more_answers_nothing(
    campus: Campus, harbour: School, mail_sink: TestMail
) -> None:
    await qualify(harbour, harbour.ids["instructor"])
    await harbour.api.put("/v1/planning-policy", json={"ask_families": True, "silence": "accepts"})
    await harbour.post("/v1/series", weekly(harbour, 2, instructor_id=None))
    plan_id, _ = await proposed(harbour)
    await harbour.post(f"/v1/plans/{plan_id}/publish")
    family = f"guardian1.{harbour.id}@family.example"
    await asyncio.to_thread(mail_sink.wait_for, family, seconds=PATIENCE)
    path = answer_link(campus, mail_sink.messages(family))
    async with campus.browser() as page:
        assert "Decline all" in (await page.get(path)).text
        await harbour.change(f"/v1/students/{harbour.ids['student 1']}", {"guardian_ids": []})
        for answer in (await page.get(path), await page.post(path, data={"all": "decline"})):
            assert answer.status_code == 403
            assert "Sums" not in answer.text
    answers = await harbour.get(f"/v1/plans/{plan_id}/answers")
    assert "declined" not in {one["state"] for one in answers}
