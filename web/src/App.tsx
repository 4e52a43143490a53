// Where a participant is: at the door, at the device check, in class, coming back, or out.

import { useCallback, useEffect, useRef, useState } from "react";

import { fetchCredentials, ProblemError } from "./api.ts";
import type { Credentials, Problem } from "./api.ts";
import { Classroom } from "./Classroom.tsx";
import type { Leaving } from "./Classroom.tsx";
import { DeviceCheck } from "./DeviceCheck.tsx";
import type { Devices } from "./DeviceCheck.tsx";
import { Notice, Waiting } from "./Notice.tsx";

type Place =
  | { at: "door" }
  | { at: "waiting"; problem: Problem }
  | { at: "check"; credentials: Credentials }
  | { at: "class"; credentials: Credentials; devices: Devices }
  | { at: "returning"; devices: Devices }
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

// Worth another try by itself: the server or the network, not the link.
const passing = (problem: Problem) => problem.status >= 500 || problem.code === "unavailable";

export function App() {
  const [place, setPlace] = useState<Place>({ at: "door" });
  const tries = useRef(0); // since the last time in class

  const knock = useCallback(async (devices?: Devices) => {
    try {
      const credentials = await fetchCredentials();
      document.title = `${credentials.class.title} · Homeroom`;
      setPlace(devices ? { at: "class", credentials, devices } : { at: "check", credentials });
    } catch (error) {
      const problem = error instanceof ProblemError ? error.problem : offline();
      if (problem.code === "class-not-open") setPlace({ at: "waiting", problem });
      else if (devices && passing(problem)) setPlace({ at: "returning", devices });
      else setPlace({ at: "out", problem });
    }
  }, []);

  useEffect(() => {
    if (place.at === "door") void knock();
  }, [place.at, knock]);

  useEffect(() => {
    if (place.at !== "waiting") return;
    const timer = setInterval(() => void knock(), 3000);
    return () => clearInterval(timer);
  }, [place.at, knock]);

  useEffect(() => {
    if (place.at !== "returning") return;
    const delay = Math.min(1000 * 2 ** tries.current++, 10_000);
    const timer = setTimeout(() => void knock(place.devices), delay);
    return () => clearTimeout(timer);
  }, [place, knock]);

  const leave = useCallback((leaving: Leaving, devices: Devices) => {
    setPlace(leaving === "lost" ? { at: "returning", devices } : { at: "out", problem: OUT[leaving] });
  }, []);
  const arrived = useCallback(() => {
    tries.current = 0;
  }, []);

  switch (place.at) {
    case "door":
      return <Notice title="One moment…" detail="Opening your class…" busy />;
    case "waiting":
      return <Waiting problem={place.problem} />;
    case "check":
      return (
        <DeviceCheck
          credentials={place.credentials}
          onJoin={(devices) => setPlace({ at: "class", credentials: place.credentials, devices })}
        />
      );
    case "class":
      return <Classroom key={place.credentials.token} {...place} onArrive={arrived} onLeave={leave} />;
    case "returning":
      return <Notice title="Reconnecting…" detail="The connection was lost. You'll rejoin automatically." busy />;
    case "out":
      return (
        <Notice
          title={place.problem.title}
          detail={place.problem.detail}
          nextStep={place.problem.next_step}
          onComeBack={place.problem === LEFT ? () => setPlace({ at: "door" }) : undefined}
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
