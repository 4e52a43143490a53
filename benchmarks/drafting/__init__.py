"""What a drafting engine finds of what was planted in classes, against summarisers that know no class."""
