from dataclasses import dataclass

import pytest

from domain.errors import DraftingFailed, HomeroomError, Unavailable
from domain.record.documentation import ClassRecord, Draft
from drafting.fallback import FallbackEngine

pytestmark = pytest.mark.unit

RECORD = ClassRecord("Mathematics", (), ())


@dataclass(frozen=True)
class Engine:
    name: str
    error: HomeroomError | None = None

    async def draft(self, record: ClassRecord) -> Draft:
        if self.error:
            raise self.error
        return Draft(self.name, ())


async def test_the_second_engine_drafts_where_the_first_gives_nothing() -> None:
    engine = FallbackEngine(Engine("first", DraftingFailed()), Engine("second"))
    assert (await engine.draft(RECORD)).engine == "second"


async def test_the_first_engine_drafts_where_it_can() -> None:
    assert (await FallbackEngine(Engine("first"), Engine("second")).draft(RECORD)).engine == "first"


async def test_an_engine_that_is_away_is_tried_again() -> None:
    with pytest.raises(Unavailable):
        await FallbackEngine(Engine("first", Unavailable()), Engine("second")).draft(RECORD)
