"""Words of the notices by language. English is complete; a language without a phrase falls back to it."""

from domain.notices.kinds import NoticeKind
from domain.people.languages import best_language

LANGUAGES = ("en", "es")

SUBJECTS: dict[str, dict[NoticeKind, str]] = {
    "en": {
        NoticeKind.CONFIRMATION: "Class booked: {title}, {when}",
        NoticeKind.RESCHEDULED: "New time: {title}, {when}",
        NoticeKind.CANCELLED: "Cancelled: {title}, {when}",
        NoticeKind.SUBSTITUTION: "Another instructor: {title}, {when}",
        NoticeKind.REMINDER: "Coming up: {title}, {when}",
        NoticeKind.BRIEFING: "Your briefing: {title}, {when}",
        NoticeKind.ABSENCE: "Missed in class: {title}, {when}",
        NoticeKind.REVIEW_REQUEST: "Please review: {title}",
        NoticeKind.SUMMARY: "What happened in class: {title}",
    },
    "es": {
        NoticeKind.CONFIRMATION: "Clase reservada: {title}, {when}",
        NoticeKind.RESCHEDULED: "Nueva hora: {title}, {when}",
        NoticeKind.CANCELLED: "Cancelada: {title}, {when}",
        NoticeKind.SUBSTITUTION: "Otro docente: {title}, {when}",
        NoticeKind.REMINDER: "Próxima clase: {title}, {when}",
        NoticeKind.BRIEFING: "Tu preparación: {title}, {when}",
        NoticeKind.ABSENCE: "Falta en clase: {title}, {when}",
        NoticeKind.REVIEW_REQUEST: "Por favor, revisa: {title}",
        NoticeKind.SUMMARY: "Qué pasó en clase: {title}",
    },
}

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "hello": "Hello",
        "confirmation": "this class is booked:",
        "rescheduled": "this class has a new time:",
        "cancelled": "this class does not take place:",
        "substitution": "{instructor} teaches this class:",
        "reminder": "this class starts soon:",
        "absence": "this class is running and we miss a student:",
        "briefing": "here is what you need for your next class:",
        "review_request": "the class is over and its documentation is drafted. "
        "Please read it, correct it where needed and approve it. Nothing goes to the families before you do.",
        "summary": "this is what happened in class. {instructor} has read and approved it.",
        "with": "with {instructor}",
        "join": "Join the class",
        "join_as": "Join as {name}",
        "review": "Review and approve",
        "topics": "Topics",
        "practised": "What was practised",
        "comprehension": "Comprehension checks",
        "homework": "Homework",
        "next_steps": "Next steps",
        "plan": "Plan for today",
        "expected": "Expected",
        "correct": "correct",
        "partly": "partly correct",
        "incorrect": "not yet correct",
        "unanswered": "not answered",
        "unclear": "unclear",
        "footer": "You get this because of a class at {organization}.",
        "first_class": "This is the first class on record in this course.",
        "last_class": "Last class",
        "not_approved": "Its documentation was not approved, so nothing of it is repeated here.",
        "worked_on": "Worked on",
        "not_understood": "Not yet understood",
        "understood": "Understood",
        "homework_to_check": "Homework to check",
        "planned_next": "Planned next",
        "family_page": "All classes and summaries of your family",
        "sign_in_subject": "Your link to sign in",
        "sign_in_lead": "here is your link to sign in to Homeroom. It works once, for {minutes} minutes.",
        "sign_in_to": "Sign in to {organization}",
        "sign_in_as": "Sign in to {organization} as {kind}",
        "sign_in_care": "If you did not ask for it, leave it: nobody is signed in before it is opened.",
        "sign_in_footer": "You get this because somebody typed this address on the sign-in page.",
        "member": "staff",
        "instructor": "instructor",
        "guardian": "guardian",
    },
    "es": {
        "hello": "Hola",
        "confirmation": "esta clase está reservada:",
        "rescheduled": "esta clase tiene una nueva hora:",
        "cancelled": "esta clase no tendrá lugar:",
        "substitution": "{instructor} da esta clase:",
        "reminder": "esta clase empieza pronto:",
        "absence": "esta clase está en marcha y falta un estudiante:",
        "briefing": "esto es lo que necesitas para tu próxima clase:",
        "review_request": "la clase ha terminado y su documentación está redactada. "
        "Léela, corrígela si hace falta y apruébala. Nada llega a las familias antes.",
        "summary": "esto es lo que pasó en clase. {instructor} lo ha leído y aprobado.",
        "with": "con {instructor}",
        "join": "Entrar en la clase",
        "join_as": "Entrar como {name}",
        "review": "Revisar y aprobar",
        "topics": "Temas",
        "practised": "Qué se practicó",
        "comprehension": "Comprobación de la comprensión",
        "homework": "Deberes",
        "next_steps": "Próximos pasos",
        "plan": "Plan de hoy",
        "expected": "Asistentes",
        "correct": "correcto",
        "partly": "en parte correcto",
        "incorrect": "todavía no",
        "unanswered": "sin respuesta",
        "unclear": "poco claro",
        "footer": "Recibes este mensaje por una clase de {organization}.",
        "first_class": "Es la primera clase registrada de este curso.",
        "last_class": "Última clase",
        "not_approved": "Su documentación no fue aprobada, por eso no se repite aquí nada de ella.",
        "worked_on": "Se trabajó en",
        "not_understood": "Todavía no se entiende",
        "understood": "Se entiende",
        "homework_to_check": "Deberes que revisar",
        "planned_next": "Previsto a continuación",
        "family_page": "Todas las clases y resúmenes de tu familia",
        "sign_in_subject": "Tu enlace para entrar",
        "sign_in_lead": "este es tu enlace para entrar en Homeroom. Funciona una vez, durante {minutes} minutos.",
        "sign_in_to": "Entrar en {organization}",
        "sign_in_as": "Entrar en {organization} como {kind}",
        "sign_in_care": "Si no lo has pedido, déjalo: nadie entra mientras no se abra.",
        "sign_in_footer": "Recibes este mensaje porque alguien escribió esta dirección en la página de entrada.",
        "member": "personal",
        "instructor": "docente",
        "guardian": "familia",
    },
}


def chosen(wanted: str) -> str:
    """The language of the catalogue that is nearest to the wanted one."""
    return best_language(wanted, LANGUAGES)


def words_in(language: str) -> dict[str, str]:
    return WORDS["en"] | WORDS[chosen(language)]
