"""What people read: notices and briefings, built from plain values with Jinja2 templates."""
