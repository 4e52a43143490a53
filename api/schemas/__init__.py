"""What the API answers, mapped explicitly from rows and views."""
