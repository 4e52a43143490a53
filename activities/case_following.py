"""Follows one exception case: reads it, tells people of it, wakes it."""

from temporalio import activity

from activities.progress import utc_now
from domain.cases.following import CaseView
from services.case_alerts import CaseAlerts
from workflows.contracts.cases import CaseFollowing, CaseRef, TellInput


class CaseFollowingActivities(CaseFollowing):
    def __init__(self, alerts: CaseAlerts) -> None:
        self._alerts = alerts

    @activity.defn(name="look_at_case")
    async def look(self, case: CaseRef) -> CaseView:
        return await self._alerts.look(case.organization_id, case.case_id, utc_now())

    @activity.defn(name="tell_of_case")
    async def tell(self, telling: TellInput) -> int:
        ref = telling.case
        return await self._alerts.tell(
            ref.organization_id, ref.case_id, telling.reason, telling.level, telling.reminders, utc_now()
        )

    @activity.defn(name="wake_case")
    async def wake(self, case: CaseRef) -> None:
        await self._alerts.wake(case.organization_id, case.case_id, utc_now())
