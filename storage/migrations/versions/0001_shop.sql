-- One shop's plan: settings, calendars, machines, people, orders, operations, bookings.
-- Columns are the public names of the import and export files; see docs/ for their units.

-- ── Ground ──────────────────────────────────────────────────────────────────────────────────────────────

grant select on alembic_version to leadhand_app;

-- Whole minutes since 1970, the time of the planning core. Immutable: a difference of instants has no zone.
create function utc_minute(t timestamptz) returns bigint
  language sql immutable strict parallel safe
  return floor(date_part('epoch', t - timestamptz '1970-01-01 00:00:00+00') / 60)::bigint;

create function minute_utc(m bigint) returns timestamptz
  language sql immutable strict parallel safe
  return to_timestamp((m * 60)::double precision);

-- An instant on the minute grid, within what int8range slots of 2^32 minutes a machine can tell apart.
create domain instant as timestamptz
  constraint instant_on_minute_grid check (date_trunc('minute', value) = value)
  constraint instant_in_range check (value >= '1970-01-01 00:00:00+00' and value < '4000-01-01 00:00:00+00');

-- Every table of a shop gets these two lines; a table of one person (chats, memory) gets the next function.
create function protect_tenant_table(name regclass) returns void language plpgsql as $$
begin
  execute format('alter table %s enable row level security', name);
  execute format('alter table %s force row level security', name);
  execute format(
    'create policy of_tenant on %s'
    ' using (tenant_id = nullif(current_setting(''app.tenant'', true), ''''))'
    ' with check (tenant_id = nullif(current_setting(''app.tenant'', true), ''''))', name);
end $$;

create function protect_person_table(name regclass) returns void language plpgsql as $$
begin
  execute format('alter table %s enable row level security', name);
  execute format('alter table %s force row level security', name);
  execute format(
    'create policy of_person on %s'
    ' using (tenant_id = nullif(current_setting(''app.tenant'', true), '''')'
    '    and user_id = nullif(current_setting(''app.user'', true), ''''))'
    ' with check (tenant_id = nullif(current_setting(''app.tenant'', true), '''')'
    '    and user_id = nullif(current_setting(''app.user'', true), ''''))', name);
end $$;

revoke all on function protect_tenant_table(regclass), protect_person_table(regclass) from public;

-- ── Settings ────────────────────────────────────────────────────────────────────────────────────────────

create table tenant_settings (
  tenant_id text primary key default nullif(current_setting('app.tenant', true), '')
    check (tenant_id <> '' and tenant_id ~ '^[a-z0-9][a-z0-9_-]{0,62}$'),
  name text not null check (name <> ''),
  -- The conversion fails on a name that Postgres does not know; the pattern keeps out abbreviations.
  timezone text not null
    check (timezone ~ '^(UTC|[A-Za-z_]+(/[A-Za-z0-9_+-]+)+)$' and timestamp '2000-01-01' at time zone timezone is not null),
  locale text not null default 'en-US' check (locale <> ''),
  data_version bigint not null default 0,
  standard_overtime jsonb not null default '[]' check (jsonb_typeof(standard_overtime) = 'array'),
  at_risk_buffer_h int not null default 8 check (at_risk_buffer_h >= 0),
  site_calendar_id text,
  due_cutoff_local time not null default '24:00',
  utilization_threshold int not null default 85 check (utilization_threshold between 1 and 1000),
  frozen_hours int not null default 0 check (frozen_hours >= 0),
  horizon_days int not null default 180 check (horizon_days between 1 and 3660),
  -- Tells a shop from an earlier one of the same name, whose versions began at 0 too.
  created_at timestamptz not null default clock_timestamp(),
  changed_in xid8
);

-- ── Calendars ───────────────────────────────────────────────────────────────────────────────────────────

create table calendar (
  tenant_id text not null default nullif(current_setting('app.tenant', true), '') check (tenant_id <> '')
    references tenant_settings,
  id text not null check (id <> ''),
  name text not null,
  source text not null default 'app',
  external_id text,
  row_version bigint not null default 1,
  primary key (tenant_id, id),
  unique (tenant_id, source, external_id)
);

alter table tenant_settings add constraint tenant_settings_site_calendar
  foreign key (tenant_id, site_calendar_id) references calendar (tenant_id, id) deferrable initially deferred;

-- Breaks are [{"start_local": "12:00", "end_local": "12:30"}]; one before the shift's start is on the next day.
create function breaks_lie_inside(start_local time, end_local time, ends_next_day boolean, breaks jsonb)
  returns boolean language sql immutable parallel safe
  return not exists (
    select from jsonb_to_recordset(breaks) as b (start_local time, end_local time)
     cross join lateral (select
         extract(epoch from breaks_lie_inside.start_local) as opens,
         extract(epoch from breaks_lie_inside.end_local) + case when ends_next_day then 86400 else 0 end as closes,
         extract(epoch from b.start_local)
           + case when b.start_local < breaks_lie_inside.start_local then 86400 else 0 end as pauses,
         extract(epoch from b.end_local)
           + case when b.end_local < breaks_lie_inside.start_local
                    or (b.end_local = breaks_lie_inside.start_local and b.start_local > b.end_local)
                  then 86400 else 0 end as resumes) as e
     where b.start_local is null or b.end_local is null
        or not (opens <= pauses and pauses < resumes and resumes <= closes));

create table calendar_shift (
  tenant_id text not null default nullif(current_setting('app.tenant', true), '') check (tenant_id <> ''),
  calendar_id text not null,
  weekday smallint not null check (weekday between 1 and 7),
  start_local time not null check (start_local < '24:00'),
  end_local time not null,
  ends_next_day boolean not null default false,
  breaks jsonb not null default '[]' check (jsonb_typeof(breaks) = 'array'),
  primary key (tenant_id, calendar_id, weekday, start_local),
  foreign key (tenant_id, calendar_id) references calendar (tenant_id, id) on delete cascade,
  constraint calendar_shift_on_minute_grid check (
    date_trunc('minute', start_local) = start_local and date_trunc('minute', end_local) = end_local),
  constraint calendar_shift_lasts_up_to_a_day check (
    case when ends_next_day then end_local <= start_local else end_local > start_local end),
  constraint calendar_shift_breaks_inside check (breaks_lie_inside(start_local, end_local, ends_next_day, breaks))
);

create table skill (
  tenant_id text not null default nullif(current_setting('app.tenant', true), '') check (tenant_id <> '')
    references tenant_settings,
  id text not null check (id <> ''),
  code text not null check (code <> ''),
  name text not null default '',
  source text not null default 'app',
  external_id text,
  row_version bigint not null default 1,
  primary key (tenant_id, id),
  unique (tenant_id, code),
  unique (tenant_id, source, external_id)
);

-- ── Machines ────────────────────────────────────────────────────────────────────────────────────────────

create table work_center (
  tenant_id text not null default nullif(current_setting('app.tenant', true), '') check (tenant_id <> '')
    references tenant_settings,
  id text not null check (id <> ''),
  code text not null check (code <> ''),
  name text not null default '',
  skill_id text,
  source text not null default 'app',
  external_id text,
  row_version bigint not null default 1,
  primary key (tenant_id, id),
  unique (tenant_id, code),
  unique (tenant_id, source, external_id),
  foreign key (tenant_id, skill_id) references skill (tenant_id, id)
);

create table machine (
  tenant_id text not null default nullif(current_setting('app.tenant', true), '') check (tenant_id <> '')
    references tenant_settings,
  id text not null check (id <> ''),
  code text not null check (code <> ''),
  -- Unique across shops: it separates the machines in the one range type of the double-booking constraint.
  no int not null generated always as identity unique,
  name text not null default '',
  work_center_id text not null,
  calendar_id text not null,
  active_from instant,
  active_to instant,
  source text not null default 'app',
  external_id text,
  row_version bigint not null default 1,
  primary key (tenant_id, id),
  unique (tenant_id, code),
  unique (tenant_id, id, no),
  unique (tenant_id, source, external_id),
  foreign key (tenant_id, work_center_id) references work_center (tenant_id, id),
  foreign key (tenant_id, calendar_id) references calendar (tenant_id, id),
  constraint machine_active_in_order check (active_to > active_from)
);
create index machine_work_center on machine (tenant_id, work_center_id);
create index machine_calendar on machine (tenant_id, calendar_id);

create table downtime (
  tenant_id text not null default nullif(current_setting('app.tenant', true), '') check (tenant_id <> ''),
  id text not null check (id <> ''),
  machine_id text not null,
  start instant not null,
  "end" instant,
  kind text not null check (kind in ('maintenance', 'breakdown')),
  note text not null default '',
  source text not null default 'app',
  external_id text,
  row_version bigint not null default 1,
  primary key (tenant_id, id),
  unique (tenant_id, source, external_id),
  foreign key (tenant_id, machine_id) references machine (tenant_id, id) on delete cascade,
  constraint downtime_in_order check ("end" > start)
);
create index downtime_machine on downtime (tenant_id, machine_id, start);

-- ── People ──────────────────────────────────────────────────────────────────────────────────────────────

create table operator (
  tenant_id text not null default nullif(current_setting('app.tenant', true), '') check (tenant_id <> '')
    references tenant_settings,
  id text not null check (id <> ''),
  code text not null check (code <> ''),
  name text not null default '',
  calendar_id text not null,
  max_parallel smallint not null default 1 check (max_parallel >= 1),
  active_from instant,
  active_to instant,
  source text not null default 'app',
  external_id text,
  row_version bigint not null default 1,
  primary key (tenant_id, id),
  unique (tenant_id, code),
  unique (tenant_id, source, external_id),
  foreign key (tenant_id, calendar_id) references calendar (tenant_id, id),
  constraint operator_active_in_order check (active_to > active_from)
);
create index operator_calendar on operator (tenant_id, calendar_id);

create table operator_skill (
  tenant_id text not null default nullif(current_setting('app.tenant', true), '') check (tenant_id <> ''),
  operator_id text not null,
  skill_id text not null,
  valid_from instant,
  valid_to instant,
  unique nulls not distinct (tenant_id, operator_id, skill_id, valid_from),
  foreign key (tenant_id, operator_id) references operator (tenant_id, id) on delete cascade,
  foreign key (tenant_id, skill_id) references skill (tenant_id, id),
  constraint operator_skill_in_order check (valid_to > valid_from)
);
create index operator_skill_skill on operator_skill (tenant_id, skill_id);

-- Either instants (no end: until further notice) or whole local dates, both included.
create table absence (
  tenant_id text not null default nullif(current_setting('app.tenant', true), '') check (tenant_id <> ''),
  id text not null check (id <> ''),
  operator_id text not null,
  start instant,
  "end" instant,
  start_date date,
  end_date date,
  kind text not null check (kind <> ''),
  source text not null default 'app',
  external_id text,
  row_version bigint not null default 1,
  primary key (tenant_id, id),
  unique (tenant_id, source, external_id),
  foreign key (tenant_id, operator_id) references operator (tenant_id, id) on delete cascade,
  constraint absence_instants_or_dates check (
    num_nonnulls(start, start_date) = 1
    and ("end" is null or start is not null) and (end_date is null or start_date is not null)),
  constraint absence_in_order check ("end" > start),
  constraint absence_dates_in_order check (end_date >= start_date)
);
create index absence_operator on absence (tenant_id, operator_id);

create table calendar_exception (
  tenant_id text not null default nullif(current_setting('app.tenant', true), '') check (tenant_id <> '')
    references tenant_settings,
  id text not null check (id <> ''),
  kind text not null check (kind in ('closure', 'overtime')),
  name text not null default '',
  calendar_id text,
  machine_id text,
  operator_id text,
  production_date date,
  start instant,
  "end" instant,
  source text not null default 'app',
  external_id text,
  row_version bigint not null default 1,
  primary key (tenant_id, id),
  unique (tenant_id, source, external_id),
  foreign key (tenant_id, calendar_id) references calendar (tenant_id, id) on delete cascade,
  foreign key (tenant_id, machine_id) references machine (tenant_id, id) on delete cascade,
  foreign key (tenant_id, operator_id) references operator (tenant_id, id) on delete cascade,
  constraint calendar_exception_has_one_owner check (num_nonnulls(calendar_id, machine_id, operator_id) = 1),
  constraint calendar_exception_date_or_interval check (
    num_nonnulls(production_date, start) = 1 and (start is null) = ("end" is null)),
  constraint calendar_exception_in_order check ("end" > start)
);
create index calendar_exception_calendar on calendar_exception (tenant_id, calendar_id);
create index calendar_exception_machine on calendar_exception (tenant_id, machine_id);
create index calendar_exception_operator on calendar_exception (tenant_id, operator_id);

-- ── Orders ──────────────────────────────────────────────────────────────────────────────────────────────

-- A due date is a local date that ends at the shop's due_cutoff_local, or one exact instant.
create table production_order (
  tenant_id text not null default nullif(current_setting('app.tenant', true), '') check (tenant_id <> '')
    references tenant_settings,
  id text not null check (id <> ''),
  code text not null check (code <> ''),
  customer text not null default '',
  quantity int not null check (quantity >= 0),
  due_date date,
  due_at instant,
  release_at instant,
  priority smallint not null default 3 check (priority between 1 and 5),
  status text not null default 'draft'
    check (status in ('draft', 'released', 'in_progress', 'done', 'hold', 'cancelled')),
  quote_expires_at timestamptz,
  source text not null default 'app',
  external_id text,
  row_version bigint not null default 1,
  primary key (tenant_id, id),
  unique (tenant_id, code),
  unique (tenant_id, source, external_id),
  constraint production_order_due_once check (num_nonnulls(due_date, due_at) <= 1)
);
create index production_order_open on production_order (tenant_id, id) where status not in ('done', 'cancelled');

create table operation (
  tenant_id text not null default nullif(current_setting('app.tenant', true), '') check (tenant_id <> ''),
  id text not null check (id <> ''),
  order_id text not null,
  seq int not null,
  name text not null default '',
  predecessor_ids text[],  -- null: the operation with the next lower seq
  setup_min int not null default 0 check (setup_min >= 0),
  run_s_per_piece int not null default 0 check (run_s_per_piece >= 0),
  attendance text not null default 'full' check (attendance in ('full', 'setup', 'none')),
  splittable boolean not null default true,
  min_wait_after_min int not null default 0 check (min_wait_after_min >= 0),
  milestone boolean not null default false,
  subcontract_minutes int check (subcontract_minutes >= 0),
  source text not null default 'app',
  external_id text,
  row_version bigint not null default 1,
  primary key (tenant_id, id),
  unique (tenant_id, order_id, seq),
  unique (tenant_id, source, external_id),
  foreign key (tenant_id, order_id) references production_order (tenant_id, id) on delete cascade,
  constraint operation_milestone_takes_no_time check (not milestone or (setup_min = 0 and run_s_per_piece = 0))
);

create table operation_alternative (
  tenant_id text not null default nullif(current_setting('app.tenant', true), '') check (tenant_id <> ''),
  operation_id text not null,
  machine_id text not null,
  setup_min int not null check (setup_min >= 0),
  run_s_per_piece int not null check (run_s_per_piece >= 0),
  preference int not null default 0,
  primary key (tenant_id, operation_id, machine_id),
  foreign key (tenant_id, operation_id) references operation (tenant_id, id) on delete cascade,
  foreign key (tenant_id, machine_id) references machine (tenant_id, id)
);
create index operation_alternative_machine on operation_alternative (tenant_id, machine_id);

-- ── The plan ────────────────────────────────────────────────────────────────────────────────────────────

create table booking (
  tenant_id text not null default nullif(current_setting('app.tenant', true), '') check (tenant_id <> '')
    references tenant_settings,
  id text not null check (id <> ''),
  operation_id text,
  quote_id text,
  machine_id text not null,
  machine_no int not null,
  envelope_start instant not null,
  envelope_end instant not null,
  status text not null default 'planned' check (status in ('planned', 'in_progress', 'done', 'held')),
  locked boolean not null default false,
  waived_conflict boolean not null default false,
  source text not null default 'app' check (source in ('app', 'import', 'plan')),
  external_id text,
  row_version bigint not null default 1,
  slot int8range generated always as (int8range(
    machine_no * 4294967296 + utc_minute(envelope_start), machine_no * 4294967296 + utc_minute(envelope_end))) stored,
  primary key (tenant_id, id),
  unique (tenant_id, source, external_id),
  foreign key (tenant_id, operation_id) references operation (tenant_id, id) on delete cascade,
  foreign key (tenant_id, machine_id, machine_no) references machine (tenant_id, id, no),
  constraint booking_for_operation_or_quote check (num_nonnulls(operation_id, quote_id) = 1),
  constraint booking_envelope_in_order check (envelope_end >= envelope_start),
  -- Deferrable, so that one transaction may swap two bookings.
  constraint booking_one_at_a_time exclude using gist (slot with &&) where (not waived_conflict)
    deferrable initially immediate
);
create index booking_operation on booking (tenant_id, operation_id);
create index booking_machine on booking (tenant_id, machine_id, envelope_start);
create index booking_envelope on booking (tenant_id, envelope_end, envelope_start);

create table booking_segment (
  tenant_id text not null default nullif(current_setting('app.tenant', true), '') check (tenant_id <> ''),
  booking_id text not null,
  start instant not null,
  "end" instant not null,
  operator_id text,
  primary key (tenant_id, booking_id, start),
  foreign key (tenant_id, booking_id) references booking (tenant_id, id) on delete cascade,
  foreign key (tenant_id, operator_id) references operator (tenant_id, id),
  constraint booking_segment_in_order check ("end" > start)
);
create index booking_segment_operator on booking_segment (tenant_id, operator_id, start);

-- ── Invariants that need more than one row ──────────────────────────────────────────────────────────────
-- Trigger functions fix their search path: foreign keys may run them as the owner.

create function shifts_are_disjoint() returns trigger
  language plpgsql set search_path = public, pg_temp as $$
declare
  week constant int := 7 * 1440;
begin
  -- Two writers of one calendar wait for one another.
  perform from calendar c where (c.tenant_id, c.id) in (select tenant_id, calendar_id from changed_rows)
    order by c.id for update;
  if exists (
    with shift as (
      select s.tenant_id, s.calendar_id, s.weekday, s.start_local,
             (s.weekday - 1) * 1440 + extract(epoch from s.start_local)::int / 60 as opens,
             (s.weekday - 1) * 1440 + extract(epoch from s.end_local)::int / 60
               + case when s.ends_next_day then 1440 else 0 end as closes
        from calendar_shift s
       where (s.tenant_id, s.calendar_id) in (select tenant_id, calendar_id from changed_rows))
    select from shift a join shift b using (tenant_id, calendar_id)
     cross join (values (-week), (0), (week)) as round (shifted)
     where (a.weekday, a.start_local) <> (b.weekday, b.start_local)
       and a.opens < b.closes + shifted and b.opens + shifted < a.closes
  ) then
    raise exception 'two shifts of one calendar overlap'
      using errcode = 'exclusion_violation', constraint = 'calendar_shift_disjoint', table = 'calendar_shift';
  end if;
  return null;
end $$;

create trigger disjoint_on_insert after insert on calendar_shift
  referencing new table as changed_rows for each statement execute function shifts_are_disjoint();
create trigger disjoint_on_update after update on calendar_shift
  referencing new table as changed_rows for each statement execute function shifts_are_disjoint();

create function predecessors_are_sound() returns trigger
  language plpgsql set search_path = public, pg_temp as $$
begin
  if not exists (select from changed_rows where predecessor_ids is not null) then
    return null;
  end if;
  if exists (
    select from changed_rows c cross join unnest(c.predecessor_ids) as p (id)
     where not exists (
       select from operation o where o.tenant_id = c.tenant_id and o.id = p.id and o.order_id = c.order_id)
  ) then
    raise exception 'a predecessor is not an operation of the same order'
      using errcode = 'foreign_key_violation', constraint = 'operation_predecessor_exists', table = 'operation';
  end if;
  if exists (
    with recursive node as (
      select o.tenant_id, o.order_id, o.id, o.predecessor_ids,
             lag(o.id) over (partition by o.tenant_id, o.order_id order by o.seq) as before_it
        from operation o
       where (o.tenant_id, o.order_id) in
             (select tenant_id, order_id from changed_rows where predecessor_ids is not null)
    ), edge as (
      select tenant_id, id, needs from node cross join unnest(predecessor_ids) as p (needs)
      union all
      select tenant_id, id, before_it from node where predecessor_ids is null and before_it is not null
    ), reach (tenant_id, id, needs) as (
      select tenant_id, id, needs from edge
      union
      select r.tenant_id, r.id, e.needs from reach r join edge e on e.tenant_id = r.tenant_id and e.id = r.needs
    )
    select from reach where id = needs
  ) then
    raise exception 'the operations of an order wait for each other in a circle'
      using errcode = 'check_violation', constraint = 'operation_acyclic', table = 'operation';
  end if;
  return null;
end $$;

create trigger sound_on_insert after insert on operation
  referencing new table as changed_rows for each statement execute function predecessors_are_sound();
create trigger sound_on_update after update on operation
  referencing new table as changed_rows for each statement execute function predecessors_are_sound();

-- Checked at commit, because operations are written before their alternatives.
create function operation_can_run_somewhere() returns trigger
  language plpgsql set search_path = public, pg_temp as $$
declare
  operation_in_doubt text := case tg_table_name when 'operation' then to_jsonb(new) ->> 'id'
                                                else to_jsonb(old) ->> 'operation_id' end;
  tenant text := coalesce(to_jsonb(new) ->> 'tenant_id', to_jsonb(old) ->> 'tenant_id');
begin
  if exists (
    select from operation o
     where o.tenant_id = tenant and o.id = operation_in_doubt
       and not o.milestone and o.subcontract_minutes is null
       and not exists (
         select from operation_alternative a where a.tenant_id = o.tenant_id and a.operation_id = o.id)
  ) then
    raise exception 'an operation has no machine that can do it'
      using errcode = 'check_violation', constraint = 'operation_has_alternative', table = 'operation';
  end if;
  return null;
end $$;

create constraint trigger has_alternative after insert or update on operation
  deferrable initially deferred for each row
  when (not new.milestone and new.subcontract_minutes is null) execute function operation_can_run_somewhere();
create constraint trigger leaves_alternative after delete on operation_alternative
  deferrable initially deferred for each row execute function operation_can_run_somewhere();

-- ── Values that follow from others ──────────────────────────────────────────────────────────────────────

create function take_machine_no() returns trigger
  language plpgsql set search_path = public, pg_temp as $$
begin
  select no into new.machine_no from machine where tenant_id = new.tenant_id and id = new.machine_id;
  return new;
end $$;

create trigger take_machine_no before insert on booking
  for each row when (new.machine_no is null) execute function take_machine_no();
create trigger follow_machine before update of machine_id on booking
  for each row when (new.machine_id <> old.machine_id) execute function take_machine_no();

-- The envelope spans the segments; a booking without segments (a milestone) blocks nothing.
create function envelope_follows_segments() returns trigger
  language plpgsql set search_path = public, pg_temp as $$
declare
  moved record;
begin
  if exists (
    select from (select distinct tenant_id, booking_id from changed_rows) as touched
      cross join lateral (
        select s.start < lag(s."end") over (order by s.start) as too_early
          from booking_segment s
         where s.tenant_id = touched.tenant_id and s.booking_id = touched.booking_id) as neighbours
     where too_early
  ) then
    raise exception 'two segments of one booking overlap'
      using errcode = 'exclusion_violation', constraint = 'booking_segment_disjoint', table = 'booking_segment';
  end if;
  -- Nested look-ups that no planner can turn round: in a transaction that fills the tables it knows no row
  -- counts, and its plan stays for the session. Only what really moves is updated.
  for moved in
    select touched.tenant_id, touched.booking_id,
           coalesce(span.first_start, kept.envelope_start) as opens,
           coalesce(span.last_end, kept.envelope_start) as closes
      from (select distinct tenant_id, booking_id from changed_rows) as touched
     cross join lateral (
       select min(s.start) as first_start, max(s."end") as last_end
         from booking_segment s
        where s.tenant_id = touched.tenant_id and s.booking_id = touched.booking_id) as span
     cross join lateral (
       select b.envelope_start, b.envelope_end
         from booking b
        where b.tenant_id = touched.tenant_id and b.id = touched.booking_id
       offset 0) as kept
     where kept.envelope_start <> coalesce(span.first_start, kept.envelope_start)
        or kept.envelope_end <> coalesce(span.last_end, kept.envelope_start)
  loop
    update booking
       set envelope_start = moved.opens, envelope_end = moved.closes
     where tenant_id = moved.tenant_id and id = moved.booking_id;
  end loop;
  return null;
end $$;

create trigger envelope_on_insert after insert on booking_segment
  referencing new table as changed_rows for each statement execute function envelope_follows_segments();
create trigger envelope_on_update after update on booking_segment
  referencing new table as changed_rows for each statement execute function envelope_follows_segments();
-- Not while a whole plan is replaced: those bookings are about to go, too.
create trigger envelope_on_delete after delete on booking_segment
  referencing old table as changed_rows for each statement
  when (current_setting('app.replacing_plan', true) is distinct from 'on')
  execute function envelope_follows_segments();

-- An envelope written by hand gives way to the segments, if there are any.
create function keep_envelope() returns trigger
  language plpgsql set search_path = public, pg_temp as $$
begin
  select coalesce(min(s.start), new.envelope_start), coalesce(max(s."end"), new.envelope_end)
    into new.envelope_start, new.envelope_end
    from booking_segment s where s.tenant_id = new.tenant_id and s.booking_id = new.id;
  return new;
end $$;

create trigger keep_envelope before update of envelope_start, envelope_end on booking
  for each row execute function keep_envelope();

create function count_row_version() returns trigger
  language plpgsql set search_path = public, pg_temp as $$
begin
  new.row_version := old.row_version + 1;
  return new;
end $$;

-- data_version moves once a transaction, whichever tables it touched. Writers of one shop wait for one another.
create function bump_data_version() returns trigger
  language plpgsql set search_path = public, pg_temp as $$
begin
  update tenant_settings s
     set data_version = s.data_version + 1, changed_in = pg_current_xact_id()
   where s.tenant_id in (select tenant_id from changed_rows)
     and s.changed_in is distinct from pg_current_xact_id();
  return null;
end $$;

create function bump_own_data_version() returns trigger
  language plpgsql set search_path = public, pg_temp as $$
begin
  if old.changed_in is distinct from pg_current_xact_id() and new.data_version = old.data_version then
    new.data_version := old.data_version + 1;
    new.changed_in := pg_current_xact_id();
  end if;
  return new;
end $$;

create trigger bump_own_data_version before update on tenant_settings
  for each row execute function bump_own_data_version();

-- Every later table of the shop calls this once; see its use below.
create function protect_shop_table(name regclass) returns void language plpgsql as $$
declare
  change text;
begin
  perform protect_tenant_table(name);
  foreach change in array array['insert', 'update', 'delete'] loop
    execute format(
      'create trigger bump_on_%s after %s on %s referencing %s table as changed_rows'
      ' for each statement execute function bump_data_version()',
      change, change, name, case change when 'delete' then 'old' else 'new' end);
  end loop;
  if exists (select from pg_attribute where attrelid = name and attname = 'row_version') then
    execute format(
      'create trigger count_row_version before update on %s'
      ' for each row execute function count_row_version()', name);
  end if;
  execute format('grant select, insert, update, delete on %s to leadhand_app', name);
end $$;

revoke all on function protect_shop_table(regclass) from public;

select protect_tenant_table('tenant_settings');
grant select, insert, update, delete on tenant_settings to leadhand_app;

select protect_shop_table(t) from unnest(array[
  'calendar', 'calendar_shift', 'skill', 'work_center', 'machine', 'downtime', 'operator', 'operator_skill',
  'absence', 'calendar_exception', 'production_order', 'operation', 'operation_alternative', 'booking',
  'booking_segment']::regclass[]) as t;
