"""Names of people of several languages, and what a tutoring school teaches."""

import random
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Tongue:
    """Names of one language; its code is the one in which its families are written to."""

    language: str
    zone: str
    forenames: Sequence[str]
    surnames: Sequence[str]
    surname_first: bool = False


TONGUES = (
    Tongue(
        "en",
        "Europe/London",
        (
            "Ada",
            "Grace",
            "Oliver",
            "Amelia",
            "Noah",
            "Isla",
            "George",
            "Freya",
            "Arthur",
            "Ivy",
            "Jack",
            "Maya",
        ),
        (
            "Okafor",
            "Bennett",
            "Hughes",
            "Clarke",
            "Whitfield",
            "Marsh",
            "Doyle",
            "Ashworth",
            "Pryce",
            "Lowell",
        ),
    ),
    Tongue(
        "es",
        "Europe/Madrid",
        (
            "Lucía",
            "Mateo",
            "Sofía",
            "Hugo",
            "Inés",
            "Álvaro",
            "Carmen",
            "Diego",
            "Noa",
            "Iker",
            "Begoña",
            "Raúl",
        ),
        ("García", "Muñoz", "Ibáñez", "Castaño", "Peña", "Ortega", "Vidal", "Núñez", "Serrano", "Ferrer"),
    ),
    Tongue(
        "fr",
        "Europe/Paris",
        (
            "Chloé",
            "Léo",
            "Inès",
            "Gaël",
            "Zoé",
            "Théo",
            "Anaïs",
            "Rémi",
            "Maëlle",
            "Noël",
            "Élodie",
            "Benoît",
        ),
        (
            "Lefèvre",
            "Moreau",
            "Dubois",
            "Chevalier",
            "Gauthier",
            "Besson",
            "Mercier",
            "Roux",
            "Fabre",
            "Leclerc",
        ),
    ),
    Tongue(
        "de",
        "Europe/Berlin",
        (
            "Jonas",
            "Greta",
            "Lukas",
            "Käthe",
            "Björn",
            "Frieda",
            "Jörg",
            "Lena",
            "Matthäus",
            "Änne",
            "Paul",
            "Mia",
        ),
        ("Schäfer", "Krüger", "Weiß", "Vogel", "Köhler", "Lindner", "Groß", "Hartmann", "Böhm", "Seidel"),
    ),
    Tongue(
        "ar",
        "Africa/Cairo",
        ("نور", "ليلى", "عمر", "يوسف", "مريم", "سلمى", "كريم", "هدى", "زياد", "رنا"),
        ("حداد", "منصور", "خليل", "النجار", "فارس", "سالم", "درويش", "عيسى"),
    ),
    Tongue(
        "zh",
        "Asia/Shanghai",
        ("芳", "伟", "秀英", "建国", "雨桐", "子涵", "浩然", "思远", "静", "明"),
        ("王", "李", "张", "刘", "陈", "杨", "赵", "周"),
        surname_first=True,
    ),
    Tongue(
        "en",
        "Asia/Tokyo",
        ("Mei", "Haruto", "Sakura", "Ren", "Yuki", "Aoi", "Sora", "Hina"),
        ("Tanaka", "Sato", "Suzuki", "Itō", "Kobayashi", "Ōno", "Mori", "Fujita"),
    ),
    Tongue(
        "en",
        "Africa/Lagos",
        ("Adébáyọ̀", "Fọlákẹ́", "Chidi", "Ngozi", "Tunde", "Amara", "Emeka", "Yétúndé"),
        ("Adéyemí", "Ọláwálé", "Nwosu", "Eze", "Balogun", "Achebe", "Obi", "Danjuma"),
    ),
    Tongue(
        "en",
        "Europe/Warsaw",
        ("Zofia", "Jakub", "Małgorzata", "Łukasz", "Agnieszka", "Paweł", "Wojciech", "Żaneta"),
        ("Nowak", "Wójcik", "Wiśniewska", "Dąbrowski", "Szymański", "Zielińska", "Król", "Jabłoński"),
    ),
    Tongue(
        "es",
        "America/Mexico_City",
        ("Ximena", "Emiliano", "Renata", "Santiago", "Itzel", "Joaquín", "Valentina", "Andrés"),
        ("Hernández", "Ramírez", "Cárdenas", "Zúñiga", "Salazar", "Montoya", "Quiñones", "Villaseñor"),
    ),
)

TOPICS: Mapping[str, Sequence[str]] = {
    "Mathematics": ("Fractions", "Ratios", "Equations", "Percentages", "Angles", "Functions", "Probability"),
    "English": (
        "Narrative writing",
        "Poetry",
        "Persuasion",
        "Reading between the lines",
        "Essays",
        "Grammar",
    ),
    "Spanish": (
        "Greetings",
        "Past tenses",
        "The subjunctive",
        "At the market",
        "Directions",
        "Short stories",
    ),
    "French": ("Introductions", "Passé composé", "At the table", "Pronouns", "Travelling", "Film reviews"),
    "Physics": ("Motion", "Forces", "Energy", "Circuits", "Waves", "Density", "Light"),
    "Chemistry": ("Atoms", "Bonds", "Acids and bases", "Reactions", "The periodic table", "Moles"),
    "Biology": ("Cells", "Photosynthesis", "Genetics", "Ecosystems", "The heart", "Evolution"),
    "History": ("The printing press", "Revolutions", "The silk road", "Treaties", "Empires", "Sources"),
    "Programming": ("Loops", "Functions in Python", "Lists", "Recursion", "Debugging", "Small games"),
    "Music": ("Intervals", "Rhythm", "Sonata form", "Chords", "Ear training", "Composition"),
}
YEARS = ("Year 7", "Year 8", "Year 9", "Year 10", "Year 11", "Year 12")


def people(chance: random.Random) -> Iterator[tuple[str, Tongue]]:
    """Names without end, each with its language; the same name twice has a middle initial."""
    taken: set[str] = set()
    while True:
        tongue = chance.choices(TONGUES, weights=(6, 6, 4, 4, 2, 2, 2, 2, 2, 3))[0]
        forename, surname = chance.choice(tongue.forenames), chance.choice(tongue.surnames)
        name = surname + forename if tongue.surname_first else f"{forename} {surname}"
        if name in taken:
            name = f"{forename} {chance.choice('ABCDEFGHJKLMNPRST')}. {surname}"
        if name not in taken:
            taken.add(name)
            yield name, tongue


def mailbox(name: str, number: int, domain: str) -> str:
    """An address that nothing is ever delivered to: `.example` is reserved."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    words = "".join(letter if letter.isalnum() else " " for letter in plain).split()
    return f"{'.'.join(words) or 'family'}.{number}@{domain}.example"
