"""What the command groups of rotas, alert channels and members have besides: duty, test messages, preferences."""

from typing import Annotated

import typer

from cli.remote.caller import Caller, remote
from cli.remote.ids import ID_HELP, resolve_id

RotaId = Annotated[str, typer.Argument(metavar="ROTA", help=ID_HELP)]
ChannelId = Annotated[str, typer.Argument(metavar="CHANNEL", help=ID_HELP)]
MemberId = Annotated[str, typer.Argument(metavar="MEMBER", help=ID_HELP)]
ROTAS, CHANNELS, MEMBERS = "/v1/rotas", "/v1/alert-channels", "/v1/members"


def add_duty(app: typer.Typer) -> None:
    @app.command("on-duty")
    @remote
    def on_duty(
        caller: Caller,
        rota: RotaId,
        at: Annotated[str, typer.Option(help="Defaults to now.")] = "",
        until: Annotated[str, typer.Option(help="List each hand-over before it too.")] = "",
    ) -> None:
        """Show who is on duty, and with --until each hand-over from then on."""
        query = {"at": caller.moment(at) if at else None, "until": caller.moment(until) if until else None}
        duties = caller.api.get(f"{_rota(caller, rota)}/on-duty", **query)
        rows = [
            {"from": duty["at"], "member": (duty["member"] or {}).get("name", "nobody")} for duty in duties
        ]
        caller.screen.rows(duties if caller.screen.as_json else rows, "from", "member")

    @app.command()
    @remote
    def override(
        caller: Caller,
        rota: RotaId,
        member: Annotated[str, typer.Option(help=f"Who stands in. {ID_HELP}")],
        until: Annotated[str, typer.Option("--to", help="End, such as “tomorrow 9:00”.")],
        since: Annotated[str, typer.Option("--from", help="Start. Defaults to now.")] = "now",
    ) -> None:
        """Give somebody duty in place of whoever's turn it is."""
        body = {
            "member_id": resolve_id(caller.api, MEMBERS, member),
            "starts_at": caller.moment(since),
            "ends_at": caller.moment(until),
        }
        made = caller.api.post(f"{_rota(caller, rota)}/overrides", body)
        caller.screen.done(made["id"], made)

    @app.command()
    @remote
    def overrides(caller: Caller, rota: RotaId) -> None:
        """List the overrides that are not over."""
        rows = caller.api.get(f"{_rota(caller, rota)}/overrides")
        caller.screen.rows(rows, "starts_at", "ends_at", "member_id", "created_by", "id")

    @app.command("remove-override")
    @remote
    def remove_override(
        caller: Caller, rota: RotaId, override: Annotated[str, typer.Argument(help="Its id.")]
    ) -> None:
        """Remove an override."""
        caller.api.delete(f"{_rota(caller, rota)}/overrides/{override}")
        caller.screen.done("Removed.", {"id": override, "done": "removed"})


def add_test(app: typer.Typer) -> None:
    @app.command()
    @remote
    def test(caller: Caller, channel: ChannelId) -> None:
        """Send a test message at once, and say whether the channel took it."""
        result = caller.api.post(f"{CHANNELS}/{resolve_id(caller.api, CHANNELS, channel)}/test")
        refused = f"Not taken: {result['detail']} ({result['code']})"
        caller.screen.done("The channel took it." if result["delivered"] else refused, result)
        if not result["delivered"]:
            raise typer.Exit(1)


def add_alerts(app: typer.Typer) -> None:
    @app.command()
    @remote
    def alerts(
        caller: Caller,
        member: MemberId,
        quiet_from: Annotated[str | None, typer.Option(help="Such as 22:00. Empty: no quiet hours.")] = None,
        quiet_until: Annotated[str | None, typer.Option(help="Such as 07:00.")] = None,
        only_critical: Annotated[
            bool | None, typer.Option("--only-critical/--all-severities", help="Tell of critical ones only.")
        ] = None,
    ) -> None:
        """Show when a member is told of exceptions, or set it."""
        path = f"{MEMBERS}/{resolve_id(caller.api, MEMBERS, member)}/alert-preferences"
        current = caller.api.get(path)
        given = {"quiet_from": quiet_from, "quiet_until": quiet_until, "only_critical": only_critical}
        changed = {name: None if value == "" else value for name, value in given.items() if value is not None}
        if changed.get("quiet_from", "") is None:
            changed["quiet_until"] = None
        caller.screen.record(caller.api.put(path, current | changed) if changed else current)


def _rota(caller: Caller, rota: str) -> str:
    return f"{ROTAS}/{resolve_id(caller.api, ROTAS, rota)}"
