"""What reaches open pages and programs at once: streams, the board, the change feed; and events as they come in."""
