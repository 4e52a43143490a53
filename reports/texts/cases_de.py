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
    K.INSTRUCTOR_LEFT_EARLY: (
        "Die Lehrkraft hat den Raum verlassen, und es sind noch Lernende darin.",
        "Rufen Sie die Lehrkraft an. Kommt sie nicht zurück, treten Sie der Stunde bei, sagen Sie den "
        "Lernenden, wie es weitergeht, und suchen Sie eine Vertretung oder beenden Sie die Stunde.",
    ),
    K.STUDENT_ABSENT: (
        "Die Stunde hat begonnen, und dieses Kind ist nicht im Raum.",
        "Fragen Sie die Familie, deren Adresse daneben steht. Konnte sie nicht beitreten, senden Sie den "
        "Link von der Seite der Stunde aus erneut.",
    ),
    K.NOBODY_CAME: (
        "Die Lehrkraft ist im Raum, und keine lernende Person ist gekommen.",
        "Wenn alle fehlen, suchen Sie zuerst nach einer gemeinsamen Ursache: Wurde die Stunde in einem "
        "anderen Kalender verschoben, funktioniert der Link zum Raum? Rufen Sie dann die Familien an und "
        "sagen Sie der Lehrkraft, wie lange sie warten soll.",
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
        "Öffnen Sie die Durchsicht: Was verspätet kam, ist im Transkript markiert. Ergänzen Sie im Entwurf, was "
        "wichtig ist; ist er schon freigegeben, schreiben Sie der Familie.",
    ),
    K.TRANSCRIPT_BEHIND: (
        "Was vor Minuten in dieser Stunde gesagt wurde, ist aufgezeichnet und noch nicht transkribiert.",
        "Prüfen Sie, ob die Prozesse der Warteschlange transcription laufen und wie ausgelastet sie sind "
        "(homeroom status), und starten Sie weitere. Ist nur eine Stunde im Rückstand, öffnen Sie ihren "
        "Workflow in der Temporal-Oberfläche: Die Aktivität transcribe_class zeigt, woran es scheitert.",
    ),
    K.TRANSCRIPT_INCOMPLETE: (
        "Die Stunde fand statt, und ihre Transkription ist nicht fertig geworden.",
        "Prüfen Sie, ob die Prozesse der Warteschlange transcription laufen und ihr Modell haben (homeroom "
        "status). Der Ton ist gespeichert: Hören Sie ihn auf der Seite der Stunde an und schreiben Sie von "
        "Hand auf, was für die Familien wichtig ist.",
    ),
    K.TRANSCRIPT_EMPTY: (
        "In dieser Stunde wurde gesprochen, und ihr Transkript enthält keine Wörter.",
        "Hören Sie den Ton auf der Seite der Stunde an. Wird gesprochen, versteht das Modell der "
        "Transkriptionsprozesse es nicht: Prüfen Sie, ob die Richtlinie die Sprachen der Stunde nennt. Sind "
        "es nur Geräusche, lösen Sie den Fall mit diesem Vermerk.",
    ),
    K.SPEAKER_MISSING: (
        "Diese Person hat in der Stunde gesprochen, und im Transkript steht fast nichts davon.",
        "Hören Sie den Ton der Person auf der Seite der Stunde an. Spricht sie, ergänzen Sie die "
        "Dokumentation von Hand um das, was wichtig ist, und prüfen Sie, ob die Richtlinie die gesprochene "
        "Sprache nennt. Sind es Geräusche aus ihrem Zimmer, lösen Sie den Fall mit diesem Vermerk.",
    ),
    K.DRAFT_FAILED: (
        "Aus dem Transkript dieser Stunde ließ sich keine Dokumentation entwerfen.",
        "Lesen Sie den Code. Ein nicht verfügbarer Server war länger ausgefallen, als das Entwerfen warten "
        "darf. Jeder andere Code ist ein Fehler von Homeroom oder der Daten der Stunde: Öffnen Sie den "
        "Workflow in der Temporal-Oberfläche und lesen Sie den Fehler. Sagen Sie der Lehrkraft und den "
        "Familien, dass keine Zusammenfassung kommt.",
    ),
    K.DOCUMENTATION_OVERDUE: (
        "Die Lehrkraft hat den Entwurf dieser Stunde nicht rechtzeitig geprüft.",
        "Bitten Sie die Lehrkraft, den Entwurf zu prüfen. Ein Admin kann ihn an ihrer Stelle freigeben.",
    ),
    K.CLASS_OVERRAN: (
        "Die Stunde ist über ihr geplantes Ende hinaus, und jemand darin fehlt in der eigenen nächsten "
        "Stunde.",
        "Treten Sie der Stunde bei und bitten Sie die in den Einzelheiten genannten Personen zu wechseln, "
        "oder beenden Sie die Stunde. Sagen Sie in der nächsten Stunde Bescheid, dass sie kommen.",
    ),
    K.CLASS_ENDED_EARLY: (
        "Die Stunde wurde deutlich vor ihrem geplanten Ende beendet.",
        "Fragen Sie die Lehrkraft nach dem Grund. War es ein Versehen und sind noch Leute da, öffnen Sie "
        "die Stunde auf ihrer Seite wieder; andernfalls entscheiden Sie, ob den Familien die fehlende Zeit "
        "zusteht.",
    ),
    K.INSTRUCTOR_UNAVAILABLE: (
        "Eine Stunde ist gebucht, die ihre Lehrkraft nach den Regeln nicht geben kann.",
        "Ist bis dahin ein Zertifikat oder Führungszeugnis abgelaufen, tragen Sie das erneuerte auf der Seite der "
        "Lehrkraft ein. Sonst fragen Sie, ob sie die Stunde trotzdem gibt. Wenn nicht, suchen Sie eine Vertretung "
        "oder verlegen Sie die Stunde.",
    ),
    K.LEAVE_REQUESTED: (
        "Eine Lehrkraft beantragt Urlaub, und niemand hat bisher entschieden.",
        "Öffnen Sie die Urlaubsanträge: Dort stehen die gebuchten Stunden in dieser Zeit. Genehmigen "
        "Sie den Urlaub, dann wird für jede Stunde eine andere Lehrkraft gesucht, oder lehnen Sie ihn"
        " mit einem Grund ab. Die Lehrkraft erfährt es per E-Mail.",
    ),
    K.DOUBLE_BOOKING: (
        "Diese Person ist in zwei Stunden, deren Zeiten sich überschneiden.",
        "Öffnen Sie beide Stunden und verschieben Sie eine davon, sagen Sie sie ab oder nehmen Sie die "
        "Person heraus. Fragen Sie vorher die Person oder ihre Familie.",
    ),
    K.OCCURRENCE_NOT_BOOKED: (
        "Stunden einer Serie konnten nicht gebucht oder geändert werden.",
        "Öffnen Sie die Serie: Dort steht, was jeder Stunde im Weg ist. Verschieben Sie die andere "
        "Stunde, wählen Sie eine andere Zeit oder Lehrkraft, oder sagen Sie die Stunde ab und "
        "geben Sie der Familie Bescheid. Eine Stunde ohne Lehrkraft braucht einen Plan für das "
        "Halbjahr oder eine Lehrkraft für die Serie.",
    ),
    K.BOOKINGS_REFUSED: (
        "Stunden wurden aus einer Datei gebucht, und einige ihrer Zeilen wurden abgelehnt.",
        "Öffnen Sie den Import: Dort steht, was mit jeder Zeile nicht stimmt. Korrigieren Sie die Zeilen dort und "
        "buchen Sie sie, oder verwerfen Sie sie, wenn die Stunden nicht gebraucht werden. Eine Zeile, deren Zeit "
        "belegt ist, braucht eine andere Zeit oder Lehrkraft, oder die Stunde, die im Weg ist, wird verschoben.",
    ),
    K.PLAN_UNDECIDED: (
        "Ein Plan ist vorgeschlagen, niemand hat darüber entschieden, und in drei Tagen können andere die Zeiten "
        "buchen, die er freihält.",
        "Öffnen Sie den Plan und veröffentlichen oder verwerfen Sie ihn. Die Ausnahme ist der Person zugewiesen, die "
        "ihn erstellt hat. Wer länger braucht, verwirft ihn und plant später neu: Der neue Vorschlag hält seine "
        "Zeiten eine Woche frei.",
    ),
    K.REPLAN_PROPOSED: (
        "Eine Änderung betrifft geplante Stunden, und ein neuer Plan für sie liegt bereit.",
        "Öffnen Sie den Plan: Er zeigt, welche Stunden von wem an wen gehen und warum, und für welche "
        "niemand gefunden wurde. Veröffentlichen Sie ihn, oder verwerfen Sie ihn und ändern Sie die Stunden "
        "von Hand. Familien und Lehrkräfte erfahren es mit der Veröffentlichung.",
    ),
    K.POOR_CONNECTION: (
        "Die Verbindung dieser Person zur Stunde ist seit Minuten schlecht.",
        "Bitten Sie die Person, näher an den Router zu gehen, andere Programme zu schließen oder das Netz "
        "zu wechseln; die Kamera kann aus bleiben. Betrifft es viele Personen in vielen Stunden, sehen Sie "
        "sich Last und Netz von LiveKit an.",
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
    K.RECORD_UNFINISHED: (
        "Diese Stunde ist abgeschlossen, und ein Teil ihrer Unterlagen ist unfertig geblieben.",
        "Öffnen Sie die Stunde und sehen Sie sich den Teil an, den die Einzelheiten nennen. Beim "
        "Transkript: Hören Sie die Aufnahme an und ergänzen Sie die Dokumentation von Hand um das, was "
        "wichtig ist. Bei einem Schritt: Sehen Sie in der Temporal-Oberfläche nach, wie sein Workflow "
        "geendet hat. Lösen Sie den Fall, wenn die Unterlagen sagen, was sie sollen.",
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
    K.VOLUNTEER_NOT_FOUND: (
        "Eine Stunde ist für Freiwillige offen, und niemand hat sie übernommen.",
        "Fragen Sie die Lehrkraft der Stunde, ob sie sie doch gibt. Wenn nicht, suchen Sie jetzt eine Vertretung: "
        "Dabei werden die Lehrkräfte der Reihe nach und mit Frist gefragt. Andernfalls verschieben Sie die Stunde "
        "oder sagen Sie sie ab, solange die Familien noch Bescheid bekommen können.",
    ),
    K.ROTA_EMPTY: (
        "In einem Bereitschaftsplan kann niemand Dienst haben.",
        "Öffnen Sie den Plan und tragen Sie Leute ein, die für Sie arbeiten, oder legen Sie ihn still, wenn "
        "keine Regel ihn braucht. Tragen Sie bis dahin jemanden als Vertretung ein.",
    ),
    K.CALENDAR_UNREADABLE: (
        "Der eigene Kalender einer Lehrkraft war einen Tag lang nicht lesbar.",
        "Lesen Sie den Grund beim Kalender auf der Seite der Lehrkraft. Fragen Sie nach der jetzigen geheimen"
        " Adresse und tragen Sie sie ein, oder entfernen Sie den Kalender.",
    ),
    K.CHANNEL_FAILING: (
        "Ein Kanal nimmt die Meldungen nicht an, die an ihn gehen.",
        "Lesen Sie den Code. Prüfen Sie, ob Adresse und Geheimnis des Kanals dort, woher sie stammen, noch "
        "gelten, berichtigen Sie sie am Kanal und senden Sie eine Testnachricht.",
    ),
}
