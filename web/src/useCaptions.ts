// The captions of the class from Homeroom, while they are switched on.

import { useEffect, useState } from "react";

import { openCaptions } from "./api.ts";
import { advance, noCaptions, receive } from "./captions.ts";
import type { Caption } from "./captions.ts";

const TICK = 250; // milliseconds

export function useCaptions(on: boolean): readonly Caption[] {
  const [state, setState] = useState(noCaptions);
  useEffect(() => {
    if (!on) return;
    const close = openCaptions((batch) => setState((before) => receive(before, batch, Date.now())));
    const timer = setInterval(() => setState((before) => advance(before, Date.now())), TICK);
    return () => {
      close();
      clearInterval(timer);
      setState(noCaptions);
    };
  }, [on]);
  return state.lines;
}
