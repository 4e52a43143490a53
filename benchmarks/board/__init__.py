"""From an event of LiveKit's server to the row in a browser that changed, with all parts on one machine."""
