// Changes the microphone, camera and speaker in the class; the choice is kept for the next one.

import { useMediaDeviceSelect, usePersistentUserChoices, useRoomContext } from "@livekit/components-react";
import { useId, useState } from "react";

import type { Devices } from "./DeviceCheck.tsx";

type Props = { rememberDevices: (change: Partial<Devices>) => void };

// Not all browsers let a page choose where its sound goes.
const CAN_CHOOSE_SPEAKER = "setSinkId" in HTMLMediaElement.prototype;

export function DevicesPanel({ rememberDevices }: Props) {
  const choices = usePersistentUserChoices({});
  return (
    <section className="panel" aria-label="Devices">
      <h2>Devices</h2>
      <Choice
        kind="audioinput"
        label="Microphone"
        onChoice={(audioDeviceId) => {
          choices.saveAudioInputDeviceId(audioDeviceId);
          rememberDevices({ audioDeviceId });
        }}
      />
      <Choice
        kind="videoinput"
        label="Camera"
        onChoice={(videoDeviceId) => {
          choices.saveVideoInputDeviceId(videoDeviceId);
          rememberDevices({ videoDeviceId });
        }}
      />
      {CAN_CHOOSE_SPEAKER && (
        <Choice
          kind="audiooutput"
          label="Speaker"
          onChoice={(speakerId) => rememberDevices({ speakerId })}
        />
      )}
    </section>
  );
}

type ChoiceProps = { kind: MediaDeviceKind; label: string; onChoice: (deviceId: string) => void };

function Choice({ kind, label, onChoice }: ChoiceProps) {
  const room = useRoomContext();
  const { devices, activeDeviceId, setActiveMediaDevice } = useMediaDeviceSelect({ kind, room });
  const [failed, setFailed] = useState(false);
  const id = useId();
  const named = devices.filter((device) => device.deviceId !== "");
  const isListed = named.some((device) => device.deviceId === activeDeviceId);
  const choose = (deviceId: string) => {
    setFailed(false);
    setActiveMediaDevice(deviceId, { exact: true }).then(
      () => onChoice(deviceId),
      () => setFailed(true),
    );
  };
  return (
    <p className="choice">
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        value={isListed ? activeDeviceId : ""}
        disabled={named.length === 0}
        onChange={(event) => choose(event.target.value)}
      >
        {!isListed && <option value="">{named.length === 0 ? "None found" : "Default"}</option>}
        {named.map((device) => (
          <option key={device.deviceId} value={device.deviceId}>
            {device.label || "Unnamed device"}
          </option>
        ))}
      </select>
      {failed && (
        <span className="trouble" role="alert">
          This device can't be opened. Close other programs that use it.
        </span>
      )}
    </p>
  );
}
