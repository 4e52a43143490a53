"""The page on which people who are asked answer about their classes of a plan."""
