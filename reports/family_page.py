"""Words of the guardian's own page, by language, beside those of the notices."""

from reports.catalogue import chosen, words_in

_PAGE = {
    "en": {
        "family": "Your family",
        "times_in": "Times are in {zone}.",
        "no_children": "No children here",
        "no_children_note": "Your school has no child linked with you. If that is wrong, ask your school.",
        "next_class": "Next class",
        "then": "After that",
        "no_class": "No class is planned in the next weeks.",
        "running": "Running",
        "opens": "The door opens shortly before the class.",
        "there": "{clock} in {zone}",
        "summaries": "What happened in class",
        "no_summaries": "No summary yet. One comes after each class, once its instructor has approved it.",
        "nothing_said": "Nothing of this class is about your child alone.",
        "sent": "Messages to you",
        "no_sent": "No messages yet.",
        "sign_out": "Sign out",
        "skip": "Skip to content",
    },
    "es": {
        "family": "Tu familia",
        "times_in": "Las horas son de {zone}.",
        "no_children": "Aquí no hay estudiantes",
        "no_children_note": "Tu escuela no tiene estudiantes a tu cargo. Si no es así, pregunta a tu escuela.",
        "next_class": "Próxima clase",
        "then": "Después",
        "no_class": "No hay clases previstas en las próximas semanas.",
        "running": "En marcha",
        "opens": "La puerta se abre poco antes de la clase.",
        "there": "{clock} en {zone}",
        "summaries": "Qué pasó en clase",
        "no_summaries": "Todavía no hay resúmenes. Llega uno después de cada clase, cuando su docente lo aprueba.",
        "nothing_said": "Nada de esta clase trata solo de tu estudiante.",
        "sent": "Mensajes para ti",
        "no_sent": "Todavía no hay mensajes.",
        "sign_out": "Salir",
        "skip": "Saltar al contenido",
    },
}


def family_words(language: str) -> tuple[str, dict[str, str]]:
    """The language that is spoken, and its words."""
    spoken = chosen(language)
    return spoken, words_in(spoken) | _PAGE["en"] | _PAGE[spoken]
