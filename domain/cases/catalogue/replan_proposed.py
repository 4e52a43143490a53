"""A plan that was made after a change, and waits to be published or dismissed."""

from datetime import timedelta

from domain.cases.kinds import CaseKind, ExceptionKind, Owner, Severity

KIND = CaseKind(
    ExceptionKind.REPLAN_PROPOSED,
    title="Changed plan to decide",
    happened="A change or an answer touches classes that are planned, and a new plan for them is ready.",
    detected=(
        "Homeroom looks every five minutes for leave, changed hours, qualifications, enrollments, series and published"
        " rules. Once they have been quiet for two minutes, the touched classes are planned anew, all others stay."
    ),
    cause=(
        "The proposal, and each that follows declined classes. Changes that come before it is decided are joined in the"
        " next one, which replaces it."
    ),
    concerns="Ops: without a decision, classes keep an instructor who can't teach them.",
    repair="The proposal holds the time of its instructors for a week.",
    closes="The proposal is published or dismissed, or a later one replaces it.",
    runbook=(
        "Open the plan: it shows who changes from whom to whom, why, and which classes nobody was found for. Publish"
        " it, or dismiss it and change the classes by hand. Families and instructors are told once it is published."
    ),
    severity=Severity.NORMAL,
    owner=Owner.OPS,
    due_within=timedelta(hours=24),
    actions=(),
)
