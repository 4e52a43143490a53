"""Refused rows of a file, as the pages of booking from a file list them."""

from console.classes.refusals import grouped, spans


def test_rows_that_are_refused_for_one_reason_stand_together() -> None:
    unknown = {"detail": "there is no instructor 'Bne'", "next_step": "Check the spelling."}
    past = {"detail": "the class is in the past"}
    text = ["course,instructor,starts", "Algebra,Bne,1", "Algebra,Ada,2", "Algebra,Bne,3"]
    first, second = grouped([(2, 1, unknown), (3, 2, past), (4, 3, unknown)], text)
    assert (first.where, first.numbers, first.first) == ("2, 4", [1, 3], "Algebra,Bne,1")
    assert (second.where, second.detail, second.next_step) == ("3", past["detail"], "")


def test_lines_are_named_in_short() -> None:
    assert spans([2, 3, 4, 7, 9, 10]) == "2–4, 7, 9–10"
    assert spans([]) == ""
