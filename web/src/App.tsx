// The screens of the room page: opening, waiting for the room, device check, class, reconnecting, and out of the class.

import { useCallback, useEffect, useRef, useState } from "react";

import { fetchCredentials, ProblemError, sessionId } from "./api.ts";
import type { Credentials, Problem } from "./api.ts";
import { Classroom } from "./Classroom.tsx";
import type { Leaving } from "./Classroom.tsx";
import { DeviceCheck } from "./DeviceCheck.tsx";
import type { Devices } from "./DeviceCheck.tsx";
import { Notice, Waiting } from "./Notice.tsx";
import { RoomMemory } from "./roomMemory.ts";

type Screen =
  | { at: "opening" }
  | { at: "waiting"; problem: Problem }
  | { at: "check"; credentials: Credentials }
  | { at: "class"; credentials: Credentials; devices: Devices }
  | { at: "reconnecting"; devices: Devices }
  | { at: "out"; problem: Problem };

const ENDED: Problem = {
  code: "class-ended",
  title: "The class has ended",
  detail: "Thank you for taking part.",
  next_step: "You can close this page. Your next class has its own link.",
  status: 410,
};
const LEFT: Problem = {
  code: "left",
  title: "You have left the class",
  detail: "The class is still going.",
  next_step: "You can rejoin until it ends.",
  status: 200,
};
const MOVED: Problem = {
  code: "moved",
  title: "You joined from somewhere else",
  detail: "You can only be in class once, so this page was disconnected.",
  next_step: "Continue where you opened your link last.",
  status: 409,
};
const REMOVED: Problem = {
  code: "removed",
  title: "You are no longer in this class",
  detail: "Someone removed you from the class.",
  next_step: "If this is a mistake, contact your school.",
  status: 403,
};

const OUT: Record<Exclude<Leaving, "lost">, Problem> = { ended: ENDED, left: LEFT, moved: MOVED, removed: REMOVED };

// Errors of the server or the network are retried; those of the link are not.
const isTemporary = (problem: Problem) => problem.status >= 500 || problem.code === "unavailable";

export function App() {
  const [screen, setScreen] = useState<Screen>({ at: "opening" });
  const [memory] = useState(() => new RoomMemory(`homeroom.hand.${sessionId}`));
  const attempts = useRef(0); // to reconnect, since the last time in class

  const requestCredentials = useCallback(async (devices?: Devices) => {
    try {
      const credentials = await fetchCredentials();
      document.title = `${credentials.class.title} · Homeroom`;
      setScreen(devices ? { at: "class", credentials, devices } : { at: "check", credentials });
    } catch (error) {
      const problem = error instanceof ProblemError ? error.problem : offline();
      if (problem.code === "class-not-open" || problem.code === "class-locked") setScreen({ at: "waiting", problem });
      else if (devices && isTemporary(problem)) setScreen({ at: "reconnecting", devices });
      else setScreen({ at: "out", problem });
    }
  }, []);

  useEffect(() => {
    if (screen.at === "opening") void requestCredentials();
  }, [screen.at, requestCredentials]);

  useEffect(() => {
    if (screen.at !== "waiting") return;
    const timer = setInterval(() => void requestCredentials(), 3000);
    return () => clearInterval(timer);
  }, [screen.at, requestCredentials]);

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
      setScreen(leaving === "lost" ? { at: "reconnecting", devices } : { at: "out", problem: OUT[leaving] });
    },
    [memory],
  );
  const resetAttempts = useCallback(() => {
    attempts.current = 0;
  }, []);

  switch (screen.at) {
    case "opening":
      return <Notice title="One moment…" detail="Opening your class…" busy />;
    case "waiting":
      return screen.problem.code === "class-locked" ? (
        <Notice
          title={screen.problem.title}
          detail="The instructor lets nobody new in at the moment."
          nextStep={screen.problem.next_step}
          busy
        />
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
      return (
        <Notice
          title="Reconnecting…"
          detail="Your connection to the class was lost, so the others can't see or hear you."
          nextStep="You'll be back automatically. If it takes long, check your Wi-Fi or mobile data."
          busy
        />
      );
    case "out":
      return (
        <Notice
          title={screen.problem.title}
          detail={screen.problem.detail}
          nextStep={screen.problem.next_step}
          onRejoin={screen.problem === LEFT ? () => setScreen({ at: "opening" }) : undefined}
        />
      );
  }
}

function offline(): Problem {
  return {
    code: "unavailable",
    title: "We can't reach the class",
    detail: "Your device seems to be offline.",
    next_step: "Check your connection and reload this page.",
    status: 503,
  };
}
