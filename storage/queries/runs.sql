-- name: admit
-- Inserts the running row, or nothing when the thread is busy or the key is taken.
insert into run (id, thread_id, owner, lease_expires_at, idempotency_key, user_message_seq,
                 assistant_message_id, model, permissions, as_of)
values (%(id)s, %(thread_id)s, %(owner)s, clock_timestamp() + make_interval(secs => %(lease_s)s),
        %(idempotency_key)s, %(user_message_seq)s, %(assistant_message_id)s, %(model)s, %(permissions)s, %(as_of)s)
on conflict do nothing
returning *;

-- name: running
-- The running run of the thread, even one whose lease has passed.
select * from run where thread_id = %(thread_id)s and status = 'running';

-- name: latest
-- The run of the thread that was admitted last.
select * from run where thread_id = %(thread_id)s order by started_at desc, id desc limit 1;

-- name: get_run
-- One run by its id.
select * from run where id = %(run_id)s;

-- name: find_by_idempotency_key
-- The run that this key has started, unless it failed.
select * from run
 where thread_id = %(thread_id)s and idempotency_key = %(idempotency_key)s and status <> 'failed';

-- name: find_by_user_message
-- The newest run that answers this user message, unless it failed.
select * from run
 where thread_id = %(thread_id)s and user_message_seq = %(user_message_seq)s and status <> 'failed'
 order by started_at desc, id desc limit 1;

-- name: close_expired
-- Ends the run whose process has let its lease pass.
update run set status = 'failed', error_code = 'run_interrupted', ended_at = clock_timestamp()
 where thread_id = %(thread_id)s and status = 'running' and lease_expires_at < clock_timestamp()
returning *;

-- name: renew_lease
-- Keeps the run ours, if this attempt still holds it.
update run set lease_expires_at = clock_timestamp() + make_interval(secs => %(lease_s)s)
 where id = %(run_id)s and attempt = %(attempt)s and owner = %(owner)s and status = 'running';

-- name: request_cancel
-- Asks whoever runs it to stop.
update run set cancel_requested = true where id = %(run_id)s and status = 'running';

-- name: is_cancel_requested
-- Whether somebody asked for a stop.
select cancel_requested from run where id = %(run_id)s;

-- name: finish
-- Ends the run, if this attempt still holds it; a zombie's result touches no row.
update run set status = %(status)s, error_code = %(error_code)s, ended_at = clock_timestamp(),
               input_tokens = %(input_tokens)s, output_tokens = %(output_tokens)s
 where id = %(run_id)s and attempt = %(attempt)s and status = 'running';
