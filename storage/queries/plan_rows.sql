-- name: begin_moving
-- Bookings may change places: envelopes are given, not worked out of half a change.
select set_config('app.replacing_plan', 'on', true);

-- name: end_moving
-- Envelopes follow their segments again.
select set_config('app.replacing_plan', '', true);

-- name: let_meet
-- Bookings may meet for the time of the change.
set constraints booking_one_at_a_time deferred;

-- name: must_not_meet
-- Now no two of a machine do, but for those that an import brought so.
set constraints booking_one_at_a_time immediate;

-- name: delete_segments
-- The work of bookings that are changed; the new one is added afterwards.
delete from booking_segment where booking_id = any(%(ids)s::text[]);

-- name: delete_booking
-- Bookings that leave the plan, and where they came from.
delete from booking where id = any(%(ids)s::text[]) returning id, source, external_id;

-- name: update_booking
-- Bookings at another place, or otherwise changed.
update booking b
   set machine_id = r.machine_id, envelope_start = minute_utc(r.envelope_start),
       envelope_end = minute_utc(r.envelope_end), status = r.status, locked = r.locked,
       waived_conflict = r.waived_conflict
  from jsonb_to_recordset(%(rows)s) as r (
    id text, machine_id text, envelope_start bigint, envelope_end bigint, status text, locked boolean,
    waived_conflict boolean)
 where b.id = r.id;

-- name: insert_booking
-- New bookings; one that an undo brings back belongs to its source again.
insert into booking (id, operation_id, quote_id, machine_id, machine_no, envelope_start, envelope_end, status, locked,
                     waived_conflict, source, external_id)
select r.id, r.operation_id, r.quote_id, r.machine_id, m.no, minute_utc(r.envelope_start), minute_utc(r.envelope_end),
       r.status, r.locked, r.waived_conflict, coalesce(o.source, 'app'), o.external_id
  from jsonb_to_recordset(%(rows)s) as r (
    id text, operation_id text, quote_id text, machine_id text, envelope_start bigint, envelope_end bigint,
    status text, locked boolean, waived_conflict boolean)
  left join machine m on m.id = r.machine_id
  left join jsonb_to_recordset(%(origins)s) as o (id text, source text, external_id text) on o.id = r.id;

-- name: insert_segments
-- The work of those bookings.
insert into booking_segment (booking_id, start, "end", operator_id)
select booking_id, minute_utc(start), minute_utc("end"), operator_id
  from jsonb_to_recordset(%(rows)s) as r (booking_id text, start bigint, "end" bigint, operator_id text);

-- name: update_production_order
-- Orders: what may change of them.
update production_order p
   set customer = r.customer, quantity = r.quantity, due_date = r.due_date, due_at = minute_utc(r.due_at),
       release_at = minute_utc(r.release_at), priority = r.priority, status = r.status
  from jsonb_to_recordset(%(rows)s) as r (
    id text, customer text, quantity int, due_date date, due_at bigint, release_at bigint, priority int, status text)
 where p.id = r.id;

-- name: delete_calendar_exception
-- Closures and overtime that are taken out of their calendars.
delete from calendar_exception where id = any(%(ids)s::text[]) returning id, source, external_id;

-- name: update_calendar_exception
-- Closures and overtime at another time.
update calendar_exception e
   set kind = r.kind, name = r.name, calendar_id = r.calendar_id, machine_id = r.machine_id,
       operator_id = r.operator_id, production_date = r.production_date, start = minute_utc(r.start),
       "end" = minute_utc(r."end")
  from jsonb_to_recordset(%(rows)s) as r (
    id text, kind text, name text, calendar_id text, machine_id text, operator_id text, production_date date,
    start bigint, "end" bigint)
 where e.id = r.id;

-- name: insert_calendar_exception
-- New closures and overtime.
insert into calendar_exception (id, kind, name, calendar_id, machine_id, operator_id, production_date, start, "end",
                                source, external_id)
select r.id, r.kind, r.name, r.calendar_id, r.machine_id, r.operator_id, r.production_date, minute_utc(r.start),
       minute_utc(r."end"), coalesce(o.source, 'app'), o.external_id
  from jsonb_to_recordset(%(rows)s) as r (
    id text, kind text, name text, calendar_id text, machine_id text, operator_id text, production_date date,
    start bigint, "end" bigint)
  left join jsonb_to_recordset(%(origins)s) as o (id text, source text, external_id text) on o.id = r.id;

-- name: delete_downtime
-- Downtimes that are not.
delete from downtime where id = any(%(ids)s::text[]) returning id, source, external_id;

-- name: update_downtime
-- Downtimes at another time.
update downtime d
   set machine_id = r.machine_id, start = minute_utc(r.start), "end" = minute_utc(r."end"), kind = r.kind, note = r.note
  from jsonb_to_recordset(%(rows)s) as r (
    id text, machine_id text, start bigint, "end" bigint, kind text, note text)
 where d.id = r.id;

-- name: insert_downtime
-- New downtimes.
insert into downtime (id, machine_id, start, "end", kind, note, source, external_id)
select r.id, r.machine_id, minute_utc(r.start), minute_utc(r."end"), r.kind, r.note, coalesce(o.source, 'app'),
       o.external_id
  from jsonb_to_recordset(%(rows)s) as r (
    id text, machine_id text, start bigint, "end" bigint, kind text, note text)
  left join jsonb_to_recordset(%(origins)s) as o (id text, source text, external_id text) on o.id = r.id;

-- name: delete_absence
-- Absences that are not.
delete from absence where id = any(%(ids)s::text[]) returning id, source, external_id;

-- name: update_absence
-- Absences at another time, by instants from now on.
update absence a
   set operator_id = r.operator_id, start = minute_utc(r.start), "end" = minute_utc(r."end"), start_date = null,
       end_date = null, kind = r.kind
  from jsonb_to_recordset(%(rows)s) as r (id text, operator_id text, start bigint, "end" bigint, kind text)
 where a.id = r.id;

-- name: insert_absence
-- New absences.
insert into absence (id, operator_id, start, "end", kind, source, external_id)
select r.id, r.operator_id, minute_utc(r.start), minute_utc(r."end"), r.kind, coalesce(o.source, 'app'), o.external_id
  from jsonb_to_recordset(%(rows)s) as r (id text, operator_id text, start bigint, "end" bigint, kind text)
  left join jsonb_to_recordset(%(origins)s) as o (id text, source text, external_id text) on o.id = r.id;

-- name: delete_capacity_hold
-- Quotes that hold nothing any more.
delete from capacity_hold where id = any(%(ids)s::text[]) returning id, source, external_id;

-- name: update_capacity_hold
-- Quotes that hold capacity for another time.
update capacity_hold h
   set name = r.name, customer = r.customer, expires_at = minute_utc(r.expires_at)
  from jsonb_to_recordset(%(rows)s) as r (id text, name text, customer text, expires_at bigint)
 where h.id = r.id;

-- name: insert_capacity_hold
-- New quotes.
insert into capacity_hold (id, name, customer, expires_at, source, external_id)
select r.id, r.name, r.customer, minute_utc(r.expires_at), coalesce(o.source, 'app'), o.external_id
  from jsonb_to_recordset(%(rows)s) as r (id text, name text, customer text, expires_at bigint)
  left join jsonb_to_recordset(%(origins)s) as o (id text, source text, external_id text) on o.id = r.id;
