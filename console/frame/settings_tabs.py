"""The tabs of the settings: the pages of the organization, its rules, and who is told or asked."""

from domain.people.access import Permission, Principal

_TABS = (
    ("Rules", "/settings", Permission.POLICY_READ),
    ("Organization", "/settings/organization", Permission.ORGANIZATION_READ),
    ("Sign-in", "/settings/sign-in", Permission.MEMBERS_MANAGE),
    ("Routing", "/settings/routing", Permission.ROUTING_READ),
    ("Scheduling", "/settings/scheduling", Permission.POLICY_READ),
    ("Closed days", "/settings/closures", Permission.POLICY_READ),
    ("Substitutes", "/settings/substitutes", Permission.POLICY_READ),
    ("Self-service", "/settings/self-service", Permission.POLICY_READ),
    ("On call", "/settings/rotas", Permission.ROUTING_READ),
    ("Channels", "/settings/channels", Permission.ROUTING_READ),
    ("API keys", "/settings/keys", Permission.KEYS_MANAGE),
    ("Change log", "/settings/audit", Permission.AUDIT_READ),
)


def tabs(who: Principal) -> list[tuple[str, str, None]]:
    return [(title, path, None) for title, path, needed in _TABS if who.may(needed)]
