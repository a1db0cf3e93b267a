-- name: lock_queue
-- One person at a time of a shop adds a proposal, so that the bound on waiting ones holds.
select pg_advisory_xact_lock(0x6c687270, hashtext(current_setting('app.tenant')));

-- name: fail_lost
-- Ends proposals that nobody works on any more: their job is gone, and it can have told nobody.
update plan_version v
   set status = 'failed', error_code = %(error_code)s, ended_at = clock_timestamp()
 where v.status in ('queued', 'running')
   and not exists (select from jobs.procrastinate_jobs j
                    where j.task_name = %(task)s and j.status in ('todo', 'doing')
                      and j.args ->> 'tenant_id' = v.tenant_id and j.args ->> 'row_id' = v.id::text);

-- name: count_open
-- How many proposals of the shop wait or are computed.
select count(*) from plan_version where status in ('queued', 'running');

-- name: find_open
-- A proposal of the same person about the same that is not over yet.
select v.*, (select s.data_version from tenant_settings s where s.tenant_id = v.tenant_id) as data_version_now,
       (select max(w.applied_at) from plan_write w where w.applies = v.id and w.undone_by is null) as applied_at
  from plan_version v
 where v.status in ('queued', 'running') and not v.cancel_requested
   and v.requested_by = current_setting('app.user') and v.request - 'said' = %(request)s - 'said'
 order by v.created_at desc limit 1;

-- name: add
-- A proposal that waits to be computed.
insert into plan_version (id, permissions, as_of, request)
values (%(id)s, %(permissions)s::text[], %(as_of)s, %(request)s);

-- name: prune
-- Forgets proposals that are over: all but the newest so many, and those of long ago.
delete from plan_version
 where status not in ('queued', 'running')
   and (id not in (select id from plan_version order by created_at desc, id desc limit %(keep)s)
        or created_at < clock_timestamp() - make_interval(days => %(keep_days)s));

-- name: get
-- One proposal, and the version at which the shop's plan is now.
select v.*, (select s.data_version from tenant_settings s where s.tenant_id = v.tenant_id) as data_version_now,
       (select max(w.applied_at) from plan_write w where w.applies = v.id and w.undone_by is null) as applied_at
  from plan_version v where v.id = %(id)s;

-- name: newest
-- The shop's newest proposal.
select v.*, (select s.data_version from tenant_settings s where s.tenant_id = v.tenant_id) as data_version_now,
       (select max(w.applied_at) from plan_write w where w.applies = v.id and w.undone_by is null) as applied_at
  from plan_version v order by v.created_at desc, v.id desc limit 1;

-- name: count_changes
-- How many bookings a proposal changes.
select count(*) from plan_change where plan_version_id = %(id)s;

-- name: changes
-- The first bookings that a proposal changes.
select seq, order_id, operation_id, before, after from plan_change
 where plan_version_id = %(id)s order by seq limit %(most)s;

-- name: request_cancel
-- One that waits is over at once; one that is computed is asked to stop.
update plan_version
   set cancel_requested = true,
       status = case status when 'queued' then 'cancelled' else status end,
       ended_at = case status when 'queued' then clock_timestamp() end
 where id = %(id)s and status in ('queued', 'running');

-- name: claim
-- The next attempt at a proposal, which the attempt before no longer holds; nothing when it is over.
update plan_version
   set status = 'running', attempt = attempt + 1, started_at = coalesce(started_at, clock_timestamp())
 where id = %(id)s and status in ('queued', 'running')
returning attempt, cancel_requested;

-- name: report
-- How far this attempt is; gives back whether it shall stop, and nothing when it no longer holds the proposal.
update plan_version
   set progress = coalesce(%(progress)s, progress), base_data_version = coalesce(%(base_data_version)s, base_data_version)
 where id = %(id)s and attempt = %(attempt)s and status = 'running'
returning cancel_requested;

-- name: settle
-- Ends the proposal with what was found, if this attempt still holds it; one that was cancelled stays cancelled.
update plan_version
   set status = %(status)s, error_code = %(error_code)s, ended_at = clock_timestamp(),
       expires_at = case %(status)s when 'proposed' then clock_timestamp() + make_interval(hours => %(keep_hours)s) end,
       progress = coalesce(%(progress)s, progress),
       base_data_version = coalesce(%(base_data_version)s, base_data_version),
       solver_version = %(solver_version)s, score_before = %(score_before)s,
       score_after = %(score_after)s, bound_min = %(bound_min)s, gap_pct = %(gap_pct)s, optimal = %(optimal)s,
       reproducible = %(reproducible)s, outcome = %(outcome)s
 where id = %(id)s and attempt = %(attempt)s and status = 'running'
   and (%(status)s = 'cancelled' or not cancel_requested);

-- name: add_changes
-- The bookings that a proposal changes, in one statement.
insert into plan_change (plan_version_id, seq, order_id, operation_id, before, after)
select %(id)s, g.seq, g.order_id, g.operation_id, g.before, g.after
  from jsonb_to_recordset(%(changes)s)
       as g (seq int, order_id text, operation_id text, before jsonb, after jsonb);
