import { TrackToggle } from "@livekit/components-react";
import { Track } from "livekit-client";
import { useCallback } from "react";

import type { Credentials } from "./api.ts";
import type { Devices } from "./DeviceCheck.tsx";
import { HandIcon } from "./Tile.tsx";

const SHARING = { audio: true, selfBrowserSurface: "include" } as const;

type Props = {
  features: Credentials["features"];
  rememberDevices: (change: Partial<Devices>) => void;
  handRaised: boolean;
  onHand: () => void;
  chatOpen: boolean;
  unread: number;
  onChat: () => void;
  onLeave: () => void;
};

export function Controls({ features, rememberDevices, handRaised, onHand, chatOpen, unread, onChat, onLeave }: Props) {
  // A fresh callback would be called again with the state before the click, as if the user had chosen that.
  const onMicrophone = useCallback(
    (on: boolean, byUser: boolean) => byUser && rememberDevices({ audio: on }),
    [rememberDevices],
  );
  const onCamera = useCallback(
    (on: boolean, byUser: boolean) => byUser && rememberDevices({ video: on }),
    [rememberDevices],
  );
  return (
    <nav className="controls" aria-label="Controls">
      <TrackToggle
        source={Track.Source.Microphone}
        className="control"
        onChange={onMicrophone}
      >
        <span>Microphone</span>
      </TrackToggle>
      <TrackToggle
        source={Track.Source.Camera}
        className="control"
        onChange={onCamera}
      >
        <span>Camera</span>
      </TrackToggle>
      {features.screen_share && (
        <TrackToggle source={Track.Source.ScreenShare} className="control" captureOptions={SHARING}>
          <span>Share</span>
        </TrackToggle>
      )}
      <button className="control" aria-pressed={handRaised} onClick={onHand}>
        <HandIcon />
        <span>{handRaised ? "Lower hand" : "Raise hand"}</span>
      </button>
      {features.chat && (
        <button className="control" aria-pressed={chatOpen} onClick={onChat}>
          <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" fill="currentColor">
            <path d="M4 4h16a2 2 0 0 1 2 2v9a2 2 0 0 1-2 2h-8l-5 4v-4H4a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2z" />
          </svg>
          <span>Chat{unread > 0 ? ` (${unread})` : ""}</span>
        </button>
      )}
      <button className="control leave" onClick={onLeave}>
        <span>Leave</span>
      </button>
    </nav>
  );
}
