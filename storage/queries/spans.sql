-- name: add
-- Spans of a run that are new.
insert into span (week, run_id, id, parent_id, attempt, kind, name, call_id, started_at, ended_at, code, facts)
select $1, $2, s.id, s.parent_id, $3, s.kind, s.name, s.call_id,
       timestamptz 'epoch' + s.started_us * interval '1 microsecond',
       timestamptz 'epoch' + s.ended_us * interval '1 microsecond', s.code, s.facts
  from jsonb_to_recordset($4::jsonb) as s (id bigint, parent_id bigint, kind text, name text, call_id text,
                                           started_us bigint, ended_us bigint, code text, facts jsonb);

-- name: save
-- Spans of a run as they are now: those that are new, and those that have ended since.
insert into span as known (week, run_id, id, parent_id, attempt, kind, name, call_id, started_at, ended_at, code, facts)
select $1, $2, s.id, s.parent_id, $3, s.kind, s.name, s.call_id,
       timestamptz 'epoch' + s.started_us * interval '1 microsecond',
       timestamptz 'epoch' + s.ended_us * interval '1 microsecond', s.code, s.facts
  from jsonb_to_recordset($4::jsonb) as s (id bigint, parent_id bigint, kind text, name text, call_id text,
                                           started_us bigint, ended_us bigint, code text, facts jsonb)
on conflict (tenant_id, user_id, run_id, id, week) do update
  set ended_at = excluded.ended_at, code = excluded.code, facts = excluded.facts
  where known.ended_at is null;

-- name: newest_runs
-- A page of the caller's runs, the newest first, after one.
select r.id, coalesce(r.trace_id, r.id) as trace_id, r.parent_span_id, t.chat_id, r.model, r.status, r.error_code,
       r.attempt, r.started_at, r.ended_at, r.input_tokens, r.cached_input_tokens, r.output_tokens, r.reasoning_tokens
  from run r join thread t on t.id = r.thread_id
 where %(before)s::uuid is null or r.id < %(before)s
 order by r.id desc
 limit %(limit)s;

-- name: runs_of_trace
-- The runs of the trace that one of the caller's runs is in, the first first.
with asked as (select coalesce(r.trace_id, r.id) as trace_id from run r where r.id = %(run_id)s)
select r.id, asked.trace_id, r.parent_span_id, t.chat_id, r.model, r.status, r.error_code,
       r.attempt, r.started_at, r.ended_at, r.input_tokens, r.cached_input_tokens, r.output_tokens, r.reasoning_tokens
  from asked join run r on r.id = asked.trace_id or r.trace_id = asked.trace_id
  join thread t on t.id = r.thread_id
 order by r.id
 limit %(limit)s;

-- name: of_runs
-- The spans of runs that began in these weeks, the first first.
select s.run_id, s.id, s.parent_id, s.attempt, s.kind, s.name, s.call_id, s.started_at, s.ended_at, s.code, s.facts
  from span s
 where s.run_id = any(%(run_ids)s) and s.week = any(%(weeks)s)
 order by s.started_at, s.id
 limit %(limit)s;

-- name: approvals_of_runs
-- What runs asked a person, and how it stands.
select a.id, a.run_id, a.call_id, a.tool, a.status, a.requested_at, a.decided_at
  from approval a
 where a.run_id = any(%(run_ids)s)
 order by a.id;

-- name: drop_of_runs
-- Removes the spans of runs of the caller.
delete from span where run_id = any(%(run_ids)s);

-- name: turn_partitions
-- Makes the partitions that are needed and drops those that are not.
select public.turn_span_partitions();
