"""Texts of exceptions in Spanish: what happened, and what to do."""

from domain.cases.kinds import ExceptionKind as K

CASES: dict[K, tuple[str, str]] = {
    K.STEP_FAILED: (
        "Un paso de esta clase se intentó una y otra vez y falló definitivamente.",
        "Lee el código y el paso. Un código de servidor no disponible significa que el servidor estuvo "
        "caído más de lo que el paso puede esperar: ocúpate del servidor y luego haz a mano lo que hace el "
        "paso (enviar de nuevo el mensaje, abrir la página de la clase). Cualquier otro código es un fallo "
        "de Homeroom o de los datos de la clase: abre el flujo en la interfaz de Temporal desde la página "
        "de la clase y lee el error.",
    ),
    K.INSTRUCTOR_NOT_CHECKED_IN: (
        "La clase empieza pronto y su docente no ha confirmado ni ha entrado.",
        "Todavía nada, si suele llegar a tiempo. Si no, llámale; si confirma, indícalo con el botón de la "
        "página de la clase.",
    ),
    K.INSTRUCTOR_LATE: (
        "La clase ha empezado y su docente aún no está en la sala.",
        "Llama al docente. Pasados unos minutos cuenta como ausente y se busca una sustitución.",
    ),
    K.INSTRUCTOR_ABSENT: (
        "La clase ha empezado y su docente no está en la sala.",
        "Llama al docente y mira en la página de la clase a quién se ha pedido que la dé. Si nadie acepta "
        "en unos minutos, cancela la clase y explica a las familias en la sala qué pasa ahora.",
    ),
    K.INSTRUCTOR_LEFT_EARLY: (
        "El docente ha salido de la sala y aún quedan estudiantes en ella.",
        "Llama al docente. Si no vuelve, entra en la clase, explica a los estudiantes qué pasa ahora y "
        "busca una sustitución o termina la clase.",
    ),
    K.STUDENT_ABSENT: (
        "La clase ha empezado y este estudiante no está en la sala.",
        "Pregunta a la familia, cuya dirección aparece al lado. Si no podía entrar, envía de nuevo el "
        "enlace desde la página de la clase.",
    ),
    K.NOBODY_CAME: (
        "El docente está en la sala y no ha venido ningún estudiante.",
        "Si faltan todos, busca primero una causa común: ¿se cambió la clase en otro calendario?, ¿funciona "
        "el enlace para entrar? Después llama a las familias y di al docente cuánto debe esperar.",
    ),
    K.ATTENDANCE_DISPUTED: (
        "Una familia dice que este estudiante estuvo en una clase en la que consta como ausente.",
        "Compara lo que dice la familia con las conexiones del estudiante en la página de la clase y "
        "pregunta al docente. Fija allí la asistencia con un motivo, lo que resuelve el caso; lo medido se "
        "conserva. Avisa a la familia.",
    ),
    K.RECORDING_MISSING: (
        "Hay alguien en la sala y no se graba nada de la clase.",
        "Si el caso sigue abierto un minuto, no queda ningún proceso de captura libre: comprueba que los "
        "procesos de la cola capture funcionan (homeroom status) e inicia uno. Si se puede entrar en la "
        "sala pero no grabar, las grabadoras no llegan a LiveKit: revisa su dirección en la configuración. "
        "Mientras tanto, pide al docente que tome notas.",
    ),
    K.TRACK_NOT_SUBSCRIBED: (
        "El micrófono de alguien en la sala está abierto y la grabadora no lo oye.",
        "Pide a la persona que silencie y vuelva a activar el micrófono, o que recargue la página: así se "
        "publica de nuevo. Si afecta a muchas clases a la vez, LiveKit no transmite las pistas: mira su "
        "registro y su carga.",
    ),
    K.RECORDING_GAP: (
        "Un tramo de esta clase no se grabó.",
        "Di al docente qué minutos faltan para que complete la documentación a mano. Varios huecos a la vez "
        "indican una máquina caída: mira el incidente.",
    ),
    K.RECORDING_AT_RISK: (
        "Lo que se dice se guarda en un proceso, porque el almacén o su disco no lo acepta.",
        "Si es el almacén: comprueba que responde, que sus credenciales son válidas y que tiene espacio. Si "
        "es el disco: libera espacio en la carpeta de la grabadora (HOMEROOM_SPOOL_DIR). No termines el "
        "proceso mientras haya audio esperando en memoria.",
    ),
    K.RECORDING_LATE: (
        "Llegó audio de esta clase al almacén después de redactarse su documentación.",
        "Abre la revisión: lo que llegó tarde está marcado en la transcripción. Añade al borrador lo que importe; si "
        "ya está aprobado, escribe a la familia.",
    ),
    K.TRANSCRIPT_BEHIND: (
        "Lo que se dijo hace minutos en esta clase está grabado y aún no se ha transcrito.",
        "Comprueba que los procesos de la cola transcription funcionan y qué carga tienen (homeroom "
        "status), e inicia más. Si solo se atrasa una clase, abre su flujo en la interfaz de Temporal: la "
        "actividad transcribe_class muestra por qué falla.",
    ),
    K.TRANSCRIPT_INCOMPLETE: (
        "La clase se dio y su transcripción no ha llegado a terminar.",
        "Comprueba que los procesos de la cola transcription funcionan y tienen su modelo (homeroom "
        "status). El audio está guardado: escúchalo en la página de la clase y escribe a mano lo que "
        "importe a las familias.",
    ),
    K.TRANSCRIPT_EMPTY: (
        "En esta clase se habló y su transcripción no tiene palabras.",
        "Escucha el audio en la página de la clase. Si se habla, el modelo de los procesos de transcripción "
        "no lo entiende: comprueba que la política indica los idiomas de la clase. Si es ruido, resuelve el "
        "caso con esta nota.",
    ),
    K.SPEAKER_MISSING: (
        "Esta persona habló en clase y la transcripción no recoge casi nada de ello.",
        "Escucha el audio de la persona en la página de la clase. Si habla, añade a mano a la documentación "
        "lo que importe y comprueba que la política indica el idioma que habla. Si es ruido de su "
        "habitación, resuelve el caso con esta nota.",
    ),
    K.DRAFT_FAILED: (
        "No se pudo redactar la documentación de esta clase a partir de su transcripción.",
        "Lee el código. Un servidor no disponible estuvo caído más de lo que la redacción puede esperar. "
        "Cualquier otro código es un fallo de Homeroom o de los datos de la clase: abre el flujo en la "
        "interfaz de Temporal y lee el error. Avisa al docente y a las familias de que no habrá resumen.",
    ),
    K.DOCUMENTATION_OVERDUE: (
        "El docente no ha revisado a tiempo el borrador de esta clase.",
        "Pide al docente que revise el borrador. Un administrador puede aprobarlo en su lugar.",
    ),
    K.CLASS_OVERRAN: (
        "La clase ha pasado de su final previsto y alguien que está en ella falta en su clase siguiente.",
        "Entra en la clase y pide a las personas que indican los detalles que pasen a la otra, o termina la "
        "clase. Avisa en la clase siguiente de que van para allá.",
    ),
    K.CLASS_ENDED_EARLY: (
        "La clase se terminó bastante antes de su final previsto.",
        "Pregunta al docente por qué. Si fue un error y aún queda gente, reabre la clase desde su página; "
        "si no, decide si se debe a las familias el tiempo que falta.",
    ),
    K.INSTRUCTOR_UNAVAILABLE: (
        "La clase está reservada, pero según sus reglas el profesor no puede darla.",
        "Si un certificado o control de antecedentes ha caducado para entonces, anota el renovado en la página del "
        "profesor. Si no, pregúntale si la da de todos modos, o busca un sustituto o cambia la clase de hora.",
    ),
    K.LEAVE_REQUESTED: (
        "Un profesor pide una ausencia y nadie ha decidido todavía.",
        "Abra las solicitudes de ausencia: nombran las clases reservadas en ese tiempo. Apruébela, y "
        "se busca otro profesor para cada clase, o rechácela con un motivo. El profesor recibe un "
        "correo.",
    ),
    K.DOUBLE_BOOKING: (
        "Esta persona está en dos clases cuyos horarios se solapan.",
        "Abre las dos clases y cambia de hora o cancela una de ellas, o quita de ella a la persona. "
        "Pregunta antes a la persona o a su familia.",
    ),
    K.OCCURRENCE_NOT_BOOKED: (
        "No se pudieron reservar o cambiar clases de una serie.",
        "Abra la serie: indica qué impide cada clase. Mueva la otra clase, elija otra hora "
        "u otro docente, o cancele la clase y avise a la familia. Una clase sin docente necesita un plan del "
        "trimestre o un docente para la serie.",
    ),
    K.BOOKINGS_REFUSED: (
        "Se reservaron clases desde un archivo y algunas de sus filas fueron rechazadas.",
        "Abra la importación: dice qué falla en cada fila. Corrija las filas allí y resérvelas, o descártelas si las "
        "clases no hacen falta. Una fila cuya hora está ocupada necesita otra hora u otro docente, o que se mueva la "
        "clase que lo impide.",
    ),
    K.PLAN_UNDECIDED: (
        "Un plan está propuesto, nadie lo ha decidido y dentro de tres días otros podrán reservar las horas que "
        "retiene.",
        "Abra el plan y publíquelo o descártelo. La excepción está asignada a quien lo hizo. Si necesita más tiempo, "
        "descártelo y planifique de nuevo más tarde: la nueva propuesta retiene sus horas una semana.",
    ),
    K.REPLAN_PROPOSED: (
        "Un cambio afecta a clases planificadas, y hay un plan nuevo para ellas.",
        "Abra el plan: muestra qué clases cambian de docente, de quién a quién y por qué, y para cuáles no se "
        "encontró a nadie. Publíquelo, o descártelo y cambie las clases a mano. Las familias y los docentes "
        "reciben aviso cuando se publica.",
    ),
    K.POOR_CONNECTION: (
        "La conexión de esta persona con la clase lleva minutos siendo mala.",
        "Pide a la persona que se acerque al router, que cierre otros programas o que cambie de red; la "
        "cámara puede seguir apagada. Si afecta a muchas personas de muchas clases, mira la carga y la red "
        "de LiveKit.",
    ),
    K.NOTICE_UNDELIVERABLE: (
        "No se pudo entregar un mensaje.",
        "Lee el código. Dirección rechazada: llama a la persona, corrige la dirección en su página y envía "
        "de nuevo el mensaje desde la suya. Mensaje que llegó tarde: el servidor de correo estaba caído; "
        "envíalo de nuevo si aún es cierto.",
    ),
    K.ROOM_LOST: (
        "LiveKit ha perdido la sala de esta clase mientras se da.",
        "Mira la página de la clase: la gente vuelve en medio minuto. Varias salas perdidas a la vez "
        "indican que un servidor de LiveKit se ha reiniciado: comprueba que funciona.",
    ),
    K.WEBHOOK_GAP: (
        "LiveKit no ha informado de lo que pasó en la sala; lo ha visto la vigilancia.",
        "Comprueba que LiveKit llega a la dirección de sus webhooks, que la API responde allí y que la "
        "clave y el secreto son los mismos en ambos lados.",
    ),
    K.RECORDS_DIFFER: (
        "Hay una clase registrada que nada lleva, o algo lleva una clase que no está registrada.",
        "Una clase pierde su flujo cuando alguien lo terminó o Temporal se restauró de una copia. Con "
        "no_workflow: reinicia el flujo en la interfaz de Temporal si aún aparece; si no, reserva la clase "
        "de nuevo y avisa a sus participantes. Con no_session: mira en la interfaz de Temporal por qué su "
        "primer paso no ha escrito la clase y termínalo si nadie lo espera.",
    ),
    K.RECORD_UNFINISHED: (
        "Esta clase está cerrada y una parte de su registro quedó sin terminar.",
        "Abre la clase y mira la parte que indican los detalles. Si es la transcripción, escucha la "
        "grabación y añade a mano a la documentación lo que importe. Si es un paso, mira en la interfaz de "
        "Temporal cómo terminó su flujo. Resuelve el caso cuando el registro diga lo que debe.",
    ),
    K.SUBSTITUTION_REQUESTED: (
        "Se busca sustitución para esta clase.",
        "Pregunta a los docentes cualificados y libres, empezando por quienes conocen a los estudiantes.",
    ),
    K.SUBSTITUTE_NOT_FOUND: (
        "Se preguntó a todos los que podían dar esta clase y nadie la ha aceptado.",
        "Las ideas del caso dicen qué queda. Intercambio: alguien está libre si otra persona da la clase "
        "que tiene a esa hora; llama a ambos y busca antes sustitución para esa clase. Llamar: se preguntó "
        "a alguien que no ha respondido. Excepción: alguien podría dar la clase si se aparta la regla "
        "indicada; pídelo por su nombre. Si nada sirve, cancela la clase y reserva otra hora.",
    ),
    K.VOLUNTEER_NOT_FOUND: (
        "Una clase está abierta a voluntarios y nadie la ha tomado.",
        "Pregunte al docente de la clase si la da de todos modos. Si no, busque ahora un sustituto: se pregunta a cada "
        "persona por turno y con un plazo para responder. Si no, mueva o cancele la clase mientras aún se pueda avisar "
        "a las familias.",
    ),
    K.ROTA_EMPTY: (
        "En un turno de guardia no puede haber nadie.",
        "Abre el turno y añade personas que trabajen contigo, o retíralo si ninguna regla lo usa. Hasta "
        "entonces, pon a alguien como suplente.",
    ),
    K.CALENDAR_UNREADABLE: (
        "El calendario propio de un profesor no se pudo leer durante un día.",
        "Lee el motivo junto al calendario en la página del profesor. Pídele la dirección secreta actual e "
        "introdúcela, o quita el calendario.",
    ),
    K.CHANNEL_FAILING: (
        "Un canal no acepta los avisos que se le envían.",
        "Lee el código. Comprueba que la dirección y el secreto del canal siguen siendo válidos en su "
        "origen, corrígelos en el canal y envía un mensaje de prueba.",
    ),
}
