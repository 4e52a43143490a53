// The screens of the room page: opening, waiting for the room, device check, class, reconnecting, and out of the class.

import { useCallback, useEffect, useMemo, useRef, useState } from "react";

import { fetchCredentials, ProblemError, sessionId } from "./api.ts";
import type { Credentials, Problem } from "./api.ts";
import { Classroom } from "./Classroom.tsx";
import type { Leaving } from "./Classroom.tsx";
import { DeviceCheck } from "./DeviceCheck.tsx";
import type { Devices } from "./DeviceCheck.tsx";
import { Notice, Waiting } from "./Notice.tsx";
import { explained } from "./notices.ts";
import { RoomMemory } from "./roomMemory.ts";
import { chooseLanguage, LanguageContext, useTexts } from "./texts/language.ts";

type Screen =
  | { at: "opening" }
  | { at: "waiting"; problem: Problem }
  | { at: "check"; credentials: Credentials }
  | { at: "class"; credentials: Credentials; devices: Devices }
  | { at: "reconnecting"; devices: Devices }
  | { at: "left"; leaving: Exclude<Leaving, "lost"> }
  | { at: "refused"; problem: Problem };

const LEFT = { ended: "class-ended", left: "left", moved: "moved", removed: "removed" } as const;

// Who is out of the class like this may be let in again: a class that ended by mistake is reopened, a person is readmitted.
const UNDONE = new Set(["class-ended", "removed", "removed-from-class"]);
const LOOK_AGAIN_EVERY = 15_000; // milliseconds
const LOOK_AGAIN_FOR = 60 * 60_000;

const outBecause = (screen: Screen) =>
  screen.at === "left" ? LEFT[screen.leaving] : screen.at === "refused" ? screen.problem.code : "";

// Errors of the server or the network are retried; those of the link are not.
const isTemporary = (problem: Problem) => problem.status >= 500 || problem.code === "unavailable";

export function App() {
  // Of the person as soon as Homeroom has named it, else of the browser.
  const [person, setPerson] = useState<string | null>();
  const language = useMemo(() => chooseLanguage(person, navigator.languages), [person]);
  useEffect(() => {
    document.documentElement.lang = language.code;
    document.documentElement.dir = language.direction;
  }, [language]);
  return (
    <LanguageContext value={language}>
      <Screens onLanguage={setPerson} />
    </LanguageContext>
  );
}

function Screens({ onLanguage }: { onLanguage: (person: string | null) => void }) {
  const texts = useTexts();
  const [screen, setScreen] = useState<Screen>({ at: "opening" });
  const [memory] = useState(() => new RoomMemory(`homeroom.hand.${sessionId}`));
  const attempts = useRef(0); // to reconnect, since the last time in class

  const requestCredentials = useCallback(async (devices?: Devices) => {
    try {
      const credentials = await fetchCredentials();
      onLanguage(credentials.language);
      document.title = `${credentials.class.title} · Homeroom`;
      setScreen(devices ? { at: "class", credentials, devices } : { at: "check", credentials });
    } catch (error) {
      const problem = error instanceof ProblemError ? error.problem : OFFLINE;
      if (problem.language !== undefined) onLanguage(problem.language);
      if (problem.code === "class-not-open" || problem.code === "class-locked") setScreen({ at: "waiting", problem });
      else if (devices && isTemporary(problem)) setScreen({ at: "reconnecting", devices });
      else setScreen({ at: "refused", problem });
    }
  }, [onLanguage]);

  useEffect(() => {
    if (screen.at === "opening") void requestCredentials();
  }, [screen.at, requestCredentials]);

  useEffect(() => {
    if (screen.at !== "waiting") return;
    const timer = setInterval(() => void requestCredentials(), 3000);
    return () => clearInterval(timer);
  }, [screen.at, requestCredentials]);

  const mayBeUndone = UNDONE.has(outBecause(screen));
  useEffect(() => {
    if (!mayBeUndone) return;
    const until = Date.now() + LOOK_AGAIN_FOR;
    const timer = setInterval(() => {
      if (Date.now() > until) clearInterval(timer);
      else if (!document.hidden)
        fetchCredentials().then(
          (credentials) => setScreen({ at: "check", credentials }),
          () => undefined, // as before
        );
    }, LOOK_AGAIN_EVERY);
    return () => clearInterval(timer);
  }, [mayBeUndone]);

  useEffect(() => {
    if (screen.at !== "reconnecting") return;
    const delay = Math.min(1000 * 2 ** attempts.current++, 10_000);
    const retry = () => {
      cancel();
      void requestCredentials(screen.devices);
    };
    const timer = setTimeout(retry, delay);
    const cancel = () => {
      clearTimeout(timer);
      window.removeEventListener("online", retry);
    };
    window.addEventListener("online", retry);
    return cancel;
  }, [screen, requestCredentials]);

  const leave = useCallback(
    (leaving: Leaving, devices: Devices) => {
      // A page that is reloaded "left", too; with the button, the hand was lowered before.
      if (leaving !== "lost" && leaving !== "left") memory.hand = false;
      setScreen(leaving === "lost" ? { at: "reconnecting", devices } : { at: "left", leaving });
    },
    [memory],
  );
  const resetAttempts = useCallback(() => {
    attempts.current = 0;
  }, []);

  switch (screen.at) {
    case "opening":
      return <Notice {...texts.opening} busy />;
    case "waiting":
      return screen.problem.code === "class-locked" ? (
        <Notice {...explained(screen.problem, texts)} busy />
      ) : (
        <Waiting problem={screen.problem} />
      );
    case "check":
      return (
        <DeviceCheck
          credentials={screen.credentials}
          onJoin={(devices) => void requestCredentials(devices)} // the first ones may have expired
        />
      );
    case "class":
      return (
        <Classroom
          key={screen.credentials.token}
          {...screen}
          memory={memory}
          onArrive={resetAttempts}
          onLeave={leave}
        />
      );
    case "reconnecting":
      return <Notice {...texts.reconnecting} busy />;
    case "left":
      return (
        <Notice
          {...texts.notices[LEFT[screen.leaving]]}
          onRejoin={screen.leaving === "left" ? () => setScreen({ at: "opening" }) : undefined}
        />
      );
    case "refused":
      return <Notice {...explained(screen.problem, texts)} />;
  }
}

const OFFLINE: Problem = { code: "offline", title: "", detail: "", next_step: "", status: 503 };
