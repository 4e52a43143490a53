"""Server-rendered pages for people, one package per area with its templates."""
