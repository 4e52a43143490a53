"""The Temporal search attributes of a session workflow: what ops can filter on in the Temporal UI.

Ids, states and times only. The dev server takes at most ten of type Keyword.
"""

from types import MappingProxyType
from typing import Final, Literal

SearchAttributeType = Literal["Keyword", "Datetime", "Int", "Bool"]

SEARCH_ATTRIBUTES: Final = MappingProxyType[str, SearchAttributeType](
    {
        "HomeroomOrganization": "Keyword",
        "HomeroomState": "Keyword",
        "HomeroomInstructor": "Keyword",
        "HomeroomStart": "Datetime",
        "HomeroomRegion": "Keyword",
    }
)
