"""The cost of one look of the room watch at all rooms, by the number of running sessions."""
