// The instructor's list of people: who is here and who is missing, and what can be done about them.

import { useParticipants } from "@livekit/components-react";
import type { Participant } from "livekit-client";
import { useRef, useState } from "react";

import type { Person } from "./api.ts";
import { act } from "./moderation.ts";
import type { Act } from "./moderation.ts";
import { useTexts } from "./texts/language.ts";

type Props = {
  people: Record<string, Person>;
  nameOf: (identity: string | undefined) => string;
  hands: readonly string[];
  locked: boolean;
  onChanged: () => void; // of the class or its people, at Homeroom
};

type Asked = { question: string; button: string; run: () => void };

export function PeoplePanel({ people, nameOf, hands, locked, onChanged }: Props) {
  const texts = useTexts();
  const present = useParticipants().filter((one) => !one.isAgent);
  const [problem, setProblem] = useState<string>();
  const [asked, setAsked] = useState<Asked>();
  const run = async (name: Act, values?: Record<string, unknown>) => {
    setProblem(await act(texts, name, values));
    onChanged();
  };
  const here = new Set(present.map((one) => one.identity));
  const entries = Object.entries(people);
  const missing = entries.filter(([id, one]) => !here.has(id) && !one.removed && one.role === "student");
  const removed = entries.filter(([, one]) => one.removed);
  const canModerate = (one: Participant) => !one.isLocal && people[one.identity]?.role !== "instructor";
  return (
    <section className="panel" aria-label={texts.people}>
      <h2>{texts.people}</h2>
      {problem && (
        <p className="trouble" role="alert">
          {problem}
        </p>
      )}
      <div className="panel-actions">
        <button className="quiet" onClick={() => void run("mute")}>
          {texts.muteAll}
        </button>
        <button className="quiet" disabled={hands.length === 0} onClick={() => void run("lower-hands")}>
          {texts.lowerAllHands}
        </button>
        <button className="quiet" aria-pressed={locked} onClick={() => void run("lock", { locked: !locked })}>
          {locked ? texts.unlockClass : texts.lockClass}
        </button>
        <button
          className="quiet danger"
          onClick={() =>
            setAsked({ question: texts.endForAll, button: texts.endClass, run: () => void run("end") })
          }
        >
          {texts.endClass}
        </button>
      </div>
      <h3>{texts.here(present.length)}</h3>
      <ul>
        {present.map((one) => (
          <li key={one.identity}>
            <span className="name">
              {one.isLocal ? texts.you(nameOf(one.identity)) : nameOf(one.identity)}
              {hands.includes(one.identity) && <em className="muted"> {texts.handRaised}</em>}
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
          <h3>{texts.notHere(missing.length)}</h3>
          <ul>
            {missing.map(([identity, one]) => (
              <li key={identity}>{one.name}</li>
            ))}
          </ul>
        </>
      )}
      {removed.length > 0 && (
        <>
          <h3>{texts.removed}</h3>
          <ul>
            {removed.map(([identity, one]) => (
              <li key={identity}>
                <span className="name">{one.name}</span>
                <button
                  className="quiet"
                  aria-label={texts.letPersonBackIn(one.name)}
                  onClick={() => void run("readmit", { participant_id: identity })}
                >
                  {texts.letBackIn}
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
  const texts = useTexts();
  return (
    <span className="person-actions">
      {raised && (
        <button className="quiet" aria-label={texts.lowerHandOf(name)} onClick={() => run("lower-hands")}>
          {texts.lowerHand}
        </button>
      )}
      <button className="quiet" disabled={muted} aria-label={texts.mutePerson(name)} onClick={() => run("mute")}>
        {muted ? texts.muted : texts.mute}
      </button>
      <button
        className="quiet danger"
        aria-label={texts.removePerson(name)}
        onClick={() =>
          ask({
            question: texts.askRemove(name),
            button: texts.remove,
            run: () => run("remove"),
          })
        }
      >
        {texts.remove}
      </button>
    </span>
  );
}

function Question({ question, button, run, close }: Asked & { close: () => void }) {
  const texts = useTexts();
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
          <button className="quiet">{texts.cancel}</button>
          <button className="primary" onClick={run}>
            {button}
          </button>
        </div>
      </form>
    </dialog>
  );
}
