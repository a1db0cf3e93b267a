-- Semantic recall: a person's own messages by their meaning and their words.

-- ── Vectors ─────────────────────────────────────────────────────────────────────────────────────────────

do $$
begin
  if not exists (select from pg_extension where extname = 'vector') then
    create extension vector;
  end if;
exception
  when insufficient_privilege or undefined_file or feature_not_supported then
    raise exception 'pgvector (0.8 or newer) is missing: install it at the server, then run as a superuser in this database: create extension vector'
      using errcode = 'object_not_in_prerequisite_state';
end $$;

-- ── What was said ───────────────────────────────────────────────────────────────────────────────────────

-- One row for each message that was looked at. `text` is what it says in words; empty where it says none.
-- Vectors of two models are never compared: `model` made this one. No index: a person's rows are scanned.
create table message_recall (
  tenant_id text not null default nullif(current_setting('app.tenant', true), '') check (tenant_id <> ''),
  user_id text not null default nullif(current_setting('app.user', true), '') check (user_id <> ''),
  thread_id uuid not null,
  seq bigint not null,
  model text not null check (model <> ''),
  text text not null,
  embedding halfvec,
  primary key (tenant_id, user_id, thread_id, seq),
  foreign key (tenant_id, user_id, thread_id, seq)
    references message (tenant_id, user_id, thread_id, seq) on delete cascade
);
select protect_person_table('message_recall');
grant select, insert, update, delete on message_recall to leadhand_app;

-- ── Jobs that wait for the next ones about the same ─────────────────────────────────────────────────────

-- As defer_once, begun after_s seconds from now at the earliest: what is asked meanwhile is one job.
create function jobs.defer_once(
  queue text, task text, row_id uuid, subject text, after_s double precision,
  out job_id bigint, out refusal text)
  language plpgsql set search_path = jobs, pg_temp set lock_timeout = '500ms' as $$
declare
  tenant text := nullif(current_setting('app.tenant', true), '');
  key text := task || ':' || tenant || ':' || subject;
begin
  if tenant is null then
    refusal := '42501';
    return;
  end if;
  job_id := (procrastinate_defer_jobs_v1(array[row(
    queue, task, 0, key, key, jsonb_build_object('tenant_id', tenant, 'row_id', row_id),
    case when after_s > 0 then now() + make_interval(secs => after_s) end
  )::procrastinate_job_to_defer_v1]))[1];
exception
  when unique_violation then null;
  when others then refusal := sqlstate;
end $$;
revoke all on function jobs.defer_once(text, text, uuid, text, double precision) from public;
grant execute on function jobs.defer_once(text, text, uuid, text, double precision) to leadhand_app;
