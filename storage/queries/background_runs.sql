-- name: taken
-- How many background runs of the caller's shop, and of the caller, are queued or running.
select of_shop, of_user from background_runs();

-- name: newest
-- A page of the caller's background runs, the newest first, after one.
select r.*, t.chat_id
  from run r join thread t on t.id = r.thread_id
 where r.background and (%(before)s::uuid is null or r.id < %(before)s)
 order by r.id desc
 limit %(limit)s;

-- name: find
-- One of the caller's runs, with its conversation and the run that goes on with its answer.
select r.*, t.chat_id,
       (select n.id from run n
         where n.thread_id = r.thread_id and n.assistant_message_id = r.assistant_message_id and n.id > r.id
         order by n.id limit 1) as next_run_id
  from run r join thread t on t.id = r.thread_id
 where r.id = %(run_id)s;

-- name: last_flushes
-- The end of the run's log, the last flush first.
select seq, events from run_event where run_id = %(run_id)s order by seq desc limit %(limit)s;
