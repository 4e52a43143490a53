"""How far the transcript is behind a class that is going on."""
