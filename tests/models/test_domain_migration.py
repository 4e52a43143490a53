"""The migration to proven domains leaves each domain with the first provider in use that names it."""

from uuid import uuid4

import psycopg
import pytest

from models.migrate import upgrade
from tests.stack import TestPostgres

pytestmark = pytest.mark.adapter

BEFORE, PROVEN = "0026", "0027"
_FILL = """
insert into region values ('local', 'Local') on conflict do nothing;
insert into organization (id, name, region, time_zone, language, version, created_at)
    select id, 'Harbour', 'local', 'UTC', 'en', 1, now() from unnest(%(orgs)s::uuid[]) as id;
insert into identity_provider (id, organization_id, issuer, client_id, client_secret, domains, addresses_verified,
                               version, created_at, retired_at)
    values (gen_random_uuid(), %(first)s, 'https://a.example', 'c', 's', '["a.example", "b.example"]', false, 1,
            now() - interval '2 days', null),
           (gen_random_uuid(), %(second)s, 'https://b.example', 'c', 's', '["c.example"]', false, 1,
            now() - interval '3 days', now()),
           (gen_random_uuid(), %(second)s, 'https://b.example', 'c', 's', '["b.example", "d.example"]', false, 1,
            now() - interval '1 day', null);
"""


def test_domains_of_providers_in_use_stay_with_the_first_of_them(postgres_server: TestPostgres) -> None:
    first, second = uuid4(), uuid4()
    urls = postgres_server.create_database()
    upgrade(urls.owner, BEFORE)
    with psycopg.connect(urls.superuser, cursor_factory=psycopg.ClientCursor) as connection:
        connection.execute(_FILL, {"orgs": [first, second], "first": first, "second": second})
    upgrade(urls.owner, PROVEN)
    with psycopg.connect(urls.superuser) as connection:
        query = "select domain, organization_id, proof from proven_domain order by domain"
        kept = connection.execute(query).fetchall()
        leads = "select organization_id from identity_provider_by_domain(%s)"
        led = [connection.execute(leads, [domain]).fetchall() for domain in ("b.example", "c.example")]
    assert kept == [
        ("a.example", first, "claim"),
        ("b.example", first, "claim"),
        ("d.example", second, "claim"),
    ]
    assert led == [[(first,)], []]
    postgres_server.drop_database(urls.name)
