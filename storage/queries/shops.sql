-- name: shop_version
-- Which state of which shop: the key of the cache, the newest expiry of a hold by then included; and the minute of the
-- newest import of its plan.
select created_at, data_version, (select utc_minute(max(expires_at)) from capacity_hold where expires_at <= $2),
       (select utc_minute(at) from import_log where of_plan order by at desc limit 1)
  from tenant_settings where tenant_id = $1;

-- name: settings
-- The shop's settings; times as minutes after midnight.
select name, timezone, locale, data_version, standard_overtime, at_risk_buffer_h, site_calendar_id,
       (extract(epoch from due_cutoff_local) / 60)::int, utilization_threshold, frozen_hours, horizon_days,
       (select utc_minute(at) from import_log where of_plan order by at desc limit 1), created_at
  from tenant_settings where tenant_id = %(tenant_id)s;

-- name: calendars
-- Calendars by id.
select id, name from calendar order by id;

-- name: shifts
-- Weekly shifts, times as minutes after midnight.
select calendar_id, weekday, (extract(epoch from start_local) / 60)::int, (extract(epoch from end_local) / 60)::int,
       ends_next_day, breaks
  from calendar_shift order by calendar_id, weekday, start_local;

-- name: exceptions
-- Closures and overtime.
select id, kind, name, calendar_id, machine_id, operator_id, production_date, utc_minute(start), utc_minute("end")
  from calendar_exception order by id;

-- name: skills
-- Skills by id.
select id, code, name from skill order by id;

-- name: work_centers
-- Work centers by id.
select id, code, name, skill_id from work_center order by id;

-- name: machines
-- Machines by id.
select id, code, name, work_center_id, calendar_id, no, utc_minute(active_from), utc_minute(active_to)
  from machine order by id;

-- name: downtimes
-- Downtimes of all machines.
select id, machine_id, utc_minute(start), utc_minute("end"), kind, note from downtime order by id;

-- name: operators
-- Operators by id.
select id, code, name, calendar_id, max_parallel, utc_minute(active_from), utc_minute(active_to)
  from operator order by id;

-- name: operator_skills
-- What the operators can do, and when.
select operator_id, skill_id, utc_minute(valid_from), utc_minute(valid_to)
  from operator_skill order by operator_id, skill_id, valid_from nulls first;

-- name: absences
-- Absences of all operators, by instants or by whole local dates.
select id, operator_id, utc_minute(start), utc_minute("end"), start_date, end_date, kind from absence order by id;

-- name: bookings
-- Bookings that touch the window, and those of open orders whenever they are; big results come unsorted, a sort would spill.
select id, operation_id, machine_id, utc_minute(envelope_start), utc_minute(envelope_end),
       status, locked, waived_conflict, quote_id
  from booking
 where envelope_end >= minute_utc(%(window_start)s) and envelope_start <= minute_utc(%(window_end)s)
union all
select b.id, b.operation_id, b.machine_id, utc_minute(b.envelope_start), utc_minute(b.envelope_end),
       b.status, b.locked, b.waived_conflict, b.quote_id
  from production_order p
  join operation o on o.tenant_id = p.tenant_id and o.order_id = p.id
  join booking b on b.tenant_id = o.tenant_id and b.operation_id = o.id
 where p.status not in ('done', 'cancelled')
   and (b.envelope_end < minute_utc(%(window_start)s) or b.envelope_start > minute_utc(%(window_end)s));

-- name: segments
-- The work of those bookings.
select s.booking_id, utc_minute(s.start), utc_minute(s."end"), s.operator_id
  from booking b join booking_segment s on s.tenant_id = b.tenant_id and s.booking_id = b.id
 where b.envelope_end >= minute_utc(%(window_start)s) and b.envelope_start <= minute_utc(%(window_end)s)
union all
select s.booking_id, utc_minute(s.start), utc_minute(s."end"), s.operator_id
  from production_order p
  join operation o on o.tenant_id = p.tenant_id and o.order_id = p.id
  join booking b on b.tenant_id = o.tenant_id and b.operation_id = o.id
  join booking_segment s on s.tenant_id = b.tenant_id and s.booking_id = b.id
 where p.status not in ('done', 'cancelled')
   and (b.envelope_end < minute_utc(%(window_start)s) or b.envelope_start > minute_utc(%(window_end)s));

-- name: orders
-- Open orders, and those whose work the window shows.
select id, code, customer, quantity, status, due_date, utc_minute(due_at), utc_minute(release_at), priority
  from production_order
 where status not in ('done', 'cancelled')
    or id in (select o.order_id
                from booking b join operation o on o.tenant_id = b.tenant_id and o.id = b.operation_id
               where b.envelope_end >= minute_utc(%(window_start)s)
                 and b.envelope_start <= minute_utc(%(window_end)s))
 order by id;

-- name: operations
-- All operations of those orders.
select id, order_id, seq, setup_min, run_s_per_piece, name, predecessor_ids, attendance, splittable,
       min_wait_after_min, milestone, subcontract_minutes
  from operation where order_id = any(%(order_ids)s::text[]) order by order_id, seq;

-- name: alternatives
-- The machines that can do them.
select a.operation_id, a.machine_id, a.setup_min, a.run_s_per_piece, a.preference
  from operation o join operation_alternative a on a.tenant_id = o.tenant_id and a.operation_id = o.id
 where o.order_id = any(%(order_ids)s::text[]);

-- name: materials
-- What operations of open orders need. The orders are told, as above: joined with production_order, Postgres compares
-- each order with each row as long as it has not counted what was just imported.
select m.operation_id, m.id, m.item, m.qty, utc_minute(m.available_at)
  from material_requirement m
  join operation o on o.tenant_id = m.tenant_id and o.id = m.operation_id
 where o.order_id = any(%(order_ids)s::text[]) order by m.operation_id, m.id;

-- name: progress
-- What was reported of operations of open orders.
select r.operation_id, utc_minute(r.at), r.good, r.scrap
  from progress r
  join operation o on o.tenant_id = r.tenant_id and o.id = r.operation_id
 where o.order_id = any(%(order_ids)s::text[]) order by r.operation_id, r.at;

-- name: holds
-- Quotes that hold capacity.
select id, name, utc_minute(expires_at), customer from capacity_hold order by id;
