"""A student is added to a class outside of their hours: the page says why not, and takes a reason."""

import pytest

from tests.campus import School
from tests.links import open_link

pytestmark = pytest.mark.adapter


async def test_a_reason_adds_a_student_outside_of_their_hours(harbour: School) -> None:
    iris = await harbour.add_student()
    hours = [{"weekday": 0, "start": "02:00", "end": "02:10"}]
    await harbour.change(f"/v1/students/{iris}", {"class_hours": hours})
    session_id = await harbour.book()
    form, path = {"student_id": iris}, f"/sessions/{session_id}/people"
    async with harbour.campus.browser() as staff:
        await open_link(staff, harbour.campus.console_url(harbour.id))
        refused = await staff.post(path, data=form)
        assert refused.status_code == 409
        assert "outside the hours at which Iris Meyer can have classes" in refused.text
        assert 'name="override_reason"' in refused.text
        assert "Iris Meyer" not in await harbour.names(session_id)
        added = await staff.post(path, data=form | {"override_reason": "Her father asked for it."})
        assert "Her father asked for it." in added.text
    assert "Iris Meyer" in await harbour.names(session_id)
