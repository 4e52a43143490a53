"""Search attributes of a session: what ops filter by in the Temporal UI."""

from temporalio.common import SearchAttributeKey

ORGANIZATION = SearchAttributeKey.for_keyword("HomeroomOrganization")
STATE = SearchAttributeKey.for_keyword("HomeroomState")
INSTRUCTOR = SearchAttributeKey.for_keyword("HomeroomInstructor")
START = SearchAttributeKey.for_datetime("HomeroomStart")
REGION = SearchAttributeKey.for_keyword("HomeroomRegion")
