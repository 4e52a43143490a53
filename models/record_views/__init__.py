"""The views of the record, each with its query and a description of every column.

The views of the schema `record`, their comments, the exports and the data dictionary are all generated from it.
"""

from collections.abc import Mapping
from typing import Final

from models.record_views.classes import CLASSES
from models.record_views.definition import Column, Kind, RecordView
from models.record_views.operation import OPERATION
from models.record_views.people import PEOPLE
from models.record_views.words import WORDS

VIEWS: Final[Mapping[str, RecordView]] = {view.name: view for view in (*PEOPLE, *CLASSES, *WORDS, *OPERATION)}

__all__ = ["VIEWS", "Column", "Kind", "RecordView"]
