-- The event log of running turns: what another process needs to show a turn from its start, and to go on with it.

-- One row a flush, numbered within its run. Days are partitions, so that old ones are dropped and not deleted.
create table run_event (
  tenant_id text not null default nullif(current_setting('app.tenant', true), '') check (tenant_id <> ''),
  user_id text not null default nullif(current_setting('app.user', true), '') check (user_id <> ''),
  day date not null default (clock_timestamp() at time zone 'UTC')::date,
  run_id uuid not null,
  seq int not null check (seq >= 1),
  attempt int not null check (attempt >= 1),
  events bytea not null,
  primary key (tenant_id, user_id, run_id, seq, day)
) partition by range (day);

select protect_person_table('run_event');
grant select, insert, delete on run_event to leadhand_app;

-- Somebody in another process reads along until then and wants to be told of news; gone when they leave. Not a column
-- of the run: readers and writers of its log would wait for one another.
create table run_reader (
  tenant_id text not null default nullif(current_setting('app.tenant', true), '') check (tenant_id <> ''),
  user_id text not null default nullif(current_setting('app.user', true), '') check (user_id <> ''),
  run_id uuid not null,
  until timestamptz not null,
  primary key (tenant_id, user_id, run_id),
  foreign key (tenant_id, user_id, run_id) references run on delete cascade
);
select protect_person_table('run_reader');
grant select, insert, update, delete on run_reader to leadhand_app;

-- Makes the partitions of today and the coming week, drops those that are two days old. Takes no argument and touches
-- nothing else, so that every process may call it: one that is up for weeks finds its partition, worker or not.
create function turn_event_partitions() returns void language plpgsql security definer
set search_path = pg_catalog, pg_temp as $$
declare
  today date := (clock_timestamp() at time zone 'UTC')::date;
  first date;
  old record;
begin
  if not pg_try_advisory_xact_lock(hashtextextended('turn_event_partitions', 0)) then
    return;  -- another process is at it
  end if;
  for ahead in 0..7 loop
    first := today + ahead;
    if to_regclass(format('public.%I', 'run_event_' || to_char(first, 'YYYYMMDD'))) is null then
      execute format('create table public.%I partition of public.run_event for values from (%L) to (%L)',
                     'run_event_' || to_char(first, 'YYYYMMDD'), first, first + 1);
      execute format('select public.protect_person_table(%L)', 'public.run_event_' || to_char(first, 'YYYYMMDD'));
    end if;
  end loop;
  for old in
    select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
     where i.inhparent = 'public.run_event'::regclass
       and right(c.relname, 8) < to_char(today - 1, 'YYYYMMDD')
  loop
    execute format('drop table public.%I', old.relname);
  end loop;
end $$;
revoke all on function turn_event_partitions() from public;
grant execute on function turn_event_partitions() to leadhand_app;
select turn_event_partitions();

-- Appends one flush, if this attempt still holds the run; else the whole transaction fails, and with it whatever the
-- attempt wanted to write. The same flush again changes nothing.
create function append_run_events(of_run uuid, of_attempt int, at_seq int, what bytea) returns void language plpgsql as $$
begin
  -- Shared: an attempt that takes over waits for this transaction, and this one for it.
  perform from run r where r.id = of_run and r.attempt = of_attempt and r.status = 'running' for share;
  if not found then
    raise exception 'the run is no longer held by this attempt' using errcode = 'LH001';
  end if;
  insert into run_event (run_id, seq, attempt, events) values (of_run, at_seq, of_attempt, what) on conflict do nothing;
  if exists (select from run_reader r where r.run_id = of_run and r.until > clock_timestamp()) then
    perform pg_notify('run_events', of_run::text);
  end if;
end $$;
revoke all on function append_run_events(uuid, int, int, bytea) from public;
grant execute on function append_run_events(uuid, int, int, bytea) to leadhand_app;
