"""A real OpenID Connect provider on loopback: Canaille, with its users and one client in SQLite.

`openid_provider()` runs `python -m tests.api.openid_provider PORT REDIRECT_URI FOLDER`, which serves until it is ended.
It uses SQLite because Canaille's in-memory database accepts any code of a client in place of any other.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx

from cli.local.ports import free_ports
from tests.stack import temporary_folder, wait_until

CLIENT_ID, CLIENT_SECRET = "homeroom", "the-client's-secret"
PASSWORD = "correct horse battery staple"
DOMAIN = "canaille.example"
USERS = (
    "ada",
    "grace",
    "stranger",
    "unverified",
    "denied",
    "mover",
    "heir",
)  # each with an address of the domain
_START_SECONDS = 200  # a busy machine takes long


@dataclass(frozen=True)
class Provider:
    issuer: str


def address_of(user: str) -> str:
    return f"{user}@{DOMAIN}"


@contextmanager
def openid_provider(redirect_uri: str) -> Iterator[Provider]:
    port = free_ports("provider")["provider"]
    issuer = f"http://127.0.0.1:{port}"
    with temporary_folder("provider") as folder:
        command = [sys.executable, "-m", "tests.api.openid_provider", str(port), redirect_uri, str(folder)]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_until(lambda: _answers(issuer), seconds=_START_SECONDS, what="Canaille serves")
            yield Provider(issuer)
        finally:
            process.terminate()
            process.wait(30)


def _answers(issuer: str) -> bool:
    try:
        return httpx.get(f"{issuer}/.well-known/openid-configuration").is_success
    except httpx.TransportError:
        return False


def _serve(port: int, redirect_uri: str, folder: str) -> None:
    from canaille import create_app
    from canaille.oidc import provider
    from joserfc.jwk import RSAKey
    from werkzeug.security import gen_salt
    from werkzeug.serving import make_server

    # Without something random in them, the access tokens of a person who signs in twice within a second are one token,
    # which the second sign-in then cannot store.
    sign = provider.generate_id_token
    provider.generate_id_token = lambda **claims: sign(**claims, nonce=gen_salt(22))
    app = create_app(
        config={
            "SECRET_KEY": "a-secret-of-thirty-two-characters-or-more",
            "SERVER_NAME": f"127.0.0.1:{port}",
            "PREFERRED_URL_SCHEME": "http",
            "CANAILLE": {"DATABASE": "sql", "SMTP": None},
            "CANAILLE_SQL": {"DATABASE_URI": f"sqlite:///{folder}/canaille.sqlite"},
            "CANAILLE_OIDC": {
                "ACTIVE_JWKS": [RSAKey.generate_key(2048, auto_kid=True).as_dict(private=True)]
            },
        },
        init_backend=True,
    )
    # Canaille verifies addresses but does not say so: this claim does.
    verified = (
        "{% if user.user_name == 'denied' %}false{% elif user.user_name != 'unverified' %}true{% endif %}"
    )
    app.config["CANAILLE_OIDC"]["USERINFO_MAPPING"]["EMAIL_VERIFIED"] = verified
    with app.app_context():
        _fill(app.backend, redirect_uri)
    make_server("127.0.0.1", port, app, threaded=True).serve_forever()


def _fill(backend: object, redirect_uri: str) -> None:
    from canaille.app import models

    for user in USERS:
        backend.save(  # type: ignore[attr-defined]
            models.User(
                user_name=user,
                formatted_name=user.capitalize(),
                family_name=user.capitalize(),
                emails=[address_of(user)],
                password=PASSWORD,
            )
        )
    client = models.Client(
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
        client_name="Homeroom",
        client_uri=redirect_uri.rpartition("/sign-in")[
            0
        ],  # on loopback, for which Canaille shows no consent page
        redirect_uris=[redirect_uri],
        grant_types=["authorization_code"],
        response_types=["code"],
        scope=["openid", "email"],
        token_endpoint_auth_method="client_secret_basic",
    )
    backend.save(client)  # type: ignore[attr-defined]
    client.audience = [client]
    backend.save(client)  # type: ignore[attr-defined]


if __name__ == "__main__":
    _serve(int(sys.argv[1]), *sys.argv[2:])
