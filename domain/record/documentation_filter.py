"""What a list of classes can be narrowed to by documentation. The command line reads it, so it loads little."""

from enum import StrEnum


class DocumentationFilter(StrEnum):
    """A status, or classes that were held and have no documentation."""

    DRAFT = "draft"
    CHANGES_REQUESTED = "changes_requested"
    APPROVED = "approved"
    MISSING = "missing"
