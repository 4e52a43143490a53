"""An organization's rules for finding substitutes say what the code's defaults say, until they are changed."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from domain.scheduling.candidates import RankingRules, Term
from domain.scheduling.offers import OfferRules, Pace
from domain.scheduling.substitution_policy import SubstitutionPolicy

pytestmark = pytest.mark.unit


def test_without_own_rules_the_defaults_hold() -> None:
    policy = SubstitutionPolicy.model_validate({})
    assert policy.ranking_rules == RankingRules()
    assert policy.offer_rules == OfferRules()


def test_own_rules_replace_the_defaults_and_survive_storage() -> None:
    own = SubstitutionPolicy.model_validate(
        {
            "weights": {"cost": 9},
            "paces": [{"before": "PT12H", "answer_within": "PT30M", "at_once": 3}],
            "late": {"answer_within": "PT5M"},
            "tell_families_of_delay": False,
        }
    )
    read = SubstitutionPolicy.model_validate(own.model_dump(mode="json"))
    assert read == own
    assert read.ranking_rules.weights[Term.COST] == 9
    assert read.ranking_rules.weights[Term.KNOWS_STUDENTS] == 4
    assert read.offer_rules == OfferRules(
        (Pace(timedelta(hours=12), timedelta(minutes=30), 3),),
        Pace(timedelta(), timedelta(minutes=5), None),
        tell_families_of_delay=False,
    )


@pytest.mark.parametrize("before", [("PT1H", "PT2H"), ("PT1H", "PT1H")])
def test_paces_out_of_order_are_refused(before: tuple[str, str]) -> None:
    paces = [{"before": one, "answer_within": "PT5M", "at_once": 1} for one in before]
    with pytest.raises(ValidationError, match="in order"):
        SubstitutionPolicy.model_validate({"paces": paces})
