"""Texts of exceptions in German: what happened, and what to do."""

from domain.cases.kinds import ExceptionKind as K

CASES: dict[K, tuple[str, str]] = {
    K.STEP_FAILED: (
        "Ein Schritt dieser Stunde wurde immer wieder versucht und ist endgültig gescheitert.",
        "Lesen Sie den Code und den Schritt. Der Code eines nicht verfügbaren Servers bedeutet, dass der "
        "Server länger ausgefallen war, als der Schritt warten darf: Kümmern Sie sich um den Server und "
        "erledigen Sie dann von Hand, was der Schritt tut (die Nachricht erneut senden, die Seite der "
        "Stunde öffnen). Jeder andere Code ist ein Fehler von Homeroom oder der Daten der Stunde: Öffnen "
        "Sie den Workflow von der Seite der Stunde aus in der Temporal-Oberfläche und lesen Sie den Fehler.",
    ),
    K.INSTRUCTOR_NOT_CHECKED_IN: (
        "Die Stunde beginnt bald, und die Lehrkraft hat weder zugesagt noch ist sie da.",
        "Noch nichts, wenn die Lehrkraft sonst pünktlich kommt. Andernfalls rufen Sie an; sagt sie zu, "
        "tragen Sie es mit der Schaltfläche auf der Seite der Stunde ein.",
    ),
    K.INSTRUCTOR_LATE: (
        "Die Stunde hat begonnen, und die Lehrkraft ist noch nicht im Raum.",
        "Rufen Sie die Lehrkraft an. Nach einigen Minuten gilt sie als abwesend, und eine Vertretung wird "
        "gesucht.",
    ),
    K.INSTRUCTOR_ABSENT: (
        "Die Stunde hat begonnen, und die Lehrkraft ist nicht im Raum.",
        "Rufen Sie die Lehrkraft an und sehen Sie auf der Seite der Stunde nach, wer um Übernahme gebeten "
        "ist. Nimmt in wenigen Minuten niemand an, sagen Sie die Stunde ab und sagen Sie den Familien im "
        "Raum, wie es weitergeht.",
    ),
    K.STUDENT_ABSENT: (
        "Die Stunde hat begonnen, und dieses Kind ist nicht im Raum.",
        "Fragen Sie die Familie, deren Adresse daneben steht. Konnte sie nicht beitreten, senden Sie den "
        "Link von der Seite der Stunde aus erneut.",
    ),
    K.ATTENDANCE_DISPUTED: (
        "Eine Familie sagt, dass ihr Kind in einer Stunde war, in der es als abwesend gilt.",
        "Vergleichen Sie die Aussage der Familie mit den Verbindungen des Kindes auf der Seite der Stunde "
        "und fragen Sie die Lehrkraft. Setzen Sie die Anwesenheit dort mit einer Begründung; damit ist der "
        "Fall gelöst, der Messwert bleibt daneben stehen. Sagen Sie der Familie Bescheid.",
    ),
    K.RECORDING_MISSING: (
        "Jemand ist im Raum, und von der Stunde wird nichts aufgezeichnet.",
        "Bleibt der Fall eine Minute offen, ist kein Aufzeichnungsprozess frei: Prüfen Sie, ob die Prozesse "
        "der Warteschlange capture laufen (homeroom status), und starten Sie einen. Lässt sich der Raum "
        "betreten, aber nicht aufzeichnen, erreichen die Rekorder LiveKit nicht: Prüfen Sie die Adresse in "
        "ihren Einstellungen. Bitten Sie die Lehrkraft so lange um Notizen.",
    ),
    K.TRACK_NOT_SUBSCRIBED: (
        "Das Mikrofon von jemandem im Raum ist offen, und der Rekorder hört es nicht.",
        "Bitten Sie die Person, sich stumm und wieder laut zu schalten oder die Seite neu zu laden: Das "
        "veröffentlicht das Mikrofon erneut. Betrifft es viele Stunden zugleich, gibt LiveKit die Spuren "
        "nicht weiter: Sehen Sie Protokoll und Last an.",
    ),
    K.RECORDING_GAP: (
        "Ein Abschnitt dieser Stunde wurde nicht aufgezeichnet.",
        "Sagen Sie der Lehrkraft, welche Minuten fehlen, damit die Dokumentation von Hand ergänzt werden "
        "kann. Mehrere Lücken zugleich bedeuten einen ausgefallenen Rechner: Sehen Sie den Vorfall an.",
    ),
    K.RECORDING_AT_RISK: (
        "Was gesagt wird, liegt auf einem Arbeitsprozess, weil der Speicher oder die Festplatte es nicht "
        "annimmt.",
        "Beim Speicher: Prüfen Sie, ob er antwortet, seine Zugangsdaten gelten und er Platz hat. Bei der "
        "Festplatte: Schaffen Sie Platz im Ordner des Rekorders (HOMEROOM_SPOOL_DIR). Beenden Sie den "
        "Prozess nicht, solange Ton im Arbeitsspeicher wartet.",
    ),
    K.RECORDING_LATE: (
        "Ton dieser Stunde kam in den Speicher, nachdem ihre Dokumentation entworfen war.",
        "Öffnen Sie die Stunde, hören Sie den verspäteten Ton an und ergänzen Sie von Hand, was wichtig ist.",
    ),
    K.TRANSCRIPT_INCOMPLETE: (
        "Die Stunde fand statt, und ihr Transkript enthält keine Wörter.",
        "Hören Sie den Ton auf der Seite der Stunde an. Wird gesprochen, prüfen Sie, ob die Prozesse der "
        "Warteschlange transcription laufen und ihr Modell haben (homeroom status). Spricht niemand, war "
        "die Stunde still oder die Mikrofone waren aus: Lösen Sie den Fall mit diesem Vermerk.",
    ),
    K.DOCUMENTATION_OVERDUE: (
        "Die Lehrkraft hat den Entwurf dieser Stunde nicht rechtzeitig geprüft.",
        "Bitten Sie die Lehrkraft, den Entwurf zu prüfen. Ein Admin kann ihn an ihrer Stelle freigeben.",
    ),
    K.NOTICE_UNDELIVERABLE: (
        "Eine Nachricht konnte nicht zugestellt werden.",
        "Lesen Sie den Code. Abgelehnte Adresse: Rufen Sie die Person an, berichtigen Sie die Adresse auf "
        "ihrer Seite und senden Sie die Nachricht erneut. Zu spät: Der Mailserver war ausgefallen; senden "
        "Sie sie erneut, falls sie noch stimmt.",
    ),
    K.ROOM_LOST: (
        "LiveKit hat den Raum dieser Stunde verloren, während sie läuft.",
        "Sehen Sie auf die Seite der Stunde: Innerhalb einer halben Minute sind alle zurück. Mehrere "
        "verlorene Räume zugleich bedeuten einen neu gestarteten LiveKit-Server: Prüfen Sie, ob er läuft.",
    ),
    K.WEBHOOK_GAP: (
        "LiveKit hat nicht gemeldet, was im Raum geschah; die Überwachung hat es gesehen.",
        "Prüfen Sie, ob LiveKit die Adresse seiner Webhooks erreicht, ob die API dort antwortet und ob "
        "Schlüssel und Geheimnis auf beiden Seiten gleich sind.",
    ),
    K.RECORDS_DIFFER: (
        "Eine Stunde ist eingetragen und nichts führt sie aus, oder etwas läuft für eine Stunde, die nicht "
        "eingetragen ist.",
        "Eine Stunde verliert ihren Workflow, wenn ihn jemand beendet hat oder Temporal aus einer Sicherung "
        "wiederhergestellt wurde. Bei no_workflow: Setzen Sie den Workflow in der Temporal-Oberfläche "
        "zurück, falls er dort noch steht; sonst buchen Sie die Stunde neu und benachrichtigen die "
        "Beteiligten. Bei no_session: Sehen Sie dort nach, warum sein erster Schritt die Stunde nicht "
        "geschrieben hat, und beenden Sie ihn, wenn niemand auf ihn wartet.",
    ),
    K.SUBSTITUTION_REQUESTED: (
        "Für diese Stunde wird eine Vertretung gesucht.",
        "Fragen Sie qualifizierte, freie Lehrkräfte, zuerst jene, die die Kinder kennen.",
    ),
    K.SUBSTITUTE_NOT_FOUND: (
        "Alle, die diese Stunde halten könnten, wurden gefragt, und niemand hat sie übernommen.",
        "Die Vorschläge des Falls sagen, was bleibt. Tausch: Jemand ist frei, wenn eine andere Lehrkraft "
        "die eigene Stunde zu dieser Zeit übernimmt; rufen Sie beide an und suchen Sie zuerst dafür eine "
        "Vertretung. Anruf: Jemand wurde gefragt und hat nicht geantwortet. Ausnahme: Jemand könnte die "
        "Stunde halten, wenn die genannte Regel zurücksteht; fragen Sie namentlich. Hilft nichts davon, "
        "sagen Sie die Stunde ab und buchen einen anderen Termin.",
    ),
    K.ROTA_EMPTY: (
        "In einem Bereitschaftsplan kann niemand Dienst haben.",
        "Öffnen Sie den Plan und tragen Sie Leute ein, die für Sie arbeiten, oder legen Sie ihn still, wenn "
        "keine Regel ihn braucht. Tragen Sie bis dahin jemanden als Vertretung ein.",
    ),
    K.CHANNEL_FAILING: (
        "Ein Kanal nimmt die Meldungen nicht an, die an ihn gehen.",
        "Lesen Sie den Code. Prüfen Sie, ob Adresse und Geheimnis des Kanals dort, woher sie stammen, noch "
        "gelten, berichtigen Sie sie am Kanal und senden Sie eine Testnachricht.",
    ),
}
