"""Texts of mails and briefings by language. English is complete; other languages fall back to it."""

from domain.notices.kinds import NoticeKind
from domain.people.languages import best_language

LANGUAGES = ("en", "es")

SUBJECTS: dict[str, dict[NoticeKind, str]] = {
    "en": {
        NoticeKind.CONFIRMATION: "Class booked: {title}, {when}",
        NoticeKind.RESCHEDULED: "New time: {title}, {when}",
        NoticeKind.CANCELLED: "Cancelled: {title}, {when}",
        NoticeKind.SUBSTITUTION: "New instructor: {title}, {when}",
        NoticeKind.REMINDER: "Coming up: {title}, {when}",
        NoticeKind.BRIEFING: "Your briefing: {title}, {when}",
        NoticeKind.ABSENCE: "Absent from class: {title}, {when}",
        NoticeKind.REVIEW_REQUEST: "Ready for review: {title}",
        NoticeKind.SUMMARY: "Class summary: {title}",
    },
    "es": {
        NoticeKind.CONFIRMATION: "Clase reservada: {title}, {when}",
        NoticeKind.RESCHEDULED: "Nuevo horario: {title}, {when}",
        NoticeKind.CANCELLED: "Clase cancelada: {title}, {when}",
        NoticeKind.SUBSTITUTION: "Cambio de docente: {title}, {when}",
        NoticeKind.REMINDER: "Próxima clase: {title}, {when}",
        NoticeKind.BRIEFING: "Prepara tu clase: {title}, {when}",
        NoticeKind.ABSENCE: "Ausencia en clase: {title}, {when}",
        NoticeKind.REVIEW_REQUEST: "Pendiente de revisión: {title}",
        NoticeKind.SUMMARY: "Resumen de la clase: {title}",
    },
}

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "hello": "Hello {name},",
        "hello_all": "Hello,",
        "confirmation": "This class has been booked:",
        "rescheduled": "This class has a new time:",
        "cancelled": "This class has been cancelled:",
        "substitution": "{instructor} will teach this class:",
        "reminder": "This class starts soon:",
        "absence": "This class has started and a student hasn't joined yet:",
        "briefing": "Here is what you need for your next class:",
        "review_request": "Your class is over and its draft is ready. "
        "Please read it, correct it where needed and approve it. Families get nothing until you do.",
        "summary": "Here is what happened in class. {instructor} has reviewed and approved this summary.",
        "with": "with {instructor}",
        "join": "Join the class",
        "join_as": "Join as {name}",
        "review": "Review and approve",
        "topics": "Topics",
        "practised": "What we practised",
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
        "footer": "You're receiving this email because of a class at {organization}.",
        "first_class": "This is the first class on record in this course.",
        "last_class": "Last class",
        "not_approved": "Its documentation wasn't approved, so it isn't included here.",
        "worked_on": "Worked on",
        "not_understood": "Not yet understood",
        "understood": "Understood",
        "homework_to_check": "Homework to check",
        "planned_next": "Planned next",
        "family_page": "See all of your family's classes and summaries",
        "sign_in_subject": "Your sign-in link",
        "sign_in_lead": "Here is your link to sign in to Homeroom. "
        "It works once and expires in {minutes} minutes.",
        "sign_in_to": "Sign in to {organization}",
        "sign_in_as": "Sign in to {organization} as {kind}",
        "sign_in_care": "If you didn't ask for it, you can ignore this email. "
        "Nobody is signed in until the link is used.",
        "sign_in_footer": "You're receiving this email because someone entered this address on the sign-in page.",
        "invitation_subject": "Join {organization} on Homeroom",
        "invitation_lead": "You have been added to the staff of {organization} on Homeroom.",
        "invitation_by": "{by} added you to the staff of {organization} on Homeroom.",
        "invitation_how": "To sign in, enter this email address on the sign-in page. You don't need a password.",
        "invitation_footer": "You're receiving this email because {organization} added this address to its staff.",
        "member": "staff",
        "instructor": "instructor",
        "guardian": "guardian",
    },
    "es": {
        "hello": "Hola, {name}:",
        "hello_all": "Hola:",
        "confirmation": "Se ha reservado esta clase:",
        "rescheduled": "Esta clase tiene un nuevo horario:",
        "cancelled": "Esta clase se ha cancelado:",
        "substitution": "{instructor} dará esta clase:",
        "reminder": "Esta clase empieza pronto:",
        "absence": "Esta clase ha empezado y hay un estudiante que aún no ha entrado:",
        "briefing": "Esto es lo que necesitas para tu próxima clase:",
        "review_request": "Tu clase ha terminado y el borrador está listo. "
        "Léelo, corrígelo si hace falta y apruébalo. Hasta entonces, las familias no reciben nada.",
        "summary": "Esto es lo que se hizo en clase. {instructor} ha revisado y aprobado este resumen.",
        "with": "con {instructor}",
        "join": "Entrar en la clase",
        "join_as": "Entrar como {name}",
        "review": "Revisar y aprobar",
        "topics": "Temas",
        "practised": "Lo que practicamos",
        "comprehension": "Preguntas de comprensión",
        "homework": "Deberes",
        "next_steps": "Próximos pasos",
        "plan": "Plan de hoy",
        "expected": "Asistentes previstos",
        "correct": "correcto",
        "partly": "parcialmente correcto",
        "incorrect": "aún no es correcto",
        "unanswered": "sin respuesta",
        "unclear": "no está claro",
        "footer": "Recibes este correo por una clase de {organization}.",
        "first_class": "Es la primera clase registrada de este curso.",
        "last_class": "Última clase",
        "not_approved": "Su documentación no se aprobó, así que no se incluye aquí.",
        "worked_on": "Se trabajó en",
        "not_understood": "Aún sin entender",
        "understood": "Entendido",
        "homework_to_check": "Deberes que revisar",
        "planned_next": "Previsto a continuación",
        "family_page": "Ver todas las clases y los resúmenes de tu familia",
        "sign_in_subject": "Tu enlace para iniciar sesión",
        "sign_in_lead": "Este es tu enlace para iniciar sesión en Homeroom. "
        "Funciona una sola vez y caduca en {minutes} minutos.",
        "sign_in_to": "Iniciar sesión en {organization}",
        "sign_in_as": "Iniciar sesión en {organization} como {kind}",
        "sign_in_care": "Si no lo has solicitado, puedes ignorar este correo. "
        "Nadie inicia sesión hasta que se usa el enlace.",
        "sign_in_footer": "Recibes este correo porque alguien ha introducido esta dirección para iniciar sesión.",
        "invitation_subject": "Únete a {organization} en Homeroom",
        "invitation_lead": "Te han añadido al personal de {organization} en Homeroom.",
        "invitation_by": "{by} te ha añadido al personal de {organization} en Homeroom.",
        "invitation_how": "Para iniciar sesión, introduce esta dirección de correo en la página de inicio de sesión. "
        "No necesitas contraseña.",
        "invitation_footer": "Recibes este correo porque {organization} ha añadido esta dirección a su personal.",
        "member": "personal",
        "instructor": "docente",
        "guardian": "familia",
    },
}


def supported_language(wanted: str) -> str:
    """The language of the catalogue that is nearest to the wanted one."""
    return best_language(wanted, LANGUAGES)


def words_in(language: str) -> dict[str, str]:
    """All texts in the language nearest to this one."""
    return WORDS["en"] | WORDS[supported_language(language)]
