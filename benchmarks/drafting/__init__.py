"""How many facts planted in classes a drafting engine finds, compared with generic summarisers."""
