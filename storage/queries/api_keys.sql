-- name: shop_of_key
-- The shop of a key before any is known; the key itself is then read as that shop.
select public.shop_of_api_key(%(key_id)s);

-- name: key_in_force
-- What is needed to check a key, unless it is revoked or has expired.
select secret_sha256, acts_as, permissions,
       extract(epoch from expires_at - clock_timestamp())::float8 as expires_in_s
  from api_key
 where id = %(key_id)s and revoked_at is null and (expires_at is null or expires_at > clock_timestamp());

-- name: mark_used
-- Notes that the key is in use, at most once a minute.
update api_key set last_used_at = clock_timestamp()
 where id = %(key_id)s and (last_used_at is null or last_used_at < clock_timestamp() - interval '1 minute');

-- name: create_key
-- Keeps a new key of this shop.
insert into api_key (id, secret_sha256, name, acts_as, permissions, expires_at)
values (%(key_id)s, %(secret_sha256)s, %(name)s, %(acts_as)s, %(permissions)s, %(expires_at)s);

-- name: list_keys
-- The keys of this shop, newest first; nothing of their secrets.
select id, name, acts_as, permissions, created_at, last_used_at, expires_at, revoked_at
  from api_key order by created_at desc, id;

-- name: revoke_key
-- Ends a key for good; revoking it again keeps the first time.
update api_key set revoked_at = coalesce(revoked_at, clock_timestamp()) where id = %(key_id)s;
