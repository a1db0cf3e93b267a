-- name: admit
-- Inserts the running row, or nothing when the thread is busy, the key is taken, or a share or budget is used up.
insert into run (id, thread_id, owner, lease_expires_at, idempotency_key, user_message_seq,
                 assistant_message_id, model, permissions, as_of, trace_id, parent_span_id, background)
select %(id)s, %(thread_id)s, %(owner)s, clock_timestamp() + make_interval(secs => %(lease_s)s),
       %(idempotency_key)s, %(user_message_seq)s, %(assistant_message_id)s, %(model)s, %(permissions)s::text[],
       %(as_of)s, %(trace_id)s, %(parent_span_id)s, %(background)s
  from room_for_turn(%(zone)s, %(billed_in)s) as taken
 where taken.runs_of_shop < %(max_shop_runs)s and taken.runs_of_user < %(max_user_runs)s
   and coalesce(taken.tokens_of_shop < %(shop_tokens_per_day)s, true)
   and coalesce(taken.tokens_of_user < %(user_tokens_per_day)s, true)
   and coalesce(taken.cost_of_shop < %(shop_cost_per_day)s, true)
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

-- name: of_answer
-- The runs that made one answer, in the order of their admission.
select * from run where thread_id = %(thread_id)s and assistant_message_id = %(message_id)s order by started_at, id;

-- name: find_by_idempotency_key
-- The run that this key has started, unless it failed.
select * from run
 where thread_id = %(thread_id)s and idempotency_key = %(idempotency_key)s and status <> 'failed';

-- name: find_by_user_message
-- The newest run that answers this user message, unless it failed.
select * from run
 where thread_id = %(thread_id)s and user_message_seq = %(user_message_seq)s and status <> 'failed'
 order by started_at desc, id desc limit 1;

-- name: renew_lease
-- Keeps the run ours, if this attempt still holds it; whether somebody asked for a stop meanwhile.
update run set lease_expires_at = clock_timestamp() + make_interval(secs => %(lease_s)s)
 where id = %(run_id)s and attempt = %(attempt)s and owner = %(owner)s and status = 'running'
returning cancel_requested;

-- name: request_cancel
-- Asks whoever runs it to stop.
update run set cancel_requested = true where id = %(run_id)s and status = 'running';

-- name: finish
-- Ends the run and charges it to the day, if this attempt still holds it; a zombie's result touches no row.
-- The thread is locked first, as an admission does: two in different orders could wait for one another.
with thread_first as materialized (
  select t.id from thread t where t.id = (select r.thread_id from run r where r.id = %(run_id)s) for no key update
), ended as (
  update run set status = %(status)s, error_code = %(error_code)s, ended_at = clock_timestamp(),
                 input_tokens = %(input_tokens)s, cached_input_tokens = %(cached_input_tokens)s,
                 output_tokens = %(output_tokens)s, reasoning_tokens = %(reasoning_tokens)s,
                 cost = %(cost)s, currency = %(currency)s
    from thread_first
   where run.thread_id = thread_first.id and run.id = %(run_id)s and attempt = %(attempt)s and status = 'running'
  returning clock_timestamp() as at
)
insert into usage_day as used (day, currency, turns, input_tokens, cached_input_tokens, output_tokens,
                               reasoning_tokens, cost)
select (at at time zone %(timezone)s)::date, %(charged_currency)s, 1, %(charged_input)s, %(charged_cached_input)s,
       %(charged_output)s, %(charged_reasoning)s, %(charged_cost)s
  from ended
on conflict (tenant_id, user_id, day, currency) do update set
  turns = used.turns + 1,
  input_tokens = used.input_tokens + excluded.input_tokens,
  cached_input_tokens = used.cached_input_tokens + excluded.cached_input_tokens,
  output_tokens = used.output_tokens + excluded.output_tokens,
  reasoning_tokens = used.reasoning_tokens + excluded.reasoning_tokens,
  cost = used.cost + excluded.cost;
