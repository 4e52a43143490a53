"""What use cases take: validated values that routes, forms and imports fill alike."""
