// Says that the connection to the class is away, what that means, and what to do.

import { useTexts } from "./texts/language.ts";
import type { Connection } from "./useConnection.ts";

export function ConnectionBanner({ connection }: { connection: Connection }) {
  const texts = useTexts();
  switch (connection) {
    case "connected":
      return null;
    case "connecting":
      return <p className="banner">{texts.connecting}</p>;
    case "interrupted":
    case "offline": {
      const { what, more } = connection === "offline" ? texts.deviceOffline : texts.interrupted;
      return (
        <p className="banner">
          <strong>{what}</strong> {more}
        </p>
      );
    }
  }
}
