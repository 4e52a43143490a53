"""The school that `homeroom sample` loads: its people, its timetable, and the record of its past weeks."""
