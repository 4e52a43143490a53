// Where a participant is: at the door, at the device check, in class, coming back, or out.

import type { Room } from "livekit-client";
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
  | { at: "returning"; devices: Devices; tries: number }
  | { at: "out"; problem: Problem };

const ENDED: Problem = {
  code: "class-ended",
  title: "The class has ended",
  detail: "Thank you for taking part.",
  next_step: "Your next class has a link of its own. You can close this page.",
  status: 410,
};
const LEFT: Problem = {
  code: "left",
  title: "You have left the class",
  detail: "The class goes on without you.",
  next_step: "Reload this page to come back.",
  status: 200,
};
const REMOVED: Problem = {
  code: "removed",
  title: "You are no longer in this class",
  detail: "You were removed, or joined from another place.",
  next_step: "If this is a mistake, write to your organization.",
  status: 403,
};

// Worth another try by itself: the server or the network, not the link.
const passing = (problem: Problem) => problem.status >= 500 || problem.code === "unavailable";

export function App() {
  const [place, setPlace] = useState<Place>({ at: "door" });
  const room = useRef<Room | null>(null);

  const knock = useCallback(async (devices?: Devices, tries = 0) => {
    try {
      const credentials = await fetchCredentials();
      document.title = `${credentials.class.title} · Homeroom`;
      setPlace(devices ? { at: "class", credentials, devices } : { at: "check", credentials });
    } catch (error) {
      const problem = error instanceof ProblemError ? error.problem : offline();
      if (problem.code === "class-not-open") setPlace({ at: "waiting", problem });
      else if (devices && passing(problem)) setPlace({ at: "returning", devices, tries: tries + 1 });
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
    const delay = Math.min(1000 * 2 ** place.tries, 10_000);
    const timer = setTimeout(() => void knock(place.devices, place.tries), delay);
    return () => clearTimeout(timer);
  }, [place, knock]);

  const leave = useCallback((leaving: Leaving, devices: Devices) => {
    if (leaving === "ended") setPlace({ at: "out", problem: ENDED });
    else if (leaving === "left") setPlace({ at: "out", problem: LEFT });
    else if (leaving === "removed") setPlace({ at: "out", problem: REMOVED });
    else setPlace({ at: "returning", devices, tries: 0 });
  }, []);

  switch (place.at) {
    case "door":
      return <Notice title="One moment…" detail="Opening your class." busy />;
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
      return <Classroom key={place.credentials.token} {...place} roomRef={room} onLeave={leave} />;
    case "returning":
      return <Notice title="Reconnecting…" detail="The connection was lost. You come back by yourself." busy />;
    case "out":
      return (
        <Notice title={place.problem.title} detail={place.problem.detail} nextStep={place.problem.next_step} />
      );
  }
}

function offline(): Problem {
  return {
    code: "unavailable",
    title: "The class cannot be reached",
    detail: "Your device seems to be offline.",
    next_step: "Check your connection and reload this page.",
    status: 503,
  };
}
