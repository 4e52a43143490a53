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
    K.INSTRUCTOR_LEFT_EARLY: (
        "La personne qui assure le cours a quitté la salle et des élèves y sont encore.",
        "Appelez-la. Si elle ne revient pas, rejoignez le cours, dites aux élèves ce qui va se passer, puis "
        "trouvez un remplacement ou mettez fin au cours.",
    ),
    K.STUDENT_ABSENT: (
        "Le cours a commencé et cet élève n’est pas dans la salle.",
        "Demandez à la famille, dont l’adresse figure à côté. Si elle n’a pas pu entrer, renvoyez le lien "
        "depuis la page du cours.",
    ),
    K.NOBODY_CAME: (
        "La personne qui assure le cours est dans la salle et aucun élève n’est venu.",
        "Si tous les élèves manquent, cherchez d’abord une cause commune : le cours a-t-il été déplacé dans "
        "un autre agenda, le lien fonctionne-t-il ? Appelez ensuite les familles et dites à la personne qui "
        "assure le cours combien de temps attendre.",
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
        "Ouvrez la relecture : ce qui est arrivé tard est marqué dans la transcription. Ajoutez au brouillon ce qui "
        "compte ; s’il est déjà approuvé, écrivez à la famille.",
    ),
    K.TRANSCRIPT_BEHIND: (
        "Ce qui a été dit dans ce cours il y a quelques minutes est enregistré mais pas encore transcrit.",
        "Vérifiez que les processus de la file transcription fonctionnent et quelle est leur charge "
        "(homeroom status), et démarrez-en d’autres. Si un seul cours est en retard, ouvrez son workflow "
        "dans l’interface de Temporal : l’activité transcribe_class montre pourquoi elle échoue.",
    ),
    K.TRANSCRIPT_INCOMPLETE: (
        "Le cours a eu lieu et sa transcription n’est pas allée jusqu’au bout.",
        "Vérifiez que les processus de la file transcription fonctionnent et ont leur modèle (homeroom "
        "status). Le son est conservé : écoutez-le sur la page du cours et écrivez à la main ce qui compte "
        "pour les familles.",
    ),
    K.TRANSCRIPT_EMPTY: (
        "On a parlé dans ce cours et sa transcription ne contient aucun mot.",
        "Écoutez le son sur la page du cours. Si l’on parle, le modèle des processus de transcription ne "
        "comprend pas ce qui est dit : vérifiez que la politique du cours indique bien ses langues. Si ce "
        "n’est que du bruit, résolvez le cas avec cette note.",
    ),
    K.SPEAKER_MISSING: (
        "Cette personne a parlé en cours et la transcription n’en contient presque rien.",
        "Écoutez le son de cette personne sur la page du cours. Si elle parle, ajoutez à la main à la "
        "documentation ce qui compte et vérifiez que la politique du cours indique la langue qu’elle parle. "
        "Si c’est du bruit autour d’elle, résolvez le cas avec cette note.",
    ),
    K.DRAFT_FAILED: (
        "La documentation de ce cours n’a pas pu être rédigée à partir de sa transcription.",
        "Lisez le code. Un code de serveur indisponible signifie que le serveur est resté arrêté plus "
        "longtemps que la rédaction ne peut attendre. Tout autre code est une erreur de Homeroom ou des "
        "données du cours : ouvrez le workflow dans l’interface de Temporal et lisez l’erreur. Dites à la "
        "personne qui a assuré le cours et aux familles qu’il n’y aura pas de résumé.",
    ),
    K.DOCUMENTATION_OVERDUE: (
        "Le brouillon de ce cours n’a pas été relu à temps.",
        "Demandez à la personne qui a assuré le cours de relire le brouillon. Un admin peut l’approuver à "
        "sa place.",
    ),
    K.CLASS_OVERRAN: (
        "Le cours a dépassé l’heure de fin prévue et quelqu’un qui y est encore manque à son cours suivant.",
        "Rejoignez le cours et demandez aux personnes nommées dans le détail de passer au suivant, ou "
        "mettez fin au cours. Dites au cours suivant qu’elles arrivent.",
    ),
    K.CLASS_ENDED_EARLY: (
        "Le cours a pris fin bien avant l’heure prévue.",
        "Demandez pourquoi à la personne qui l’a assuré. Si c’est une erreur et que des personnes sont "
        "encore là, rouvrez le cours depuis sa page ; sinon, décidez si le temps manquant est dû aux "
        "familles.",
    ),
    K.INSTRUCTOR_UNAVAILABLE: (
        "Un cours est réservé que son enseignant ne peut pas donner selon ses règles.",
        "Si un certificat ou un contrôle des antécédents a expiré d'ici là, saisissez le nouveau sur la page de "
        "l'enseignant. Sinon, demandez-lui s'il donne quand même le cours, ou cherchez un remplaçant ou déplacez "
        "le cours.",
    ),
    K.LEAVE_REQUESTED: (
        "Une personne qui enseigne demande un congé et personne n’a encore décidé.",
        "Ouvrez les demandes de congé : elles indiquent les cours réservés pendant ce temps. Accordez"
        " le congé, et un autre enseignant est recherché pour chaque cours, ou refusez-le avec un "
        "motif. La personne est prévenue par e-mail.",
    ),
    K.DOUBLE_BOOKING: (
        "Cette personne est inscrite à deux cours dont les horaires se chevauchent.",
        "Ouvrez les deux cours, puis déplacez ou annulez l’un d’eux, ou retirez-en la personne. "
        "Demandez-lui d’abord, à elle ou à sa famille.",
    ),
    K.OCCURRENCE_NOT_BOOKED: (
        "Des cours d’une série n’ont pas pu être réservés ou modifiés.",
        "Ouvrez la série : elle indique ce qui empêche chaque cours. Déplacez l’autre cours, choisissez "
        "une autre heure ou un autre enseignant, ou annulez le cours et prévenez la famille. "
        "Un cours sans enseignant a besoin d’un plan du trimestre ou d’un enseignant pour la série.",
    ),
    K.BOOKINGS_REFUSED: (
        "Des cours ont été réservés à partir d’un fichier, et certaines de ses lignes ont été refusées.",
        "Ouvrez l’import : il dit ce qui ne va pas dans chaque ligne. Corrigez-y les lignes et réservez-les, ou "
        "écartez-les si ces cours ne sont pas voulus. Une ligne dont l’heure est prise demande une autre heure ou un "
        "autre enseignant, ou le déplacement du cours qui la gêne.",
    ),
    K.PLAN_UNDECIDED: (
        "Un plan est proposé, personne ne s’est prononcé, et dans trois jours d’autres pourront réserver les heures "
        "qu’il retient.",
        "Ouvrez le plan et publiez-le ou écartez-le. L’exception est attribuée à la personne qui l’a créé. S’il faut "
        "plus de temps, écartez-le et planifiez plus tard : la nouvelle proposition retient ses heures une semaine.",
    ),
    K.REPLAN_PROPOSED: (
        "Un changement touche des cours planifiés, et un nouveau plan est prêt pour eux.",
        "Ouvrez le plan : il montre quels cours passent de qui à qui, pourquoi, et pour lesquels personne "
        "n’a été trouvé. Publiez-le, ou écartez-le et modifiez les cours à la main. Les familles et les "
        "enseignants sont prévenus à la publication.",
    ),
    K.POOR_CONNECTION: (
        "La connexion de cette personne au cours est mauvaise depuis plusieurs minutes.",
        "Demandez à la personne de se rapprocher de sa box, de fermer les autres programmes ou de changer "
        "de réseau ; la caméra peut rester éteinte. Si beaucoup de personnes de nombreux cours sont "
        "touchées, voyez la charge et le réseau de LiveKit.",
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
    K.RECORD_UNFINISHED: (
        "Ce cours est clos et une partie de son dossier est restée inachevée.",
        "Ouvrez le cours et regardez la partie que nomme le détail. Pour une transcription, écoutez "
        "l’enregistrement et ajoutez à la main à la documentation ce qui compte. Pour une étape, voyez dans "
        "l’interface de Temporal comment son workflow s’est terminé. Résolvez le cas quand le dossier dit "
        "ce qu’il doit dire.",
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
    K.VOLUNTEER_NOT_FOUND: (
        "Un cours est ouvert aux volontaires, et personne ne l’a pris.",
        "Demandez à l’enseignant du cours s’il l’assure malgré tout. Sinon, cherchez maintenant un remplaçant : "
        "chacun est interrogé à son tour, avec un délai pour répondre. À défaut, déplacez ou annulez le cours tant que "
        "les familles peuvent encore être prévenues.",
    ),
    K.ROTA_EMPTY: (
        "Personne ne peut être de garde sur un tour d’astreinte.",
        "Ouvrez le tour et ajoutez des personnes qui travaillent pour vous, ou retirez-le si aucune règle "
        "ne l’utilise. D’ici là, inscrivez quelqu’un en remplacement.",
    ),
    K.CALENDAR_UNREADABLE: (
        "Le calendrier personnel d'un enseignant n'a pas pu être lu pendant un jour.",
        "Lisez la raison à côté du calendrier sur la page de l'enseignant. Demandez-lui l'adresse secrète "
        "actuelle et saisissez-la, ou retirez le calendrier.",
    ),
    K.CHANNEL_FAILING: (
        "Un canal n’accepte pas les alertes qui lui sont envoyées.",
        "Lisez le code. Vérifiez que l’adresse et le secret du canal sont encore valides là d’où ils "
        "viennent, corrigez-les sur le canal et envoyez un message de test.",
    ),
}
