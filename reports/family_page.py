"""Texts of the family page by language, which include those of the notices."""

from reports.catalogue import supported_language, words_in

_PAGE = {
    "en": {
        "family": "Your family",
        "times_in": "Time zone: {zone}",
        "no_children": "No children yet",
        "no_children_note": "Your school hasn't linked any children to your account. "
        "If that's wrong, contact your school.",
        "next_class": "Next class",
        "then": "Later",
        "no_class": "No classes scheduled in the next few weeks.",
        "running": "Live now",
        "opens": "You can join shortly before class.",
        "there": "{clock} in {zone}",
        "summaries": "Class summaries",
        "no_summaries": "No summaries yet. "
        "You'll get one after each class, once the instructor has approved it.",
        "nothing_said": "There are no notes about your child for this class.",
        "sent": "Your messages",
        "no_sent": "No messages yet.",
        "sign_out": "Sign out",
        "skip": "Skip to content",
    },
    "es": {
        "family": "Tu familia",
        "times_in": "Zona horaria: {zone}",
        "no_children": "Aún no hay estudiantes",
        "no_children_note": "Tu escuela no te ha asignado ningún estudiante. "
        "Si es un error, ponte en contacto con ella.",
        "next_class": "Próxima clase",
        "then": "Más adelante",
        "no_class": "No hay clases programadas en las próximas semanas.",
        "running": "En directo",
        "opens": "Podrás entrar poco antes de la clase.",
        "there": "{clock} en {zone}",
        "summaries": "Resúmenes de clase",
        "no_summaries": "Todavía no hay resúmenes. "
        "Recibirás uno después de cada clase, cuando su docente lo apruebe.",
        "nothing_said": "No hay notas sobre tu estudiante en esta clase.",
        "sent": "Tus mensajes",
        "no_sent": "Todavía no hay mensajes.",
        "sign_out": "Cerrar sesión",
        "skip": "Ir al contenido",
    },
}


def family_words(language: str) -> tuple[str, dict[str, str]]:
    """The supported language nearest to this one, and the texts of the page in it."""
    supported = supported_language(language)
    return supported, words_in(supported) | _PAGE["en"] | _PAGE[supported]
