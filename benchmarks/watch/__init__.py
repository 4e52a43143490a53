"""What a look of the room watch costs, by the number of sessions that run."""
