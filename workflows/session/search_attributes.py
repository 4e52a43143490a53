"""The search attributes that ops filter sessions by in the Temporal UI. Ids, states and times only.

Temporal's dev server accepts at most ten of type Keyword.
"""

from typing import Final

from temporalio.common import SearchAttributeKey

ORGANIZATION = SearchAttributeKey.for_keyword("HomeroomOrganization")
STATE = SearchAttributeKey.for_keyword("HomeroomState")
INSTRUCTOR = SearchAttributeKey.for_keyword("HomeroomInstructor")
START = SearchAttributeKey.for_datetime("HomeroomStart")
REGION = SearchAttributeKey.for_keyword("HomeroomRegion")

ALL: Final = (ORGANIZATION, STATE, INSTRUCTOR, START, REGION)
