// The device check before joining: camera preview, microphone level and device choice.

import { useMediaDevices, usePersistentUserChoices, usePreviewTracks } from "@livekit/components-react";
import { LocalAudioTrack, LocalVideoTrack, Track, facingModeFromLocalTrack } from "livekit-client";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";

import type { Credentials } from "./api.ts";
import { useTexts } from "./texts/language.ts";

export type Devices = {
  audio: boolean;
  video: boolean;
  audioDeviceId: string;
  videoDeviceId: string;
  speakerId?: string; // chosen in the class
};
type Failure = { wanted: object; error: Error }; // of the devices that were wanted when it happened
type Props = { credentials: Credentials; onJoin: (devices: Devices) => void };

export function DeviceCheck({ credentials, onJoin }: Props) {
  const texts = useTexts();
  const { userChoices, saveAudioInputDeviceId, saveVideoInputDeviceId, saveAudioInputEnabled, saveVideoInputEnabled } =
    usePersistentUserChoices({});
  const [audio, setAudio] = useState(userChoices.audioEnabled);
  const [video, setVideo] = useState(userChoices.videoEnabled);
  const [audioDeviceId, setAudioDevice] = useState(userChoices.audioDeviceId);
  const [videoDeviceId, setVideoDevice] = useState(userChoices.videoDeviceId);
  const [failure, setFailure] = useState<Failure>();

  const wanted = useMemo(
    () => ({
      audio: audio && constraintsOf(audioDeviceId),
      video: video && constraintsOf(videoDeviceId),
    }),
    [audio, video, audioDeviceId, videoDeviceId],
  );
  // The devices are opened anew whenever the callback is another one.
  const onError = useCallback((error: Error) => setFailure({ wanted, error }), [wanted]);
  const tracks = usePreviewTracks(wanted, onError);
  const error = failure?.wanted === wanted ? failure.error : undefined;
  const camera = tracks?.find((t): t is LocalVideoTrack => t.kind === Track.Kind.Video);
  const microphone = tracks?.find((t): t is LocalAudioTrack => t.kind === Track.Kind.Audio);

  const join = () => {
    saveAudioInputEnabled(audio);
    saveVideoInputEnabled(video);
    saveAudioInputDeviceId(audioDeviceId);
    saveVideoInputDeviceId(videoDeviceId);
    onJoin({ audio, video, audioDeviceId, videoDeviceId });
  };

  const name = credentials.people[credentials.identity]?.name ?? "";
  return (
    <main className="check">
      <section className="check-card" aria-label={texts.deviceCheck}>
        <p className="muted">{credentials.class.course}</p>
        <h1>{credentials.class.title}</h1>
        <p>{texts.joiningAs(name)}</p>
        <Preview track={video && !error ? camera : undefined}>
          {video ? (error ? texts.noPicture : texts.openingCamera) : texts.cameraOff}
        </Preview>
        <Level track={audio && !error ? microphone : undefined} />
        <div className="check-rows">
          <DeviceRow label={texts.microphone} on={audio} toggle={() => setAudio(!audio)}>
            <DeviceChoice kind="audioinput" label={texts.chooseMicrophone} chosen={audioDeviceId} choose={setAudioDevice} />
          </DeviceRow>
          <DeviceRow label={texts.camera} on={video} toggle={() => setVideo(!video)}>
            <DeviceChoice kind="videoinput" label={texts.chooseCamera} chosen={videoDeviceId} choose={setVideoDevice} />
          </DeviceRow>
        </div>
        {error && (
          <p className="trouble" role="alert">
            {error.name === "NotAllowedError" ? texts.devicesBlocked : texts.devicesFailed}
          </p>
        )}
        {credentials.recorded && <p className="muted">{texts.isRecorded}</p>}
        <button className="primary wide" onClick={join}>
          {texts.join}
        </button>
      </section>
    </main>
  );
}

// A device id is asked for exactly, which fails for "default" and would open the devices a second time.
function constraintsOf(deviceId: string): true | { deviceId: string } {
  return deviceId === "" || deviceId === "default" ? true : { deviceId };
}

type RowProps = { label: string; on: boolean; toggle: () => void; children: React.ReactNode };

function DeviceRow({ label, on, toggle, children }: RowProps) {
  const texts = useTexts();
  return (
    <div className="check-row">
      <button className="quiet" aria-pressed={on} onClick={toggle}>
        {on ? texts.isOn(label) : texts.isOff(label)}
      </button>
      {children}
    </div>
  );
}

type ChoiceProps = {
  kind: "audioinput" | "videoinput";
  label: string;
  chosen: string;
  choose: (deviceId: string) => void;
};

function DeviceChoice({ kind, label, chosen, choose }: ChoiceProps) {
  const texts = useTexts();
  const devices = useMediaDevices({ kind }).filter((device) => device.deviceId !== "");
  const isListed = devices.some((device) => device.deviceId === chosen);
  return (
    <select aria-label={label} value={isListed ? chosen : ""} onChange={(event) => choose(event.target.value)}>
      {!isListed && <option value="">{texts.defaultDevice}</option>}
      {devices.map((device) => (
        <option key={device.deviceId} value={device.deviceId}>
          {device.label || texts.unnamedDevice}
        </option>
      ))}
    </select>
  );
}

function Preview({ track, children }: { track: LocalVideoTrack | undefined; children: string }) {
  const texts = useTexts();
  const element = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    const video = element.current;
    if (!track || !video) return;
    track.attach(video);
    return () => void track.detach(video);
  }, [track]);
  const mirrored = track ? facingModeFromLocalTrack(track).facingMode === "user" : false;
  return (
    <div className="preview">
      {track ? (
        <video ref={element} data-mirrored={mirrored} muted playsInline aria-label={texts.yourCamera} />
      ) : (
        <p className="muted">{children}</p>
      )}
    </div>
  );
}

// The microphone level as a bar that moves while the person speaks.
function Level({ track }: { track: LocalAudioTrack | undefined }) {
  const texts = useTexts();
  const [level, setLevel] = useState(0);
  useEffect(() => {
    if (!track) {
      setLevel(0);
      return;
    }
    const context = new AudioContext();
    const analyser = context.createAnalyser();
    analyser.fftSize = 512;
    context.createMediaStreamSource(new MediaStream([track.mediaStreamTrack])).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    const timer = setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
      setLevel(Math.min(Math.sqrt(power) * 6, 1));
    }, 100);
    return () => {
      clearInterval(timer);
      void context.close();
    };
  }, [track]);
  return <meter className="level" min={0} max={1} value={level} aria-label={texts.microphoneLevel} />;
}
