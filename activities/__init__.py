"""The activities: one class per contract of workflows/contracts, with its dependencies in the constructor."""
