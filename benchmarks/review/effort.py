"""The effort of a review, by the keystroke-level model.

Sources: S. Card, T. Moran and A. Newell, The Keystroke-Level Model for User Performance Time with Interactive Systems,
Communications of the ACM 23 (1980); M. Brysbaert, How many words do we read per minute?, Journal of Memory and Language
109 (2019).
"""

from dataclasses import dataclass

KEY = 0.28  # seconds per key, for an average non-secretary typist
DECISION = 1.35  # seconds of mental preparation before an action
READING = 60 / 238  # seconds per word, read silently


@dataclass
class Effort:
    keys: int = 0
    decisions: int = 0
    words: int = 0
    listened: float = 0.0  # seconds
    waited: float = 0.0  # seconds for the page

    @property
    def read(self) -> float:
        """Seconds of reading."""
        return self.words * READING

    @property
    def by_hand(self) -> float:
        """Seconds of keys and decisions."""
        return self.keys * KEY + self.decisions * DECISION

    @property
    def seconds(self) -> float:
        return self.read + self.listened + self.by_hand + self.waited
