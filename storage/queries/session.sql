-- name: begin
-- Opens a transaction.
begin;

-- name: begin_snapshot
-- Opens one that sees one state of the database and cannot write.
begin isolation level repeatable read read only;

-- name: begin_tenant
-- First statement of every transaction: who asks, and its limits; all of it ends with the transaction.
select set_config('app.tenant', $1, true),
       set_config('app.user', $2, true),
       set_config('search_path', $3, true),
       set_config('timezone', 'UTC', true),
       set_config('statement_timeout', $4, true),
       set_config('lock_timeout', $5, true),
       set_config('idle_in_transaction_session_timeout', $6, true);

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
