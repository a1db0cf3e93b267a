-- name: ownerless
-- Running runs whose lease has passed, of all shops: ids and nothing else.
select tenant_id, run_id from public.runs_without_owner(%(at_most)s);

-- name: offer
-- Takes a run from an attempt whose lease has passed, for whoever picks it up.
update run set attempt = attempt + 1, lost = lost + 1, owner = '', lease_expires_at = clock_timestamp()
 where id = %(run_id)s and attempt = %(attempt)s and status = 'running' and owner <> ''
   and lease_expires_at < clock_timestamp();

-- name: hand_over
-- Gives up a run that this attempt holds, for whoever picks it up.
update run set attempt = attempt + 1, owner = '', lease_expires_at = clock_timestamp()
 where id = %(run_id)s and attempt = %(attempt)s and owner = %(owner)s and status = 'running';

-- name: pick_up
-- Takes a run that is offered.
update run set owner = %(owner)s, lease_expires_at = clock_timestamp() + make_interval(secs => %(lease_s)s)
 where id = %(run_id)s and status = 'running' and owner = ''
returning *, extract(epoch from clock_timestamp() - started_at)::float8 as age_s;

-- name: seize
-- Takes a run whose lease has passed, or that is offered, to end it.
update run set attempt = attempt + 1, owner = %(owner)s,
               lease_expires_at = clock_timestamp() + make_interval(secs => %(lease_s)s)
 where id = %(run_id)s and attempt = %(attempt)s and status = 'running'
   and (owner = '' or lease_expires_at < clock_timestamp())
returning *, extract(epoch from clock_timestamp() - started_at)::float8 as age_s;

-- name: hold
-- Fails the transaction unless this attempt holds the run.
select public.hold_run($1, $2);
