// Says that the connection to the class is away, what that means, and what to do.

import type { Connection } from "./useConnection.ts";

export function ConnectionBanner({ connection }: { connection: Connection }) {
  switch (connection) {
    case "connected":
      return null;
    case "connecting":
      return <p className="banner">Connecting…</p>;
    case "interrupted":
      return (
        <p className="banner">
          <strong>Reconnecting…</strong> Your connection to the class was interrupted, so the others can't see or hear
          you. You'll be back automatically. If it takes long, check your Wi-Fi or mobile data.
        </p>
      );
    case "offline":
      return (
        <p className="banner">
          <strong>Your device is offline.</strong> The others can't see or hear you. Turn on Wi-Fi or mobile data, and
          you'll be back automatically.
        </p>
      );
  }
}
