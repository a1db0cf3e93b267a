"""Every table belongs to a tenant under forced row level security, which binds the runtime role."""

import re
from pathlib import Path

from storage.embedded import EmbeddedServer
from tests.integration.storage.catalog import ask, policies, tables, views

# Tables that hold nothing of any shop. A new one needs a reason here.
NOT_OF_A_TENANT = {
    "public.alembic_version",
    # The job engine's: who works on what. A job names a shop and a row of it, and holds nothing of either.
    "jobs.procrastinate_jobs",
    "jobs.procrastinate_events",
    "jobs.procrastinate_periodic_defers",
    "jobs.procrastinate_workers",
}
# What the role that looks across shops may read, column by column, and the functions that do it. Each is
# reviewed: it takes an id, and gives ids and the tenant back.
SEEN_ACROSS_SHOPS = {
    ("public.run", "tenant_id"),
    ("public.run", "user_id"),
    ("public.run", "id"),
    # How much a whole shop runs and has used: within the caller's shop alone, as sums.
    ("public.run", "status"),
    ("public.run", "lease_expires_at"),
    ("public.run", "background"),
    *(
        ("public.usage_day", column)
        for column in (
            "tenant_id",
            "user_id",
            "day",
            "currency",
            "input_tokens",
            "output_tokens",
            "cost",
        )
    ),
    ("public.api_key", "tenant_id"),
    ("public.api_key", "id"),
    *(("public.approval", column) for column in ("tenant_id", "id", "requested_by", "status", "expires_at")),
    ("public.plan_version", "tenant_id"),
    ("public.plan_version", "id"),
    ("public.plan_version", "requested_by"),
    *(("public.report_schedule", column) for column in ("tenant_id", "id", "active", "next_at")),
    *(("public.report", column) for column in ("tenant_id", "id", "status", "touched_at", "created_at")),
    *(
        ("public.report_delivery", column)
        for column in ("tenant_id", "id", "report_id", "status", "touched_at")
    ),
    *(("public.capacity_hold", column) for column in ("tenant_id", "id", "expires_at")),
    *(("public.quiz", column) for column in ("tenant_id", "user_id", "expires_at")),
    *(
        ("public.alert", column)
        for column in ("tenant_id", "id", "active", "look_from", "look_by", "data_version")
    ),
    *(("public.tenant_settings", column) for column in ("tenant_id", "data_version")),
}
REVIEWED = {
    "expired_approvals",
    "runs_without_owner",
    "person_of_run",
    "person_of_plan_version",
    "shop_of_api_key",
    "room_for_turn",
    "background_runs",
    "shops_with_expired_holds",
    "people_with_expired_quizzes",
    "due_report_schedules",
    "due_alerts",
    "stranded_reports",
    "stranded_report_deliveries",
    "shops_with_old_reports",
}
# Run as the owner, for what only an owner may do: they take no argument and give nothing back.
OWNERS_OWN = {"turn_event_partitions", "turn_span_partitions", "count_plan_rows"}
# Indexes that do not begin with the tenant, because they must hold across shops.
ACROSS_SHOPS = {
    "machine_no_key",
    "booking_one_at_a_time",
    "api_key_by_id",
    "run_lease",
    "report_schedule_due",
    "report_unfinished",
    "report_delivery_waiting",
    "alert_due",
    "quiz_expires",
    "alembic_version_pkc",
}

TENANT = "(tenant_id = NULLIF(current_setting('app.tenant'::text, true), ''::text))"
PERSON = f"({TENANT} AND (user_id = NULLIF(current_setting('app.user'::text, true), ''::text)))"


def test_a_table_without_a_tenant_is_on_the_list_of_exceptions(server: EmbeddedServer) -> None:
    assert {table.name for table in tables(server) if not table.has_tenant} == NOT_OF_A_TENANT


def test_every_table_of_a_tenant_has_forced_row_level_security(server: EmbeddedServer) -> None:
    assert [t.name for t in tables(server) if t.has_tenant and not (t.forced and t.enabled)] == []


def test_every_view_is_of_tenants_and_looks_with_the_rights_of_who_asks(server: EmbeddedServer) -> None:
    """Else it would look with its owner's, and past row level security if that is a superuser."""
    found = views(server)
    assert [view.name for view in found] == ["public.readable_passage"]
    assert [view.name for view in found if not (view.has_tenant and view.forced)] == []


def test_every_table_of_a_tenant_has_exactly_one_policy_and_it_has_the_safe_form(
    server: EmbeddedServer,
) -> None:
    wanted = {
        table.name: (PERSON if table.personal else TENANT)
        for table in tables(server, partitions=True)
        if table.has_tenant
    }
    found = [policy for policy in policies(server) if policy.name != "of_dispatch"]
    assert len(found) == len(wanted)
    assert {policy.table_name: policy.using for policy in found} == wanted
    assert {policy.table_name: policy.checked for policy in found} == wanted
    assert {(policy.command, policy.roles) for policy in found} == {("ALL", "{public}")}


def test_a_tenant_can_be_neither_null_nor_empty(server: EmbeddedServer) -> None:
    loose = ask(
        server,
        """
        select c.oid::regclass::text from pg_class c join pg_attribute a on a.attrelid = c.oid
         where c.relkind in ('r', 'p') and a.attname in ('tenant_id', 'user_id')
           and (not a.attnotnull or not exists (
             select from pg_constraint k where k.conrelid = c.oid and k.contype = 'c'
                and pg_get_constraintdef(k.oid) ~ ('\\(' || a.attname || ' <> ''''')))
        """,
    )
    assert loose == []


def test_every_foreign_key_stays_within_the_tenant(server: EmbeddedServer) -> None:
    keys = ask(
        server,
        "select conname, pg_get_constraintdef(oid) from pg_constraint"
        " where contype = 'f' and connamespace <> 'jobs'::regnamespace",
    )
    assert len(keys) > 20
    assert [name for name, text in keys if not str(text).startswith("FOREIGN KEY (tenant_id")] == []


def test_every_index_begins_with_the_tenant(server: EmbeddedServer) -> None:
    found = ask(
        server,
        """
        select c.relname from pg_index i join pg_class c on c.oid = i.indexrelid
          join pg_namespace n on n.oid = c.relnamespace
         where n.nspname in ('public', 'langgraph')
           and not exists (select from pg_attribute a where a.attrelid = i.indrelid and a.attnum = i.indkey[0]
                              and a.attname = 'tenant_id')
        """,
    )
    assert {name for (name,) in found} == ACROSS_SHOPS


def test_every_foreign_key_has_an_index_that_finds_its_rows(server: EmbeddedServer) -> None:
    """Else deleting a machine reads every booking of the shop."""
    missing = ask(
        server,
        """
        select k.conname from pg_constraint k
         where k.contype = 'f' and k.confrelid <> 'tenant_settings'::regclass
           and k.connamespace <> 'jobs'::regnamespace
           -- the two leading columns of some index are tenant and the reference
           and not exists (select from pg_index i where i.indrelid = k.conrelid and i.indkey[0] = k.conkey[1]
                              and i.indkey[1] = any (k.conkey[2:]))
        """,
    )
    allowed = {("tenant_settings_site_calendar",), ("work_center_tenant_id_skill_id_fkey",)}
    assert set(missing) <= allowed


def test_the_runtime_role_owns_nothing_and_cannot_pass_row_level_security(server: EmbeddedServer) -> None:
    assert ask(
        server,
        """
        select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication,
               (select count(*) from pg_class where relowner = r.oid),
               (select count(*) from pg_auth_members where member = r.oid)
          from pg_roles r where rolname = 'leadhand_app'
        """,
    ) == [(False, False, False, False, False, 0, 0)]


def test_the_runtime_role_can_only_read_and_change_rows(server: EmbeddedServer) -> None:
    """TRUNCATE passes row level security; temporary tables would stand before ours in the search path."""
    rights = ask(
        server,
        """
        select distinct privilege_type from information_schema.role_table_grants
         where grantee in ('leadhand_app', 'PUBLIC') and table_schema in ('public', 'langgraph', 'jobs')
        """,
    )
    assert {right for (right,) in rights} <= {"SELECT", "INSERT", "UPDATE", "DELETE"}
    assert ask(
        server,
        """
        select has_database_privilege('leadhand_app', 'leadhand', 'TEMP'),
               has_database_privilege('leadhand_app', 'leadhand', 'CREATE'),
               has_schema_privilege('leadhand_app', 'public', 'CREATE'),
               has_schema_privilege('leadhand_app', 'langgraph', 'CREATE'),
               has_schema_privilege('leadhand_app', 'jobs', 'CREATE'),
               has_table_privilege('leadhand_app', 'alembic_version', 'INSERT,UPDATE,DELETE')
        """,
    ) == [(False,) * 6]


def test_no_function_runs_with_its_owners_rights_unless_reviewed(server: EmbeddedServer) -> None:
    found = ask(
        server,
        """
        select p.proname, p.proowner::regrole::text, array_to_string(p.proconfig, '; '),
               (select string_agg(grantee::regrole::text, ',') from aclexplode(p.proacl)
                 where grantee <> p.proowner)
          from pg_proc p join pg_namespace n on n.oid = p.pronamespace
         where n.nspname not in ('pg_catalog', 'information_schema') and p.prosecdef
        """,
    )
    path = "search_path=pg_catalog, pg_temp"
    assert set(found) == {(name, "leadhand_dispatch", path, "leadhand_app") for name in REVIEWED} | {
        (name, "leadhand_owner", path, "leadhand_app") for name in OWNERS_OWN
    }


def test_a_partition_is_reached_through_its_table_alone(server: EmbeddedServer) -> None:
    found = ask(
        server,
        """
        select c.relname, c.relrowsecurity and c.relforcerowsecurity,
               has_table_privilege('leadhand_app', c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE')
          from pg_class c where c.relispartition and c.relkind = 'r'
        """,
    )
    assert len(found) >= 8
    assert {row[1:] for row in found} == {(True, False)}


def test_the_role_that_looks_across_shops_reads_ids_of_few_tables_and_nothing_else(
    server: EmbeddedServer,
) -> None:
    readable = ask(
        server,
        """
        select table_schema || '.' || table_name, column_name, privilege_type
          from information_schema.column_privileges where grantee = 'leadhand_dispatch'
        """,
    )
    assert set(readable) == {(table, column, "SELECT") for table, column in SEEN_ACROSS_SHOPS}
    across = [policy for policy in policies(server) if policy.name == "of_dispatch"]
    assert {policy.table_name for policy in across} == {table for table, _ in SEEN_ACROSS_SHOPS}
    assert {(policy.command, policy.roles, policy.using) for policy in across} == {
        ("SELECT", "{leadhand_dispatch}", "true")
    }
    assert ask(
        server,
        """
        select rolcanlogin, rolsuper, rolbypassrls, has_schema_privilege(oid, 'public', 'CREATE'),
               (select count(*) from pg_class where relowner = r.oid),
               has_schema_privilege(oid, 'jobs', 'USAGE'), pg_has_role('leadhand_app', oid, 'MEMBER')
          from pg_roles r where rolname = 'leadhand_dispatch'
        """,
    ) == [(False, False, False, False, 0, False, False)]


def test_settings_of_a_session_are_never_changed_for_longer_than_a_transaction() -> None:
    """Behind a pooler the next client would inherit them: a shop would read another shop's rows."""
    root = Path(__file__).parents[3]
    folders = (
        "leadhand",
        "planning",
        "models",
        "storage",
        "jobs",
        "knowledge",
        "memory",
        "tools",
        "graph",
        "runs",
        "server",
        "cli",
    )
    lasting = re.compile(
        r"set_config\s*\((?:[^()]|\([^()]*\))*,\s*false\s*\)|^\s*set\s+(?:session\s+)?app\.|\bset\s+session\b",
        re.IGNORECASE | re.MULTILINE,
    )
    offenders = [
        str(path.relative_to(root))
        for folder in folders
        for path in (root / folder).rglob("*")
        if path.suffix in {".py", ".sql"} and lasting.search(path.read_text(encoding="utf-8"))
    ]
    assert offenders == []
