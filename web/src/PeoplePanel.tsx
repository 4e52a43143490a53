// The instructor's list of people: who is here and who is missing, and what can be done about them.

import { useParticipants } from "@livekit/components-react";
import type { Participant } from "livekit-client";
import { useRef, useState } from "react";

import type { Person } from "./api.ts";
import { act } from "./moderation.ts";
import type { Act } from "./moderation.ts";

type Props = {
  people: Record<string, Person>;
  nameOf: (identity: string | undefined) => string;
  hands: readonly string[];
  locked: boolean;
  onChanged: () => void; // of the class or its people, at Homeroom
};

type Asked = { question: string; button: string; run: () => void };

export function PeoplePanel({ people, nameOf, hands, locked, onChanged }: Props) {
  const present = useParticipants().filter((one) => !one.isAgent);
  const [problem, setProblem] = useState<string>();
  const [asked, setAsked] = useState<Asked>();
  const run = async (name: Act, values?: Record<string, unknown>) => {
    setProblem(await act(name, values));
    onChanged();
  };
  const here = new Set(present.map((one) => one.identity));
  const entries = Object.entries(people);
  const missing = entries.filter(([id, one]) => !here.has(id) && !one.removed && one.role === "student");
  const removed = entries.filter(([, one]) => one.removed);
  const canModerate = (one: Participant) => !one.isLocal && people[one.identity]?.role !== "instructor";
  return (
    <section className="panel" aria-label="People">
      <h2>People</h2>
      {problem && (
        <p className="trouble" role="alert">
          {problem}
        </p>
      )}
      <div className="panel-actions">
        <button className="quiet" onClick={() => void run("mute")}>
          Mute all
        </button>
        <button className="quiet" disabled={hands.length === 0} onClick={() => void run("lower-hands")}>
          Lower all hands
        </button>
        <button className="quiet" aria-pressed={locked} onClick={() => void run("lock", { locked: !locked })}>
          {locked ? "Unlock class" : "Lock class"}
        </button>
        <button
          className="quiet danger"
          onClick={() =>
            setAsked({ question: "End the class for everybody?", button: "End class", run: () => void run("end") })
          }
        >
          End class
        </button>
      </div>
      <h3>Here ({present.length})</h3>
      <ul>
        {present.map((one) => (
          <li key={one.identity}>
            <span className="name">
              {nameOf(one.identity)}
              {one.isLocal && " (you)"}
              {hands.includes(one.identity) && <em className="muted"> hand raised</em>}
            </span>
            {canModerate(one) && (
              <PersonActions
                name={nameOf(one.identity)}
                muted={!one.isMicrophoneEnabled}
                raised={hands.includes(one.identity)}
                run={(name) => void run(name, { participant_id: one.identity })}
                ask={setAsked}
              />
            )}
          </li>
        ))}
      </ul>
      {missing.length > 0 && (
        <>
          <h3>Not here ({missing.length})</h3>
          <ul>
            {missing.map(([identity, one]) => (
              <li key={identity}>{one.name}</li>
            ))}
          </ul>
        </>
      )}
      {removed.length > 0 && (
        <>
          <h3>Removed</h3>
          <ul>
            {removed.map(([identity, one]) => (
              <li key={identity}>
                <span className="name">{one.name}</span>
                <button
                  className="quiet"
                  aria-label={`Let ${one.name} back in`}
                  onClick={() => void run("readmit", { participant_id: identity })}
                >
                  Let back in
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
      {asked && <Question {...asked} close={() => setAsked(undefined)} />}
    </section>
  );
}

type PersonActionsProps = {
  name: string;
  muted: boolean;
  raised: boolean;
  run: (name: Act) => void;
  ask: (asked: Asked) => void;
};

function PersonActions({ name, muted, raised, run, ask }: PersonActionsProps) {
  return (
    <span className="person-actions">
      {raised && (
        <button className="quiet" aria-label={`Lower the hand of ${name}`} onClick={() => run("lower-hands")}>
          Lower hand
        </button>
      )}
      <button className="quiet" disabled={muted} aria-label={`Mute ${name}`} onClick={() => run("mute")}>
        {muted ? "Muted" : "Mute"}
      </button>
      <button
        className="quiet danger"
        aria-label={`Remove ${name}`}
        onClick={() =>
          ask({
            question: `Remove ${name}? They can't come back until you let them in.`,
            button: "Remove",
            run: () => run("remove"),
          })
        }
      >
        Remove
      </button>
    </span>
  );
}

function Question({ question, button, run, close }: Asked & { close: () => void }) {
  const opened = useRef(false);
  const show = (dialog: HTMLDialogElement | null) => {
    if (dialog && !opened.current) dialog.showModal();
    opened.current = dialog !== null;
  };
  return (
    <dialog ref={show} onClose={close} aria-label={question}>
      <form method="dialog">
        <p>{question}</p>
        <div className="panel-actions">
          <button className="quiet">Cancel</button>
          <button className="primary" onClick={run}>
            {button}
          </button>
        </div>
      </form>
    </dialog>
  );
}
