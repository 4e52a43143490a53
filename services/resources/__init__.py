"""What people of an organization make and change: each kind described once, served alike."""
