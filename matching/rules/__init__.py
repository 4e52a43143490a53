"""All kinds of rules, in the order in which they are named and looked at: what excludes most pairs comes first."""

from matching.rules.availability import Availability
from matching.rules.background_check import BackgroundCheck
from matching.rules.buffer import Buffer
from matching.rules.certificates import Certificates
from matching.rules.consent import Consent
from matching.rules.continuity import Continuity
from matching.rules.cost import Cost
from matching.rules.do_not_pair import DoNotPair
from matching.rules.experience import Experience
from matching.rules.family_preference import FamilyPreference
from matching.rules.hours_per_day import HoursPerDay
from matching.rules.hours_per_week import HoursPerWeek
from matching.rules.instructor_preference import InstructorPreference
from matching.rules.language import Language
from matching.rules.load import TargetHours
from matching.rules.minimal_change import MinimalChange
from matching.rules.overlap import Overlap
from matching.rules.qualification import Qualification
from matching.rules.region import Region
from matching.rules.relationship import RelationshipQuality
from matching.rules.rest import Rest
from matching.rules.rule import Rule
from matching.rules.student_window import StudentWindow
from matching.rules.unpopular_hours import UnpopularHours

HARD: tuple[type[Rule], ...] = (
    Qualification,
    Language,
    Availability,
    Region,
    Consent,
    Certificates,
    BackgroundCheck,
    StudentWindow,
    DoNotPair,
    Overlap,
    Buffer,
    Rest,
    HoursPerDay,
    HoursPerWeek,
)
SOFT: tuple[type[Rule], ...] = (
    Continuity,
    RelationshipQuality,
    FamilyPreference,
    InstructorPreference,
    Cost,
    Experience,
    MinimalChange,
    TargetHours,
    UnpopularHours,
)
