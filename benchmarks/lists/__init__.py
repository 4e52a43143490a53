"""How fast every list of API and console answers in a small and a large school, and which tables it reads whole."""
