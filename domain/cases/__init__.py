"""Exception cases: their kinds and how they are routed."""
