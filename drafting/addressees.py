"""Whom a sentence of the instructor speaks to: everybody again, or still the student named before. By language.

What is not recognised keeps to the student named before, so that fewer families read it. In a language without rules
that is always so.
"""

import re
from dataclasses import dataclass

from drafting import cues
from drafting.sentences import Sentence


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


@dataclass(frozen=True)
class _Rules:
    to_everybody: re.Pattern[str]
    refers_back: re.Pattern[str]  # goes on about somebody named before
    acknowledges: tuple[
        re.Pattern[str], ...
    ]  # thanks, greetings, verdicts: after it the instructor speaks to all


_RULES = {
    "en": _Rules(
        cues.TO_EVERYBODY,
        cues.REFERS_BACK_TO_ONE,
        (cues.THANKS, cues.CORRECT, cues.PARTLY, cues.INCORRECT),
    ),
    "es": _Rules(
        _any(
            r"\b(?:todos|todas|todo el mundo|cada uno|nosotr[oa]s|vosotr[oa]s|ustedes|junt[oa]s|la clase)\b",
            r"\b(?:nos|nuestr[oa]s?|vamos|veamos|hagamos|empecemos|para casa|(?:de|como) (?:deberes|tarea))\b",
        ),
        _any(r"\b(?:él|ella|ellos|ellas|su|sus|le|les|lo|los|esto|eso|estos|esas?|también)\b"),
        (
            _any(
                r"\b(?:gracias|hola|bienvenid[oa]s?|adiós|perdón|lo siento)\b",
                r"\b(?:muy bien|correcto|exact[oa]|exactamente|perfecto|excelente|eso es|así es|bien hecho|genial)\b",
                r"\b(?:casi|no del todo|no exactamente|incorrecto|inténtalo|otra vez)\b|^no[,.]",
            ),
        ),
    ),
    "de": _Rules(
        _any(
            r"\b(?:alle|allen|jeder|jede|jedem|jeden|zusammen|gemeinsam|die (?:ganze )?klasse|ihr (?:alle|beide))\b",
            r"\b(?:wir|uns|unser\w*|euch|euer|eure\w*)\b",
            r"\bihr (?:habt|seid|müsst|sollt|könnt|dürft|werdet|macht|lest|schreibt|übt|lernt|wisst|seht|braucht)\b",
            r"\b(?:habt|müsst|sollt|könnt|dürft|werdet|macht|lest|schreibt|übt|lernt) (?:bitte )?ihr\b",
            r"\b(?:als|zur) hausaufgabe\b|\bfür (?:nächste|die nächste) (?:stunde|woche)\b",
        ),
        _any(r"\b(?:er|sie|ihn|ihm|ihr|ihre\w*|sein|seine\w*|es|das|dies\w*|auch|du|dir|dich|dein\w*)\b"),
        (
            _any(
                r"\b(?:danke|dankeschön|hallo|willkommen|guten (?:tag|morgen|abend)|tschüss|entschuldigung)\b",
                r"\b(?:genau|richtig|stimmt|sehr gut|gut gemacht|prima|super|perfekt|ausgezeichnet|toll)\b",
                r"\b(?:fast|nicht ganz|noch nicht|leider nicht|falsch|nochmal|noch einmal)\b|^nein\b",
            ),
        ),
    ),
    "fr": _Rules(
        _any(
            r"\b(?:tous|toutes|tout le monde|chacun|chacune|ensemble|la classe|les enfants|vous (?:tous|deux))\b",
            r"\b(?:nous|notre|nos)\b|\bon (?:va|fait|se|continue|commence|a vu|verra)\b",
            r"\b(?:comme|en) devoirs?\b|\bpour (?:la semaine|le cours|la fois) (?:prochaine?|suivante?)\b",
        ),
        _any(
            r"\b(?:il|elle|ils|elles|lui|leur|leurs|son|sa|ses|ça|cela|celui|celle|aussi|tu|te|toi|ton|ta|tes)\b|\bt'"
        ),
        (
            _any(
                r"\b(?:merci|bonjour|bonsoir|bienvenue|au revoir|pardon|désolée?)\b",
                r"\b(?:très bien|exact|exactement|c'est (?:ça|juste|bien)|correct|parfait|bravo|excellent|super)\b",
                r"\b(?:presque|pas tout à fait|pas encore|faux|encore une fois|réessaie)\b|^non\b",
            ),
        ),
    ),
    "ar": _Rules(
        _any(
            r"(?:^|\s)[وفلب]{0,2}(?:ال)?(?:جميع|كل كم|كلكم|جميعكم|جميعا|جميعًا|معا|معًا|كل واحد)(?:\s|$|[.،؟!])",
            r"(?:^|\s)[وف]?(?:نحن|لنا|علينا|دعونا|هيا بنا|لنبدأ|أنتم|لكم|عليكم|منكم|واجبكم|كتبكم)(?:\s|$|[.،؟!])",
            r"(?:^|\s)يا (?:طلاب|أولاد|أطفال|شباب)(?:\s|$|[.،؟!])",
            r"(?:^|\s)[وفل]{0,2}ال(?:صف|فصل)(?:\s|$|[.،؟!])",
        ),
        _any(
            r"(?:^|\s)[وف]?(?:هو|هي|هما|هم|له|لها|لهم|عليه|عليها|هذا|هذه|ذلك|تلك|أيضا|أيضًا|أنت|لك|عليك)(?:\s|$|[.،؟!])"
        ),
        (
            _any(
                r"شكر[اًا]|(?:^|\s)(?:أهلا|أهلًا|مرحبا|مرحبًا|السلام عليكم|مع السلامة|آسف|عفوا)",
                r"(?:^|\s)(?:أحسنت|أحسنتِ|صحيح|ممتاز|بالضبط|رائع|جيد جدا|جيد جدًا)",
                r"(?:^|\s)(?:تقريبا|تقريبًا|خطأ|ليس تماما|ليس تمامًا|مرة أخرى)|^لا[،.]",
            ),
        ),
    ),
}
LANGUAGES = frozenset(_RULES)
"""The languages with rules."""


def speaks_to_all(sentence: Sentence) -> bool:
    """Whether it speaks to the whole class, which ends what was said to one student."""
    rules = _RULES.get(sentence.utterance.language)
    return rules is not None and bool(rules.to_everybody.search(sentence.text))


def refers_back(sentence: Sentence) -> bool:
    """Whether it goes on, after a pause, about the student named before."""
    rules = _RULES.get(sentence.utterance.language)
    return rules is None or bool(rules.refers_back.search(sentence.text))


def only_acknowledges(sentence: Sentence) -> bool:
    """Whether it thanks somebody or judges an answer, after which the instructor speaks to all again."""
    rules = _RULES.get(sentence.utterance.language)
    return rules is not None and any(cue.search(sentence.text) for cue in rules.acknowledges)
