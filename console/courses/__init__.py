"""Pages of courses: topics, curriculum plans, enrollment and booking a class."""
