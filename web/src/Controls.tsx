import { TrackToggle } from "@livekit/components-react";
import { Track } from "livekit-client";
import { useCallback, useRef, useState } from "react";
import type { FocusEvent, KeyboardEvent } from "react";

import type { Credentials } from "./api.ts";
import type { Devices } from "./DeviceCheck.tsx";
import type { Panel } from "./roomMemory.ts";
import { useTexts } from "./texts/language.ts";
import { HandIcon } from "./Tile.tsx";

const SHARING = { audio: true, selfBrowserSurface: "include" } as const;

const MOST_COUNTED = 99;

type Props = {
  features: Credentials["features"];
  rememberDevices: (change: Partial<Devices>) => void;
  handRaised: boolean;
  onHand: () => void;
  captions: boolean;
  onCaptions: () => void;
  panel: Panel | undefined;
  unread: number;
  moderates: boolean;
  onPanel: (panel: Panel) => void;
  onLeave: () => void;
};

export function Controls(props: Props) {
  const { features, rememberDevices, handRaised, onHand, captions, onCaptions } = props;
  const { panel, unread, moderates, onPanel, onLeave } = props;
  const texts = useTexts();
  // A fresh callback would be called again with the state before the click, as if the user had chosen that.
  const onMicrophone = useCallback(
    (on: boolean, byUser: boolean) => byUser && rememberDevices({ audio: on }),
    [rememberDevices],
  );
  const onCamera = useCallback(
    (on: boolean, byUser: boolean) => byUser && rememberDevices({ video: on }),
    [rememberDevices],
  );
  const more = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false); // the rare controls, which narrow screens keep behind a button
  const close = () => {
    if (!open) return;
    setOpen(false);
    more.current?.focus(); // what had the focus is not shown any more
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === "Escape") close();
  };
  const onBlur = (event: FocusEvent<HTMLElement>) => {
    if (!event.currentTarget.contains(event.relatedTarget)) setOpen(false);
  };
  return (
    <nav className="controls" aria-label={texts.controls} onKeyDown={onKey} onBlur={onBlur}>
      <TrackToggle
        source={Track.Source.Microphone}
        className="control"
        onChange={onMicrophone}
      >
        <span>{texts.microphone}</span>
      </TrackToggle>
      <TrackToggle
        source={Track.Source.Camera}
        className="control"
        onChange={onCamera}
      >
        <span>{texts.camera}</span>
      </TrackToggle>
      <button className="control" aria-pressed={handRaised} onClick={onHand}>
        <HandIcon />
        <span>{handRaised ? texts.lowerHand : texts.raiseHand}</span>
      </button>
      {features.chat && (
        <button className="control" aria-pressed={panel === "chat"} onClick={() => onPanel("chat")}>
          <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" fill="currentColor">
            <path d="M4 4h16a2 2 0 0 1 2 2v9a2 2 0 0 1-2 2h-8l-5 4v-4H4a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2z" />
          </svg>
          <span>{unread > 0 ? texts.chatUnread(unread) : texts.chat}</span>
          {unread > 0 && (
            <b className="unread" aria-hidden="true">
              {unread > MOST_COUNTED ? `${MOST_COUNTED}+` : unread}
            </b>
          )}
        </button>
      )}
      <button
        ref={more}
        className="control more"
        aria-expanded={open}
        aria-controls="more-controls"
        onClick={() => setOpen(!open)}
      >
        <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" fill="currentColor">
          <path d="M5 10a2 2 0 1 1 0 4 2 2 0 0 1 0-4zm7 0a2 2 0 1 1 0 4 2 2 0 0 1 0-4zm7 0a2 2 0 1 1 0 4 2 2 0 0 1 0-4z" />
        </svg>
        <span>{texts.more}</span>
      </button>
      <div id="more-controls" className="more-controls" data-open={open} onClick={close}>
        {features.screen_share && (
          <TrackToggle source={Track.Source.ScreenShare} className="control" captureOptions={SHARING}>
            <span>{texts.share}</span>
          </TrackToggle>
        )}
        {features.captions && (
          <button className="control" aria-pressed={captions} aria-keyshortcuts="c" title={`${texts.captions} (c)`} onClick={onCaptions}>
            <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" fill="currentColor">
              <path d="M4 5h16a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2V7a2 2 0 0 1 2-2zm1 9v2h9v-2zm11 0v2h3v-2zM5 10v2h3v-2zm5 0v2h9v-2z" />
            </svg>
            <span>{texts.captions}</span>
          </button>
        )}
        {moderates && (
          <button className="control" aria-pressed={panel === "people"} onClick={() => onPanel("people")}>
            <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" fill="currentColor">
              <path d="M9 4a4 4 0 1 1 0 8 4 4 0 0 1 0-8zm7.500 1.500a3 3 0 1 1 0 6 3 3 0 0 1 0-6zM9 14c4 0 7 2 7 4.500V20H2v-1.500C2 16 5 14 9 14zm9 6v-1.500c0-1.700-.8-3.200-2.100-4.400C19 13.900 22 15.500 22 18v2z" />
            </svg>
            <span>{texts.people}</span>
          </button>
        )}
        <button className="control" aria-pressed={panel === "devices"} onClick={() => onPanel("devices")}>
          <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" fill="currentColor">
            <path d="M3 6h9.200a3 3 0 0 1 5.600 0H21v2h-3.200a3 3 0 0 1-5.600 0H3zm0 10h3.200a3 3 0 0 1 5.600 0H21v2h-9.200a3 3 0 0 1-5.600 0H3z" />
          </svg>
          <span>{texts.devices}</span>
        </button>
      </div>
      <button className="control leave" onClick={onLeave}>
        <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" fill="currentColor">
          <path d="M4 3h9a1 1 0 0 1 1 1v4h-2V5H5v14h7v-3h2v4a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1zm12.600 4.400L21.200 12l-4.600 4.600-1.400-1.400 2.200-2.200H8v-2h9.400l-2.200-2.200z" />
        </svg>
        <span>{texts.leave}</span>
      </button>
    </nav>
  );
}
