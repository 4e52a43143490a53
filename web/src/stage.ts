// Which tile takes the stage: the pinned one, else a shared screen, else whoever speaks. The others are in the strip.

export type Candidate = { key: string; identity: string; screen: boolean; local: boolean };
export type Speaker = { identity: string | undefined; since: number }; // since: milliseconds

const HOLDS = 2_000; // milliseconds for which a speaker keeps the stage, so that a cough does not take it
export const MOST_SIDE_BY_SIDE = 2; // tiles that are all large, without a stage

export const nobody: Speaker = { identity: undefined, since: 0 };

// Who has the stage after `speaking` are the others who speak now, the loudest first.
export function nextSpeaker(current: Speaker, speaking: readonly string[], now: number): Speaker {
  const [loudest] = speaking;
  if (loudest === undefined || speaking.includes(current.identity ?? "")) return current;
  if (current.identity !== undefined && now - current.since < HOLDS) return current;
  return { identity: loudest, since: now };
}

type Choice = { pinned: string | undefined; speaker: string | undefined; first: string | undefined; everyone: boolean };

// The key of the tile on the stage; undefined: all tiles are equal. `first` has the stage before anybody has spoken.
export function onStage(tiles: readonly Candidate[], choice: Choice): string | undefined {
  const pinned = tiles.find((tile) => tile.key === choice.pinned);
  if (pinned) return pinned.key;
  const screen = tiles.findLast((tile) => tile.screen && !tile.local); // the own one would mirror itself
  if (screen) return screen.key;
  if (choice.everyone || tiles.length <= MOST_SIDE_BY_SIDE) return undefined;
  const others = tiles.filter((tile) => !tile.screen && !tile.local);
  const by = (identity: string | undefined) => others.find((tile) => tile.identity === identity);
  return (by(choice.speaker) ?? by(choice.first) ?? others[0])?.key;
}
