"""Pages that review drafts."""
