-- Rights on the database itself. Run once, as a superuser, in the database `leadhand`. Safe to run again.

revoke all on database leadhand from public;
grant connect on database leadhand to leadhand_owner, leadhand_app;
-- No temporary objects for the runtime role: they would stand before our tables in the search path.
grant temporary on database leadhand to leadhand_owner;
revoke create on schema public from public;
grant usage, create on schema public to leadhand_owner;
grant usage on schema public to leadhand_app;

-- pgvector; only a superuser may install it in most places.
create extension if not exists vector;
