-- name: try_lock
-- Whether this transaction may fill the shop: false while another import, or `leadhand demo`, does.
select pg_try_advisory_xact_lock(hashtextextended('leadhand demo ' || %(tenant_id)s, 0));

-- name: allow_long_statements
-- A whole shop takes longer than an answer, but not after its client is gone; ends with the transaction.
select set_config('statement_timeout', %(timeout_ms)s, true),
       set_config('client_connection_check_interval', '2s', true);

-- name: expect_many_rows
-- Nothing is known of rows laid out a moment ago, and a loop over what was taken for a few would not end.
select set_config('enable_nestloop', 'off', true);

-- name: begin_writing
-- What is swapped within the import is judged at its end.
set constraints all deferred;

-- name: end_writing
-- The time of judgement.
set constraints all immediate;

-- name: read_zone
-- The shop's time zone, if there is a shop.
select timezone from tenant_settings where tenant_id = %(tenant_id)s;

-- name: knows_zone
-- Whether the database can compute with a time zone.
select exists (select from pg_timezone_names where name = %(name)s);

-- name: has_rows
-- Whether the file had a row.
select exists (select from import_row where entity = %(entity)s);

-- name: read_version
-- The state that the tools will ask for.
select data_version from tenant_settings where tenant_id = %(tenant_id)s;

-- name: is_demo
-- Whether `leadhand demo` made the shop.
select exists (select from demo_shop where tenant_id = %(tenant_id)s);

-- name: forget_demo
-- From now on the shop is a real one.
delete from demo_shop where tenant_id = %(tenant_id)s;

-- name: identify
-- What is stored under the external ids of a chunk of rows.
select line, stored_id, id_taken from import_identify(%(entity)s, %(rows)s);

-- name: resolve
-- The ids that the cells of a chunk refer to.
select cell, id, matches from import_resolve(%(entity)s, %(cells)s);

-- name: known
-- Ids that a cell could have meant.
select id from import_known(%(entity)s, %(most)s);

-- name: lay_out
-- A chunk of rows, as JSON; those that are there already do not come back.
insert into import_row (entity, key, line, source, external_id, bad, record)
select %(entity)s, key, line, source, external_id, bad, record
  from jsonb_to_recordset(%(rows)s) as r (
    key text, line int, source text, external_id text, bad boolean, record jsonb)
    on conflict do nothing
returning line;

-- name: laid_out_before
-- The row that has the key, or else the external id.
select key, line, coalesce(external_id, '') as external_id
  from import_row
 where entity = %(entity)s and (key = %(key)s or (external_id = %(external_id)s and source = %(source)s))
 order by key <> %(key)s limit 1;

-- name: calendar_shifts
-- The weeks of the file, for their overlaps.
select line, record ->> 'calendar_id' as calendar_id, (record ->> 'weekday')::int as weekday,
       record ->> 'start_local' as start_local, record ->> 'end_local' as end_local,
       (record ->> 'ends_next_day')::boolean as ends_next_day
  from import_row where entity = 'calendar_shift' and not bad
 order by calendar_id, weekday, start_local;

-- name: claimed_twice
-- Rows that claim what only one may have.
select line, value, other_line, other_id from import_claimed_twice(%(entity)s, %(columns)s);

-- name: make_milestones
-- Operations that take no time anywhere become milestones.
update import_row o set record = o.record || jsonb_build_object('milestone', true)
 where o.entity = 'operation' and not o.bad
   and (o.record ->> 'setup_min')::int = 0 and (o.record ->> 'run_s_per_piece')::int = 0
   and o.record ->> 'subcontract_minutes' is null and not (o.record ->> 'milestone')::boolean
   and not exists (
     select from import_row a
      where a.entity = 'operation_alternative' and a.record ->> 'operation_id' = o.key
        and ((a.record ->> 'setup_min')::int > 0 or (a.record ->> 'run_s_per_piece')::int > 0))
   and not exists (
     select from operation_alternative a
      where a.operation_id = o.key and (a.setup_min > 0 or a.run_s_per_piece > 0)
        and not exists (select from import_row r where r.entity = 'operation_alternative'
                           and r.key = jsonb_build_array(a.operation_id, a.machine_id)::text))
returning o.line;

-- name: without_machine
-- Operations that no machine can do.
select o.line from import_row o
 where o.entity = 'operation' and not o.bad
   and not (o.record ->> 'milestone')::boolean and o.record ->> 'subcontract_minutes' is null
   and not exists (select from import_row a
                    where a.entity = 'operation_alternative' and a.record ->> 'operation_id' = o.key)
   and not exists (select from operation_alternative a where a.operation_id = o.key)
 order by 1 limit 200;

-- name: routings
-- The operations of every order in which the file touches a routing that is not a plain line; stored ones too.
with touched as (
  select distinct r.record ->> 'order_id' as order_id from import_row r where r.entity = 'operation' and not r.bad
), routed as (
  select r.record ->> 'order_id' as order_id, r.key as id, r.external_id, (r.record ->> 'seq')::int as seq,
         r.line,
         case when r.record ? 'predecessor_ids' then
                case when jsonb_typeof(r.record -> 'predecessor_ids') = 'array'
                     then array(select jsonb_array_elements_text(r.record -> 'predecessor_ids')) end
              else (select o.predecessor_ids from operation o where o.id = r.key) end as needs
    from import_row r where r.entity = 'operation' and not r.bad
  union all
  select o.order_id, o.id, o.external_id, o.seq, null, o.predecessor_ids
    from touched join operation o on o.order_id = touched.order_id
   where not exists (select from import_row r where r.entity = 'operation' and r.key = o.id)
)
select order_id, id, external_id, seq, line, needs from routed
 where order_id in (select order_id from routed where needs is not null)
 order by order_id, seq, id;

-- name: route
-- The predecessors of an operation, by id.
update import_row set record = record || jsonb_build_object('predecessor_ids', %(ids)s::text[])
 where entity = 'operation' and key = %(key)s;

-- name: overlapping_segments
-- Work of one booking that overlaps its own.
select line, other_line from (
  select line, (record ->> 'start')::instant as start,
         max((record ->> 'end')::instant) over before as busy_until, lag(line) over w as other_line
    from import_row where entity = 'booking_segment' and not bad
  window w as (partition by record ->> 'booking_id' order by (record ->> 'start')::instant),
         before as (w rows between unbounded preceding and 1 preceding)) as s
 where start < busy_until order by 1 limit 200;

-- name: lay_out_segmented
-- Bookings that only their segments name: their envelopes may move.
insert into import_row (entity, key, line, source, external_id, record)
select 'booking', b.id, 0, b.source, b.external_id, to_jsonb(b) - '{tenant_id,machine_no,slot,row_version}'::text[]
  from booking b
 where b.id in (select record ->> 'booking_id' from import_row where entity = 'booking_segment' and not bad)
    on conflict do nothing;

-- name: says_envelopes
-- Whether the file itself says from when to when a booking is.
select exists (select from import_row
                where entity = 'booking' and line > 0 and record ->> 'envelope_start' is not null);

-- name: complete_bookings
-- What the file leaves open is as stored; what is new is not waived.
update import_row r
   set record = '{"waived_conflict": false}'::jsonb || coalesce((
         select jsonb_build_object('envelope_start', b.envelope_start, 'envelope_end', b.envelope_end,
                                   'waived_conflict', b.waived_conflict)
           from booking b where b.id = r.key), '{}') || r.record
 where r.entity = 'booking' and not r.bad
   and not r.record ?& '{envelope_start,envelope_end,waived_conflict}'::text[];

-- name: span_envelopes
-- An envelope spans its segments, whatever the file says; lines where it says something else.
with span as (
  select r.key as id, s.opens, s.closes
    from (select record ->> 'booking_id' as id, min((record ->> 'start')::instant) as opens,
                 max((record ->> 'end')::instant) as closes
            from import_row where entity = 'booking_segment' and not bad group by 1) as s
    join import_row r on r.entity = 'booking' and r.key = s.id
  union all
  select r.key, b.envelope_start, b.envelope_end
    from import_row r join booking b on b.id = r.key
   where r.entity = 'booking'
     and exists (select from booking_segment s where s.booking_id = b.id)
     and not exists (select from import_row s
                      where s.entity = 'booking_segment' and s.record ->> 'booking_id' = b.id)
), before as (
  select r.key as id, r.line, r.record ->> 'envelope_start' as opens, r.record ->> 'envelope_end' as closes
    from import_row r where r.entity = 'booking' and not r.bad
)
update import_row r
   set record = r.record || jsonb_build_object('envelope_start', span.opens, 'envelope_end', span.closes)
  from span join before using (id)
 where r.entity = 'booking' and r.key = span.id and not r.bad
   and (before.opens::instant, before.closes::instant) is distinct from (span.opens, span.closes)
returning r.line, before.opens is not null and r.line > 0 as contradicted;

-- name: without_envelope
-- Bookings of which nobody says when they are.
select line from import_row
 where entity = 'booking' and not bad
   and (record ->> 'envelope_start' is null or record ->> 'envelope_end' is null)
 order by 1 limit 200;

-- name: waive_overlaps
-- Marks the bookings of the file that would share a machine's time with an earlier one, or with a stored one that
-- the file does not have.
with swept as (
  select id, line, opens, closes,
         max(closes) over before as busy_until,
         min(opens) filter (where line is null) over after as kept_from
    from import_bookings() where not waived and closes > opens
  window w as (partition by machine_id order by opens, line nulls first, id),
         back as (partition by machine_id order by opens desc, line desc nulls last, id desc),
         -- Frames that only grow: a shrinking one is computed anew for every row.
         before as (w rows between unbounded preceding and 1 preceding),
         after as (back rows between unbounded preceding and 1 preceding)
)
update import_row r set record = r.record || jsonb_build_object('waived_conflict', true)
  from swept
 where r.entity = 'booking' and r.key = swept.id and swept.line is not null
   and (swept.busy_until > swept.opens or swept.kept_from < swept.closes);

-- name: overlaps
-- The bookings of the file that share a machine's time with another, and one such other.
with swept as (
  select id, line, machine_id, opens, closes,
         max(array[lpad(utc_minute(closes)::text, 10, '0'), id]) over before as longest_before,
         lead(id) over w as next_id, lead(opens) over w as next_opens
    from import_bookings() where closes > opens
  window w as (partition by machine_id order by opens, line nulls first, id),
         before as (w rows between unbounded preceding and 1 preceding)
)
select line, id, machine_id,
       case when longest_before[1]::bigint > utc_minute(opens) then longest_before[2] else next_id end as other_id
  from swept
 where line is not null
   and (longest_before[1]::bigint > utc_minute(opens) or next_opens < closes)
 order by line, id limit 1000;

-- name: count
-- How many rows of a file are new, changed or unchanged.
select added, changed, unchanged from import_count(%(entity)s, %(keys)s, %(given)s);

-- name: changed
-- Which rows of a file differ from what is stored.
select line from import_changed(%(entity)s, %(keys)s, %(given)s);

-- name: changed_rows
-- Rows of a file that differ from what is stored, as they were read; the first of them.
select r.line, r.key, r.record
  from import_changed(%(entity)s, %(keys)s, %(given)s) c
  join import_row r on r.entity = %(entity)s and r.line = c.line
 order by r.line;

-- name: time_zone
-- Write times as texts by this clock; what it was before.
select current_setting('TimeZone') as before, set_config('TimeZone', %(zone)s, true) as now;

-- name: missing
-- Stored rows that the file does not have.
select total, examples from import_missing(%(entity)s, %(keys)s, %(part_of)s);

-- name: take_away_bookings
-- Bookings in whose place others come, with their segments.
with gone as (delete from booking where id = any(%(ids)s) returning id)
select count(*)::int from gone;

-- name: remove
-- Takes away what a parent of the file no longer has.
select import_remove(%(entity)s, %(keys)s, %(part_of)s);

-- name: write
-- Writes the rows that are new or changed.
select import_write(%(entity)s, %(keys)s, %(added)s, %(given)s);

-- name: clear
-- The laid-out rows are no longer needed.
delete from import_row;

-- name: forget_plans
-- As in shop_writer.sql: plans made for empty tables would stay.
discard plans;
