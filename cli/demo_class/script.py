"""The script of the demo class: a lesson on fractions by one instructor and two students."""

from dataclasses import dataclass
from enum import StrEnum


class Speaker(StrEnum):
    INSTRUCTOR = "instructor"
    FIRST_STUDENT = "first_student"
    SECOND_STUDENT = "second_student"


@dataclass(frozen=True)
class Turn:
    speaker: Speaker
    text: str
    pause: float = 0.9  # seconds of silence after the turn
    raises_hand: bool = False  # the speaker's hand goes up before the turn, and down after it
    chat: str = ""  # a message the speaker sends with the turn


TEACHER, A, B = Speaker.INSTRUCTOR, Speaker.FIRST_STUDENT, Speaker.SECOND_STUDENT

LESSON: tuple[Turn, ...] = (
    Turn(
        TEACHER,
        "Hello everybody, and welcome. Today we work on adding fractions with different denominators.",
    ),
    Turn(TEACHER, "Remember, before we can add two fractions, you need to find a common denominator.", 1.2),
    Turn(TEACHER, "What is one half plus one quarter?", 1.4),
    Turn(A, "One half is two quarters, so it is three quarters.", 1.0),
    Turn(TEACHER, "Exactly, well done. Let's practice with thirds and sixths.", 1.0),
    Turn(TEACHER, "What is one third plus one sixth?", 1.6),
    Turn(B, "I think it is two ninths.", 1.0, raises_hand=True),
    Turn(TEACHER, "Not quite. Change one third into sixths first, then add the two fractions.", 1.2),
    Turn(TEACHER, "So how many sixths do we have together?", 1.5),
    Turn(B, "Three sixths, and that is one half.", 1.0, chat="three sixths is one half"),
    Turn(TEACHER, "That's right, very good.", 0.9),
    Turn(TEACHER, "For homework, please do page twelve, exercises one to four, until Thursday.", 1.2),
    Turn(TEACHER, "Next time we will subtract fractions. Thank you, and goodbye.", 0.8),
    Turn(A, "Thank you, goodbye.", 0.6),
)
