"""Exception cases: their kinds and who gets them."""
