"""The delay from a LiveKit webhook to the changed row in a browser, with all parts on one machine."""
