-- name: defer_once
-- Joins a job to the tenant's transaction, unless one about the same is waiting; never fails it.
select job_id, refusal from jobs.defer_once(%(queue)s, %(task)s, %(row_id)s, %(subject)s, %(after_s)s);

-- name: begin_engine
-- First statement of the job engine's transactions: its own tables, nobody's shop, bounded waits.
select set_config('search_path', 'jobs', true),
       set_config('statement_timeout', '20s', true),
       set_config('lock_timeout', '5s', true),
       set_config('idle_in_transaction_session_timeout', '30s', true);

-- name: person_of_run
-- Whose run it is; the one thing about a run that is asked before its shop and person are known.
select public.person_of_run(%(tenant_id)s, %(row_id)s);

-- name: person_of_plan_version
-- Who asked for a proposed plan; the one thing about it that is asked before its shop is known.
select public.person_of_plan_version(%(tenant_id)s, %(row_id)s);

-- name: defer_in_line
-- Joins a job to the tenant's transaction, behind those of the same line, unless one about the same row waits.
select jobs.defer_in_line(%(queue)s, %(task)s, %(row_id)s, %(line)s, %(after_s)s, %(priority)s);

-- name: drop_job
-- Removes a job that runs; another one about the same waits in its place.
select procrastinate_finish_job_v1(%(job_id)s, 'failed', true);

-- name: overview
-- What waits, runs and failed, how long the oldest could have been taken, and how many workers are alive.
select count(*) filter (where status = 'todo') as waiting,
       count(*) filter (where status = 'doing') as running,
       count(*) filter (where status = 'failed') as failed,
       coalesce(greatest(extract(epoch from max(now() - ready_at) filter (where status = 'todo')), 0), 0)::float8
         as overdue_s,
       (select count(*) from procrastinate_workers
         where last_heartbeat > now() - make_interval(secs => %(stalled_after_s)s)) as workers
  from (select j.status,
               coalesce(j.scheduled_at,
                        (select max(e.at) from procrastinate_events e where e.job_id = j.id)) as ready_at
          from procrastinate_jobs j where j.status in ('todo', 'doing', 'failed')) as job;

-- name: release_stalled
-- Jobs whose worker is gone: back to the queue, or failed when tried too often, or dropped when one is queued anew.
with gone as (
  select j.id, j.task_name, j.attempts + 1 as attempts, j.queueing_lock
    from procrastinate_jobs j left join procrastinate_workers w on w.id = j.worker_id
   where j.status = 'doing'
     and (w.id is null or w.last_heartbeat < now() - make_interval(secs => %(stalled_after_s)s))
   order by j.id
   limit 100
   for update of j skip locked
), judged as (
  select gone.*,
         case when exists (select from procrastinate_jobs o
                            where o.queueing_lock = gone.queueing_lock and o.status = 'todo')
                or row_number() over (partition by coalesce(queueing_lock, id::text) order by id) > 1 then 'dropped'
              when attempts >= %(max_attempts)s then 'failed'
              else 'released' end as verdict
    from gone
), dropped as (
  delete from procrastinate_jobs j using judged where j.id = judged.id and verdict = 'dropped'
), changed as (
  update procrastinate_jobs j
     set status = (case verdict when 'released' then 'todo' else 'failed' end)::procrastinate_job_status,
         attempts = judged.attempts,
         scheduled_at = case verdict when 'released' then now() end,
         worker_id = null,
         abort_requested = false
    from judged where j.id = judged.id and verdict <> 'dropped'
)
select id, task_name as task, attempts, verdict from judged order by id;
