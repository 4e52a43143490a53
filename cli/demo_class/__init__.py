"""The demo class: its script, its three voices, and the process in which they speak in a real room."""
