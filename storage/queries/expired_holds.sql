-- name: shops
-- Shops with quotes whose time is over.
select shop as tenant_id from public.shops_with_expired_holds(%(at_most)s) as shop;

-- name: lock_plan
-- In the order in which whoever writes the plan takes its locks: two orders could wait for one another.
select from tenant_settings where tenant_id = current_setting('app.tenant') for no key update;

-- name: free_capacity
-- What the shop's expired quotes hold is free.
delete from booking b using capacity_hold h where h.id = b.quote_id and h.expires_at <= clock_timestamp();

-- name: forget
-- The shop's expired quotes.
delete from capacity_hold where expires_at <= clock_timestamp();
