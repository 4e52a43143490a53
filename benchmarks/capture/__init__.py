"""The cost of the recorder, compared with a bare subscriber that only counts frames."""
