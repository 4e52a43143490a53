"""Touch the world: one class per contract of workflows/contracts, dependencies by constructor."""
