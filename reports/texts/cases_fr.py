"""Texts of exceptions in French: what happened, and what to do."""

from domain.cases.kinds import ExceptionKind as K

CASES: dict[K, tuple[str, str]] = {
    K.STEP_FAILED: (
        "Une étape de ce cours a été tentée à plusieurs reprises et a définitivement échoué.",
        "Lisez le code et l’étape. Un code de serveur indisponible signifie que le serveur est resté arrêté "
        "plus longtemps que l’étape ne peut attendre : occupez-vous du serveur, puis faites à la main ce "
        "que fait l’étape (renvoyer le message, ouvrir la page du cours). Tout autre code est une erreur de "
        "Homeroom ou des données du cours : ouvrez le workflow dans l’interface de Temporal depuis la page "
        "du cours et lisez l’erreur.",
    ),
    K.INSTRUCTOR_NOT_CHECKED_IN: (
        "Le cours commence bientôt et la personne qui l’assure n’a ni confirmé ni rejoint la salle.",
        "Rien pour l’instant, si elle arrive d’habitude à l’heure. Sinon, appelez-la ; si elle confirme, "
        "indiquez-le avec le bouton de la page du cours.",
    ),
    K.INSTRUCTOR_LATE: (
        "Le cours a commencé et la personne qui l’assure n’est pas encore dans la salle.",
        "Appelez-la. Au bout de quelques minutes, elle est considérée comme absente et un remplacement est "
        "lancé.",
    ),
    K.INSTRUCTOR_ABSENT: (
        "Le cours a commencé et la personne qui l’assure n’est pas dans la salle.",
        "Appelez-la et regardez sur la page du cours à qui le remplacement est proposé. Si personne "
        "n’accepte en quelques minutes, annulez le cours et dites aux familles dans la salle ce qui va se "
        "passer.",
    ),
    K.STUDENT_ABSENT: (
        "Le cours a commencé et cet élève n’est pas dans la salle.",
        "Demandez à la famille, dont l’adresse figure à côté. Si elle n’a pas pu entrer, renvoyez le lien "
        "depuis la page du cours.",
    ),
    K.ATTENDANCE_DISPUTED: (
        "Une famille dit que cet élève était à un cours où il est noté absent.",
        "Comparez ce que dit la famille avec les connexions de l’élève sur la page du cours et interrogez "
        "la personne qui l’a assuré. Fixez-y la présence avec un motif, ce qui résout le cas ; la mesure "
        "reste visible à côté. Prévenez la famille.",
    ),
    K.RECORDING_MISSING: (
        "Quelqu’un est dans la salle et rien du cours n’est enregistré.",
        "Si le cas reste ouvert une minute, aucun processus de capture n’est libre : vérifiez que ceux de "
        "la file capture fonctionnent (homeroom status) et démarrez-en un. Si l’on peut entrer dans la "
        "salle mais pas l’enregistrer, les enregistreurs n’atteignent pas LiveKit : vérifiez son adresse "
        "dans leurs réglages. D’ici là, demandez que l’on prenne des notes.",
    ),
    K.TRACK_NOT_SUBSCRIBED: (
        "Le micro de quelqu’un dans la salle est ouvert et l’enregistreur ne l’entend pas.",
        "Demandez à la personne de couper puis de rouvrir son micro, ou de recharger la page : le micro est "
        "alors publié de nouveau. Si beaucoup de cours sont touchés à la fois, LiveKit ne transmet pas les "
        "pistes : voyez son journal et sa charge.",
    ),
    K.RECORDING_GAP: (
        "Une partie de ce cours n’a pas été enregistrée.",
        "Dites à la personne qui a assuré le cours quelles minutes manquent, pour compléter la "
        "documentation à la main. Plusieurs trous en même temps indiquent une machine tombée : regardez "
        "l’incident.",
    ),
    K.RECORDING_AT_RISK: (
        "Ce qui est dit reste sur un processus, car le stockage ou son disque ne l’accepte pas.",
        "Pour le stockage : vérifiez qu’il répond, que ses identifiants sont valides et qu’il a de la "
        "place. Pour le disque : libérez de la place dans le dossier de l’enregistreur "
        "(HOMEROOM_SPOOL_DIR). N’arrêtez pas le processus tant que du son attend en mémoire.",
    ),
    K.RECORDING_LATE: (
        "Du son de ce cours est arrivé dans le stockage après la rédaction de sa documentation.",
        "Ouvrez le cours, écoutez le son tardif et ajoutez à la main ce qui compte.",
    ),
    K.TRANSCRIPT_INCOMPLETE: (
        "Le cours a eu lieu et sa transcription ne contient aucun mot.",
        "Écoutez le son sur la page du cours. Si l’on parle, vérifiez que les processus de la file "
        "transcription fonctionnent et ont leur modèle (homeroom status). Si personne ne parle, le cours "
        "était silencieux ou les micros étaient coupés : résolvez le cas avec cette note.",
    ),
    K.DOCUMENTATION_OVERDUE: (
        "Le brouillon de ce cours n’a pas été relu à temps.",
        "Demandez à la personne qui a assuré le cours de relire le brouillon. Un admin peut l’approuver à "
        "sa place.",
    ),
    K.NOTICE_UNDELIVERABLE: (
        "Un message n’a pas pu être remis.",
        "Lisez le code. Adresse refusée : appelez la personne, corrigez l’adresse sur sa page et renvoyez "
        "le message depuis la sienne. Message arrivé trop tard : le serveur de messagerie était arrêté ; "
        "renvoyez-le s’il est encore vrai.",
    ),
    K.ROOM_LOST: (
        "LiveKit a perdu la salle de ce cours pendant qu’il a lieu.",
        "Regardez la page du cours : tout le monde revient en une demi-minute. Plusieurs salles perdues en "
        "même temps indiquent un serveur LiveKit redémarré : vérifiez qu’il fonctionne.",
    ),
    K.WEBHOOK_GAP: (
        "LiveKit n’a pas signalé ce qui s’est passé dans la salle ; la surveillance l’a vu.",
        "Vérifiez que LiveKit atteint l’adresse de ses webhooks, que l’API y répond et que la clé et le "
        "secret sont les mêmes des deux côtés.",
    ),
    K.RECORDS_DIFFER: (
        "Un cours est enregistré et rien ne le fait avancer, ou quelque chose tourne pour un cours qui "
        "n’est pas enregistré.",
        "Un cours perd son workflow quand quelqu’un l’a arrêté ou que Temporal a été restauré d’une "
        "sauvegarde. Avec no_workflow : réinitialisez le workflow dans l’interface de Temporal s’il y "
        "figure encore ; sinon, réservez de nouveau le cours et prévenez ses participants. Avec no_session "
        ": voyez-y pourquoi sa première étape n’a pas écrit le cours, et arrêtez-le si personne ne "
        "l’attend.",
    ),
    K.SUBSTITUTION_REQUESTED: (
        "Un remplacement est demandé pour ce cours.",
        "Demandez aux personnes qualifiées et libres, en commençant par celles qui connaissent les élèves.",
    ),
    K.SUBSTITUTE_NOT_FOUND: (
        "Toutes les personnes qui pouvaient assurer ce cours ont été sollicitées et aucune ne l’a pris.",
        "Les idées du cas disent ce qui reste. Échange : quelqu’un est libre si une autre personne prend "
        "son cours à cette heure ; appelez les deux et trouvez d’abord un remplacement pour ce cours-là. "
        "Appel : quelqu’un a été sollicité et n’a pas répondu. Exception : quelqu’un pourrait assurer le "
        "cours si la règle indiquée est écartée ; demandez-lui nommément. Si rien ne convient, annulez le "
        "cours et réservez un autre horaire.",
    ),
    K.ROTA_EMPTY: (
        "Personne ne peut être de garde sur un tour d’astreinte.",
        "Ouvrez le tour et ajoutez des personnes qui travaillent pour vous, ou retirez-le si aucune règle "
        "ne l’utilise. D’ici là, inscrivez quelqu’un en remplacement.",
    ),
    K.CHANNEL_FAILING: (
        "Un canal n’accepte pas les alertes qui lui sont envoyées.",
        "Lisez le code. Vérifiez que l’adresse et le secret du canal sont encore valides là d’où ils "
        "viennent, corrigez-les sur le canal et envoyez un message de test.",
    ),
}
