"""Response bodies of the API, mapped explicitly from database rows and views."""
