-- The call tree of runs: what called what, how long it took, how it ended. Names, ids, sizes, codes and times alone.

-- A run that goes on with what another one began, such as after an approval, is in the trace of that run; else both
-- are null and the run's own id is the trace's.
alter table run
  add column trace_id uuid,
  add column parent_span_id bigint,
  add constraint run_in_trace_has_parent check ((trace_id is null) = (parent_span_id is null));
create index run_of_trace on run (tenant_id, user_id, trace_id) where trace_id is not null;

-- Weeks are partitions, so that old ones are dropped and not deleted. A run's own span is its row in `run`.
create table span (
  tenant_id text not null default nullif(current_setting('app.tenant', true), '') check (tenant_id <> ''),
  user_id text not null default nullif(current_setting('app.user', true), '') check (user_id <> ''),
  -- Its Monday, of the time in the run's id: the same for all spans of a run.
  week date not null default date_trunc('week', clock_timestamp() at time zone 'UTC')::date,
  run_id uuid not null,
  id bigint not null check (id > 0),
  parent_id bigint not null,
  attempt int not null check (attempt >= 1),
  kind text not null check (kind in ('takeover', 'node', 'model', 'request', 'tool', 'retrieval', 'approval')),
  name text not null check (char_length(name) between 1 and 100),
  call_id text check (char_length(call_id) <= 200),
  started_at timestamptz not null,
  ended_at timestamptz,  -- null: it goes on, or its process has died
  code text,             -- null: it goes on, or went well
  facts jsonb not null default '{}' check (jsonb_typeof(facts) = 'object'),
  primary key (tenant_id, user_id, run_id, id, week)
) partition by range (week);

-- Of a run whose process has a clock that is weeks wrong; emptied with each turn of the partitions.
create table span_default partition of span default;

select protect_person_table(t) from unnest(array['span', 'span_default']::regclass[]) as t;
grant select, insert, update, delete on span to leadhand_app;

-- As turn_event_partitions: makes the partitions of this week and the two to come, drops those of five weeks ago and
-- before, so that a span is kept for at least four weeks. Takes no argument and touches nothing else.
create function turn_span_partitions() returns void language plpgsql security definer
set search_path = pg_catalog, pg_temp as $$
declare
  this_week date := date_trunc('week', clock_timestamp() at time zone 'UTC')::date;
  first date;
  old record;
begin
  if not pg_try_advisory_xact_lock(hashtextextended('turn_span_partitions', 0)) then
    return;  -- another process is at it
  end if;
  if pg_relation_size('public.span_default') > 0 then
    truncate public.span_default;
  end if;
  for ahead in 0..2 loop
    first := this_week + 7 * ahead;
    if to_regclass(format('public.%I', 'span_' || to_char(first, 'YYYYMMDD'))) is null then
      execute format('create table public.%I partition of public.span for values from (%L) to (%L)',
                     'span_' || to_char(first, 'YYYYMMDD'), first, first + 7);
      execute format('select public.protect_person_table(%L)', 'public.span_' || to_char(first, 'YYYYMMDD'));
    end if;
  end loop;
  for old in
    select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
     where i.inhparent = 'public.span'::regclass
       and c.relname ~ '^span_[0-9]{8}$' and right(c.relname, 8) < to_char(this_week - 28, 'YYYYMMDD')
  loop
    execute format('drop table public.%I', old.relname);
  end loop;
end $$;
revoke all on function turn_span_partitions() from public;
grant execute on function turn_span_partitions() to leadhand_app;
select turn_span_partitions();
