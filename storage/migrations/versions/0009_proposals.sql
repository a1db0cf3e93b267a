-- Proposed plans: what a re-plan was asked, how far it is, and what it would change. No plan is changed by them, so
-- they move no data_version; each remembers the one that it was computed from.

-- ── 1. Tables ───────────────────────────────────────────────────────────────────────────────────────────

create table plan_version (
  tenant_id text not null default nullif(current_setting('app.tenant', true), '') check (tenant_id <> '')
    references tenant_settings on delete cascade,
  id uuid not null,
  -- Whoever computes it rebuilds the requester's context from these three.
  requested_by text not null default nullif(current_setting('app.user', true), '') check (requested_by <> ''),
  permissions text[] not null,
  as_of timestamptz not null,
  request jsonb not null check (jsonb_typeof(request) = 'object'),
  status text not null default 'queued'
    check (status in ('queued', 'running', 'proposed', 'no_improvement', 'cancelled', 'failed')),
  cancel_requested boolean not null default false,
  attempt int not null default 0 check (attempt >= 0),
  progress jsonb check (jsonb_typeof(progress) = 'object'),  -- null until the first sign of it
  base_data_version bigint,                                  -- null until the plan was read
  solver_version text,                                       -- null: no solver was used
  score_before jsonb check (jsonb_typeof(score_before) = 'object'),
  score_after jsonb check (jsonb_typeof(score_after) = 'object'),
  bound_min bigint,   -- weighted late minutes that no plan can be below; null: none is known
  gap_pct float8,
  optimal boolean,
  reproducible boolean,
  outcome jsonb check (jsonb_typeof(outcome) = 'object'),    -- what else is told of it
  error_code text,
  created_at timestamptz not null default clock_timestamp(),
  started_at timestamptz,
  ended_at timestamptz,
  expires_at timestamptz,
  primary key (tenant_id, id),
  constraint plan_version_ends_once check ((status in ('queued', 'running')) = (ended_at is null)),
  constraint plan_version_failure_has_code check ((status = 'failed') = (error_code is not null)),
  constraint plan_version_proposal_is_whole check (
    status <> 'proposed'
    or num_nulls(base_data_version, score_before, score_after, expires_at) = 0)
);
create index plan_version_newest on plan_version (tenant_id, created_at desc, id desc);

-- A booking before and after, as JSON of the columns of booking and booking_segment, instants as UTC minutes.
create table plan_change (
  tenant_id text not null default nullif(current_setting('app.tenant', true), '') check (tenant_id <> ''),
  plan_version_id uuid not null,
  seq int not null check (seq >= 1),
  order_id text not null,
  operation_id text not null,
  before jsonb not null check (jsonb_typeof(before) = 'object'),
  after jsonb not null check (jsonb_typeof(after) = 'object'),
  primary key (tenant_id, plan_version_id, seq),
  foreign key (tenant_id, plan_version_id) references plan_version on delete cascade
);

select protect_tenant_table('plan_version');
select protect_tenant_table('plan_change');
grant select, insert, update, delete on plan_version to leadhand_app;
grant select, insert on plan_change to leadhand_app;

-- ── 2. Jobs ─────────────────────────────────────────────────────────────────────────────────────────────

-- Whose proposal it is. A job knows shop and row; the rest is read as that shop.
select show_to_dispatch('plan_version', 'tenant_id', 'id', 'requested_by');
create function person_of_plan_version(shop text, plan_version_id uuid) returns text
  language sql stable strict begin atomic
  select v.requested_by from plan_version v where v.tenant_id = shop and v.id = plan_version_id;
end;
select hand_to_dispatch('person_of_plan_version(text, uuid)');

-- A job of the transaction's own shop about one of its rows, in a line: jobs of one line run one after the other,
-- in the order in which they were queued, and one about the same row waits once. Joins the caller's transaction.
create function jobs.defer_in_line(queue text, task text, row_id uuid, line text, after_s double precision)
  returns bigint language plpgsql set search_path = jobs, pg_temp as $$
declare
  tenant text := nullif(current_setting('app.tenant', true), '');
begin
  if tenant is null then
    raise exception 'a job needs a shop' using errcode = 'insufficient_privilege';
  end if;
  return (procrastinate_defer_jobs_v1(array[row(
    queue, task, 0, task || ':' || tenant || ':' || line, task || ':' || tenant || ':' || row_id,
    jsonb_build_object('tenant_id', tenant, 'row_id', row_id),
    case when after_s > 0 then clock_timestamp() + make_interval(secs => after_s) end
  )::procrastinate_job_to_defer_v1]))[1];
exception
  when unique_violation then
    return null;
end $$;
revoke all on function jobs.defer_in_line(text, text, uuid, text, double precision) from public;
grant execute on function jobs.defer_in_line(text, text, uuid, text, double precision) to leadhand_app;
