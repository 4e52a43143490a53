// What a catalogue of the room page's texts has to contain. A text that is missing in a language does not compile.

export type NoticeText = { title: string; detail: string; next: string };

// Outcomes and refusals by name: those of this page, and the codes of Homeroom's problems.
export type NoticeName =
  | "left"
  | "moved"
  | "removed"
  | "class-ended"
  | "class-cancelled"
  | "class-locked"
  | "removed-from-class"
  | "link-invalid"
  | "link-expired"
  | "link-replaced"
  | "link-for-another-class"
  | "not-found"
  | "rate-limited"
  | "unavailable"
  | "offline"
  | "other";

export interface Texts {
  notices: Record<NoticeName, NoticeText>;
  opening: { title: string; detail: string };
  reconnecting: NoticeText;
  rejoin: string;

  yourClass: string;
  notOpen: (title: string) => string;
  startsAt: (when: string) => string;
  inClassZone: (when: string) => string;
  opensAt: (when: string) => string;
  keepOpen: string;

  deviceCheck: string;
  joiningAs: (name: string) => string;
  cameraOff: string;
  openingCamera: string;
  noPicture: string;
  yourCamera: string;
  microphoneLevel: string;
  microphone: string;
  camera: string;
  speaker: string;
  isOn: (device: string) => string;
  isOff: (device: string) => string;
  chooseMicrophone: string;
  chooseCamera: string;
  defaultDevice: string;
  noDevice: string;
  unnamedDevice: string;
  devicesBlocked: string;
  devicesFailed: string;
  deviceFailed: string;
  isRecorded: string;
  join: string;

  controls: string;
  share: string;
  raiseHand: string;
  lowerHand: string;
  captions: string;
  noCaptions: string;
  chat: string;
  chatUnread: (count: number) => string;
  people: string;
  devices: string;
  more: string;
  leave: string;

  guest: string;
  showEveryone: string;
  peopleInClass: string;
  everyone: string;
  others: string;
  recorded: string;
  notRecorded: string;
  startsIn: (length: string) => string;
  left: (length: string) => string;
  timeIsUp: string;
  videoPaused: string;
  handsRaised: (names: string) => string;

  connecting: string;
  interrupted: { what: string; more: string };
  deviceOffline: { what: string; more: string };

  messages: string;
  message: string;
  noMessages: string;
  theSchool: string;
  messageTheClass: string;
  send: string;
  sending: string;
  notSent: string;

  muteAll: string;
  lowerAllHands: string;
  lockClass: string;
  unlockClass: string;
  endClass: string;
  endForAll: string;
  here: (count: number) => string;
  notHere: (count: number) => string;
  removed: string;
  letBackIn: string;
  letPersonBackIn: (name: string) => string;
  mute: string;
  muted: string;
  mutePerson: (name: string) => string;
  lowerHandOf: (name: string) => string;
  remove: string;
  removePerson: (name: string) => string;
  askRemove: (name: string) => string;
  cancel: string;
  noAnswer: string;

  you: (name: string) => string;
  instructor: string;
  handRaised: string;
  screenOf: (name: string) => string;
  pin: string;
  unpin: string;
  pinTile: (label: string) => string;
  fullScreen: string;
  fullScreenTile: (label: string) => string;
}
