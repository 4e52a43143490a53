"""Settings, logging and the Temporal client. Read by the doors only; everything else takes values in its constructor."""
