"""HTTP concerns shared by all routes: authentication, errors, idempotency, paging, ETags, limits, headers."""
