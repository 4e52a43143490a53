// Changes the microphone, camera and speaker in the class; the choice is kept for the next one.

import { useMediaDeviceSelect, usePersistentUserChoices, useRoomContext } from "@livekit/components-react";
import { useId, useState } from "react";

import type { Devices } from "./DeviceCheck.tsx";
import { useTexts } from "./texts/language.ts";

type Props = { rememberDevices: (change: Partial<Devices>) => void };

// Not all browsers let a page choose where its sound goes.
const CAN_CHOOSE_SPEAKER = "setSinkId" in HTMLMediaElement.prototype;

export function DevicesPanel({ rememberDevices }: Props) {
  const texts = useTexts();
  const choices = usePersistentUserChoices({});
  return (
    <section className="panel" aria-label={texts.devices}>
      <h2>{texts.devices}</h2>
      <Choice
        kind="audioinput"
        label={texts.microphone}
        onChoice={(audioDeviceId) => {
          choices.saveAudioInputDeviceId(audioDeviceId);
          rememberDevices({ audioDeviceId });
        }}
      />
      <Choice
        kind="videoinput"
        label={texts.camera}
        onChoice={(videoDeviceId) => {
          choices.saveVideoInputDeviceId(videoDeviceId);
          rememberDevices({ videoDeviceId });
        }}
      />
      {CAN_CHOOSE_SPEAKER && (
        <Choice
          kind="audiooutput"
          label={texts.speaker}
          onChoice={(speakerId) => rememberDevices({ speakerId })}
        />
      )}
    </section>
  );
}

type ChoiceProps = { kind: MediaDeviceKind; label: string; onChoice: (deviceId: string) => void };

function Choice({ kind, label, onChoice }: ChoiceProps) {
  const texts = useTexts();
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
        {!isListed && <option value="">{named.length === 0 ? texts.noDevice : texts.defaultDevice}</option>}
        {named.map((device) => (
          <option key={device.deviceId} value={device.deviceId}>
            {device.label || texts.unnamedDevice}
          </option>
        ))}
      </select>
      {failed && (
        <span className="trouble" role="alert">
          {texts.deviceFailed}
        </span>
      )}
    </p>
  );
}
