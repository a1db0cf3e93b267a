-- name: begin_tenant
-- First statement of every transaction: who asks, and its limits; all of it ends with the transaction.
select set_config('app.tenant', %(tenant_id)s, true),
       set_config('app.user', %(user_id)s, true),
       set_config('search_path', %(search_path)s, true),
       set_config('timezone', 'UTC', true),
       set_config('statement_timeout', %(statement_timeout)s, true),
       set_config('lock_timeout', %(lock_timeout)s, true),
       set_config('idle_in_transaction_session_timeout', %(idle_timeout)s, true);

-- name: begin_trip
-- The same for a transaction of one round trip, whose parameters have numbers.
select set_config('app.tenant', $1, true),
       set_config('app.user', $2, true),
       set_config('search_path', $3, true),
       set_config('timezone', 'UTC', true),
       set_config('statement_timeout', $4, true),
       set_config('lock_timeout', $5, true),
       set_config('idle_in_transaction_session_timeout', $6, true);

-- name: one_snapshot
-- Makes a reading transaction see one state of the database; must stand before the first query.
set transaction isolation level repeatable read, read only;

-- name: ping
-- Answers while the database does.
select 1;

-- name: describe_role
-- What makes the role we run as unsafe: rights that row level security does not bind.
select current_user::text as name,
       exists (select from pg_roles r where pg_has_role(current_user, r.oid, 'member') and r.rolsuper)
         as is_superuser,
       exists (select from pg_roles r where pg_has_role(current_user, r.oid, 'member') and r.rolbypassrls)
         as bypasses_rls,
       exists (select from pg_class c join pg_namespace n on n.oid = c.relnamespace
                where c.relkind in ('r', 'p', 'v', 'm', 'S')
                  and n.nspname not in ('pg_catalog', 'information_schema')
                  and n.nspname !~ '^pg_(toast|temp)'
                  and pg_has_role(current_user, c.relowner, 'member')) as owns_tables,
       to_regclass('public.alembic_version') is not null as has_schema;

-- name: schema_version
-- The revision that the database is at.
select version_num from public.alembic_version;
