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


async def test_the_secondary_engine_drafts_when_the_primary_fails() -> None:
    engine = FallbackEngine(Engine("first", DraftingFailed()), Engine("second"))
    assert (await engine.draft(RECORD)).engine == "second"


async def test_the_primary_engine_drafts_when_it_works() -> None:
    assert (await FallbackEngine(Engine("first"), Engine("second")).draft(RECORD)).engine == "first"


async def test_unavailable_of_the_primary_engine_is_raised_for_a_retry() -> None:
    with pytest.raises(Unavailable):
        await FallbackEngine(Engine("first", Unavailable()), Engine("second")).draft(RECORD)
