"""Courses, their topics and plans, and booking a class of one."""
