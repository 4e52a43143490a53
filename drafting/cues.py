"""Words by which instructors announce what they do. English; matched on single sentences."""

import re


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


TOPIC = _any(
    r"\btoday(?:'s)?\b.*\b(?:work|learn|look|talk|practi[sc]e|cover|study|topic|lesson|about|do|start)",
    r"\b(?:we are|we're|we will|we'll|let's|let us)\b.*\b(?:learn|look at|talk about|study|cover|begin with|start with)\b",
    r"\b(?:the|our) (?:topic|lesson|goal|aim) (?:is|today)\b",
)
PRACTISED = _any(
    r"\b(?:we (?:have )?(?:practi[sc]ed|worked on|learned|did|went through|went over|covered|saw))\b",
    r"\b(?:remember|the rule|the trick|the key|the first step|the important thing)\b",
    r"\b(?:you (?:always )?(?:have to|need to|must|can|find|add|multiply|divide|subtract|write|change|make))\b",
    r"\b(?:let's (?:try|practi[sc]e|do|solve))\b",
)
HOMEWORK = _any(
    r"\bhome ?work\b",
    r"\b(?:for|by|until|before) (?:next (?:time|week|class|lesson)|monday|tuesday|wednesday|thursday|friday|saturday|sunday)\b"
    r".*\b(?:do|read|write|finish|practi[sc]e|learn|exercise|page)",
    r"\b(?:please )?(?:do|finish|complete|read) (?:page|pages|exercise|exercises|chapter)\b",
)
MORE_HOMEWORK = _any(
    r"\b(?:exercises?|pages?|numbers?|questions?|chapters?)\b",
    r"\b(?:until|by|due|before|for) (?:next|tomorrow|monday|tuesday|wednesday|thursday|friday|saturday|sunday)\b",
)
NEXT_STEPS = _any(
    r"\bnext (?:time|class|lesson|week)\b(?!.*\bhome ?work\b)",
    r"\b(?:in|for) (?:our|the) next (?:class|lesson|session)\b",
    r"\b(?:we will|we'll|we are going to) (?:continue|come back|move on|go on)\b",
)
QUESTION = _any(
    r"\?\s*$",
    r"^(?:(?:so|and|now|okay|ok|well)[, ]+)*(?:what|which|how|why|when|where|who|can you|could you|do you|does|is|are)\b",
)
NOT_A_CHECK = _any(
    r"\b(?:any questions|can you (?:hear|see) me|are you (?:ready|there|ok|okay)|how are you|shall we|ready\?|is that (?:ok|okay|clear))\b",
    r"\b(?:do you have|does everyone have|did you have)\b",
)
CORRECT = _any(
    r"\b(?:exactly|correct|well done|perfect|excellent|that's right|that is right|right answer|very good|good job|great job)\b",
    r"^(?:yes|right|good|great|super|bravo)\b",
)
INCORRECT = _any(
    r"\b(?:not quite|not exactly|not yet|incorrect|wrong|no, |almost|nearly|careful|try again|think again|look again)\b",
    r"^no\b",
)
PARTLY = _any(r"\b(?:partly|half right|almost|nearly|close|good start|on the right track)\b")
UNSURE = _any(r"\b(?:i don't know|i do not know|not sure|no idea|i forgot)\b")
