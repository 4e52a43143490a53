"""Settings, logging and the Temporal client, for the doors; everything else takes values in its constructor."""
