"""The class of `homeroom demo`: its school, script and synthetic voices, which speak in a real LiveKit room."""
