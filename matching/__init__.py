"""Plans which instructor teaches which class: plan, rank, repair and explain, from values to values."""
