-- The roles of Leadhand. Run once, as a superuser, on a server of your own; then
--
--   create database leadhand owner leadhand_owner;
--
-- then bootstrap_database.sql in that database, and give both login roles a password:
--
--   alter role leadhand_owner password '…';   -- LEADHAND_MIGRATION_URL
--   alter role leadhand_app   password '…';   -- LEADHAND_DATABASE_URL
--
-- The embedded Postgres is set up with the same two files. Safe to run again.

do $$
begin
  if not exists (select from pg_roles where rolname = 'leadhand_owner') then
    create role leadhand_owner login nosuperuser nobypassrls nocreaterole nocreatedb;
  end if;
  if not exists (select from pg_roles where rolname = 'leadhand_app') then
    create role leadhand_app login nosuperuser nobypassrls nocreaterole nocreatedb;
  end if;
  -- Will own the few reviewed functions that must look before a tenant is known. Nobody logs in as it.
  if not exists (select from pg_roles where rolname = 'leadhand_dispatch') then
    create role leadhand_dispatch nologin nosuperuser nobypassrls nocreaterole nocreatedb;
  end if;
  if not exists (
    select from pg_auth_members m
     where m.roleid = 'leadhand_dispatch'::regrole and m.member = 'leadhand_owner'::regrole
  ) then
    grant leadhand_dispatch to leadhand_owner with inherit false, set true;
  end if;
end
$$;
