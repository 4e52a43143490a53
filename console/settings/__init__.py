"""Pages of the settings: rules, organization, API keys and the change log."""
