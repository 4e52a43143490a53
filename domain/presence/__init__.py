"""Who is in a class: events, connections, attendance, engagement, live status."""
