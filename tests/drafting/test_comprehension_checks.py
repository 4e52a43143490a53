"""Which exchanges count as comprehension checks, and with which outcome."""

import pytest

from domain.record.documentation import CheckOutcome
from tests.drafting.scripted_class import checks, outcomes

pytestmark = pytest.mark.unit

C = CheckOutcome


@pytest.mark.parametrize(
    ("verdict", "outcome"),
    [
        ("Exactly, well done.", C.CORRECT),
        ("Yes. And what follows from that is simple.", C.CORRECT),
        ("Three quarters, yes.", C.CORRECT),
        ("So it is three quarters.", C.CORRECT),  # says the answer again
        ("Lovely, that's right, no mistake at all.", C.CORRECT),
        ("Not quite.", C.INCORRECT),
        ("No, look again.", C.INCORRECT),
        ("Careful! Python starts counting at zero.", C.INCORRECT),
        ("Hmm, try the opposite.", C.INCORRECT),
        ("Almost. One more step.", C.PARTLY),
        ("Good start. And now?", C.PARTLY),
        ("You're on the right track.", C.PARTLY),
        ("Yes, but there is more to it.", C.PARTLY),
        ("No problem, we come back to the fractions.", C.UNCLEAR),
        ("The next one is on the board.", C.UNCLEAR),
    ],
)
async def test_the_first_verdict_decides_the_outcome(verdict: str, outcome: CheckOutcome) -> None:
    asked = "T: Now the fractions.\nT: What are the fractions one half and one quarter together?"

    assert await outcomes(f"{asked}\nA: Three quarters.\nT: {verdict}") == [outcome]


async def test_a_check_cites_question_answer_and_verdict() -> None:
    (check,) = await checks("T: What is one half plus one quarter?\nA: Three quarters.\nT: Exactly.")

    assert [citation.quote for citation in check.citations] == [
        "What is one half plus one quarter?",
        "Three quarters.",
        "Exactly.",
    ]
    assert check.text == "Asked “What is one half plus one quarter?”, the answer was “Three quarters.”"


@pytest.mark.parametrize(
    "script",
    [
        "T: What is one half plus one quarter?\n... 8\nT: It is three quarters.",
        "T: What is one half plus one quarter?\nA: I don't know.\nT: It is three quarters.",
        "T: What is one half plus one quarter?\n... 120\nA: Sorry, I was away.\nT: No worries.",
    ],
)
async def test_silence_and_not_knowing_count_as_unanswered(script: str) -> None:
    assert await outcomes(script) == [C.UNANSWERED]


async def test_an_answer_after_half_a_minute_still_counts() -> None:
    assert await outcomes("T: What is one half plus one quarter?\n... 40\nA: Three quarters.\nT: Yes.") == [
        C.CORRECT
    ]


@pytest.mark.parametrize(
    "question",
    [
        "Can you hear me?",
        "Can you all see the picture?",
        "How was your weekend?",
        "Any questions?",
        "Anything else?",
        "Is that clear?",
        "Are you still there?",
        "Did you do your homework?",
        "Before that, did everything work with the upload?",
        "Would you like to read yours?",
        "Finn, would you read the first paragraph?",
        "Could you share your screen?",
        "Who has heard that word before?",
        "Shall we go on?",
        "Do you have a pencil?",
        "How are we doing?",
    ],
)
async def test_questions_about_the_meeting_are_not_checks(question: str) -> None:
    assert not await checks(f"T: Now the fractions.\nT: {question}\nA: Yes.\nT: Great, well done.")


@pytest.mark.parametrize(
    "question", ["Can you tell me what a denominator is?", "Explain what a denominator is."]
)
async def test_asking_to_explain_is_a_check(question: str) -> None:
    script = f"T: There is a denominator in every fraction.\nT: {question}\nA: The number below.\nT: Exactly."

    assert await outcomes(script) == [C.CORRECT]


async def test_a_question_the_instructor_answers_alone_is_not_a_check() -> None:
    assert not await checks("""
        T: Do you know what they did with the fraction? They turned it around. Then they multiplied both.
        A: Cool.
        T: Very good.
    """)


async def test_the_last_question_of_a_turn_is_the_one_answered() -> None:
    (check,) = await checks("""
        T: What is a half? What is a half of one half?
        A: A quarter.
        T: Exactly.
    """)

    assert check.question == "What is a half of one half?"


async def test_a_hint_belongs_to_the_check_before_it() -> None:
    (check,) = await checks("""
        T: What is two times x plus four?
        A: Two x plus four.
        T: Almost. What about the four?
        A: Two x plus eight.
        T: Exactly.
    """)

    assert (check.answer, check.outcome) == ("Two x plus four.", C.PARTLY)


async def test_after_a_correct_answer_the_next_question_is_a_new_check() -> None:
    assert await outcomes("""
        T: What is two times x plus four?
        A: Two x plus four.
        T: Almost. What about the four?
        A: Two x plus eight.
        T: Exactly. What is three times x?
        B: Three x.
        T: Perfect.
    """) == [C.PARTLY, C.CORRECT]


async def test_a_why_question_belongs_to_the_check_before_it() -> None:
    (check,) = await checks("""
        T: Is one half more than one quarter?
        A: Yes, it is more.
        T: Why do you think so?
        A: Because there are fewer parts.
        T: Correct.
    """)

    assert (check.question, check.outcome) == ("Is one half more than one quarter?", C.CORRECT)


async def test_a_request_off_the_subject_is_not_a_check() -> None:
    assert not await checks(
        "T: Now the fractions.\nT: Describe it, since we cannot see you.\nA: A bike.\nT: Super."
    )


async def test_a_question_to_another_student_is_a_new_check() -> None:
    assert await outcomes("""
        T: What is one half of two?
        A: Two.
        T: Not quite. Ravi, what is it?
        B: One.
        T: Perfect.
    """) == [C.INCORRECT, C.CORRECT]


async def test_questions_by_students_are_not_checks() -> None:
    assert not await checks(
        "A: What is a denominator?\nT: The number below.\nA: Exactly what I thought.\nT: Good."
    )


async def test_observers_neither_ask_nor_answer_checks() -> None:
    (check,) = await checks("""
        O: What is one half?
        A: A part.
        T: Good. What is one quarter?
        O: A smaller part.
        B: One of four.
        T: Yes.
    """)

    assert check.answer == "One of four."


async def test_small_talk_without_a_verdict_is_not_a_check() -> None:
    assert not await checks("T: What was the water like?\nA: Freezing.\nT: Oh nice. Let us begin.")
