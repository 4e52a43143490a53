"""What a class leaves: recording, transcript, documentation, files."""
