"""Classes by week, day and month: see them, and move them by dragging or by keys."""
