-- name: append
-- Adds a flush to the log of a run that this attempt holds.
select public.append_run_events($1, $2, $3, $4);

-- name: read_after
-- The run's flushes after one, in order.
select seq, events from run_event where run_id = %(run_id)s and seq > %(seq)s order by seq limit %(limit)s;

-- name: last_of
-- How far the log of this attempt and those before it goes.
select max(seq) from run_event where run_id = %(run_id)s and attempt <= %(attempt)s;

-- name: read_all
-- The run's whole log, in order.
select seq, events from run_event where run_id = %(run_id)s order by seq;

-- name: follow
-- Says that a reader in another process wants to be told of news for a while; the run as it is.
with reader as (
  insert into run_reader as r (run_id, until)
  select id, clock_timestamp() + make_interval(secs => %(follow_s)s) from run where id = %(run_id)s and status = 'running'
  on conflict (tenant_id, user_id, run_id) do update set until = excluded.until
)
select status, error_code from run where id = %(run_id)s;

-- name: leave
-- The reader has gone; another one of the same run says so again with its next look.
delete from run_reader where run_id = %(run_id)s;

-- name: drop_of_runs
-- Removes the log of runs of the caller.
delete from run_event where run_id = any(%(run_ids)s);

-- name: turn_partitions
-- Makes the partitions that are needed and drops those that are not.
select public.turn_event_partitions();

-- name: unhurried
-- Lets the transaction be over before it is on disk.
select set_config('synchronous_commit', 'off', true);
