"""What every route of the API shares and HTTP asks for: errors, paging, ETags, limits, headers."""
