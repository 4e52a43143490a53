"""What all pages share: their frame, forms, lists, histories, and who may see them."""
