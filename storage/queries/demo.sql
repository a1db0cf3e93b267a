-- name: try_lock
-- Whether this transaction may make the shop: false while another one does.
select pg_try_advisory_xact_lock(hashtextextended('leadhand demo ' || %(tenant_id)s, 0));

-- name: read_demo
-- How the shop was made, if it is a demo shop.
select size, seed, today from demo_shop where tenant_id = %(tenant_id)s;

-- name: record_demo
-- Marks the shop as a demo shop.
insert into demo_shop (tenant_id, size, seed, today)
values (%(tenant_id)s, %(size)s, %(seed)s, %(today)s)
on conflict (tenant_id) do update
   set size = excluded.size, seed = excluded.seed, today = excluded.today, made_at = clock_timestamp();
