-- name: ended_in_window
-- A page of the bookings that end in a window, in order of end: the index on envelopes is read as far as the page needs.
with page as materialized (
  select b.id, b.operation_id, b.quote_id, b.machine_id, b.envelope_start, b.envelope_end, b.status, b.locked,
         b.waived_conflict
    from booking b
   where b.envelope_end between minute_utc(%(first_end)s) and minute_utc(%(window_end)s)
     and b.envelope_start < minute_utc(%(window_end)s)
     and (b.envelope_end > minute_utc(%(window_start)s) or b.envelope_start = b.envelope_end)
     and (b.envelope_end, b.envelope_start, b.id)
         > (minute_utc(%(after_end)s), minute_utc(%(after_start)s), %(after_id)s)
     and (b.quote_id is null or not exists (
       select from capacity_hold h where h.id = b.quote_id and h.expires_at <= minute_utc(%(now)s)))
     and (%(machine_ids)s::text[] is null or b.machine_id = any(%(machine_ids)s::text[]))
   order by b.envelope_end, b.envelope_start, b.id limit %(row_limit)s)
select b.id, b.operation_id, b.machine_id, utc_minute(b.envelope_start), utc_minute(b.envelope_end), b.status, b.locked,
       b.waived_conflict, b.quote_id, o.seq, o.name, p.id, p.code, p.customer, p.status
  from page b
  left join operation o on o.id = b.operation_id
  left join production_order p on p.id = o.order_id
 order by b.envelope_end, b.envelope_start, b.id;

-- name: running_on
-- A page of the bookings that began before a window's end and end after it: what the query above leaves out.
with page as materialized (
  select b.id, b.operation_id, b.quote_id, b.machine_id, b.envelope_start, b.envelope_end, b.status, b.locked,
         b.waived_conflict
    from booking b
   where b.envelope_end > minute_utc(%(window_end)s) and b.envelope_start < minute_utc(%(window_end)s)
     and (b.envelope_end, b.envelope_start, b.id)
         > (minute_utc(%(after_end)s), minute_utc(%(after_start)s), %(after_id)s)
     and (b.quote_id is null or not exists (
       select from capacity_hold h where h.id = b.quote_id and h.expires_at <= minute_utc(%(now)s)))
     and (%(machine_ids)s::text[] is null or b.machine_id = any(%(machine_ids)s::text[]))
   order by b.envelope_end, b.envelope_start, b.id limit %(row_limit)s)
select b.id, b.operation_id, b.machine_id, utc_minute(b.envelope_start), utc_minute(b.envelope_end), b.status, b.locked,
       b.waived_conflict, b.quote_id, o.seq, o.name, p.id, p.code, p.customer, p.status
  from page b
  left join operation o on o.id = b.operation_id
  left join production_order p on p.id = o.order_id
 order by b.envelope_end, b.envelope_start, b.id;

-- name: of_one
-- The same of one order or one operator, found by the index on operations or on people's segments.
with chosen as materialized (
  select b.id from booking b
   where b.operation_id in (select o.id from operation o where o.order_id = %(order_id)s)
     and %(operator_id)s::text is null
  union
  select s.booking_id from booking_segment s
   where s.operator_id = %(operator_id)s
     and s.start < minute_utc(%(window_end)s) and s."end" > minute_utc(%(window_start)s))
select b.id, b.operation_id, b.machine_id, utc_minute(b.envelope_start), utc_minute(b.envelope_end), b.status, b.locked,
       b.waived_conflict, b.quote_id, o.seq, o.name, p.id, p.code, p.customer, p.status
  from chosen c
  join booking b on b.id = c.id
  left join operation o on o.id = b.operation_id
  left join production_order p on p.id = o.order_id
 where b.envelope_start < minute_utc(%(window_end)s)
   and (b.envelope_end > minute_utc(%(window_start)s)
        or (b.envelope_end = minute_utc(%(window_start)s) and b.envelope_start = b.envelope_end))
   and (b.envelope_end, b.envelope_start, b.id)
       > (minute_utc(%(after_end)s), minute_utc(%(after_start)s), %(after_id)s)
   and (%(machine_ids)s::text[] is null or b.machine_id = any(%(machine_ids)s::text[]))
   and (%(order_id)s::text is null or o.order_id = %(order_id)s)
 order by b.envelope_end, b.envelope_start, b.id limit %(row_limit)s;

-- name: segments_of
-- The work of those bookings.
select booking_id, utc_minute(start), utc_minute("end"), operator_id
  from booking_segment where booking_id = any(%(booking_ids)s) order by booking_id, start;

-- name: order_named
-- The id of an order, closed or not, by its id or else its code.
select id from production_order where id = %(name)s or code = %(name)s order by id = %(name)s desc limit 1;

-- name: whole_orders
-- Orders by id, closed or not.
select id, code, customer, quantity, status, due_date, utc_minute(due_at), utc_minute(release_at), priority
  from production_order where id = any(%(order_ids)s);

-- name: whole_bookings
-- All their bookings, whenever they are.
select id, operation_id, machine_id, utc_minute(envelope_start), utc_minute(envelope_end), status, locked,
       waived_conflict, quote_id
  from booking where operation_id in (select o.id from operation o where o.order_id = any(%(order_ids)s));

-- name: whole_progress
-- What was reported of their operations.
select operation_id, utc_minute(at), good, scrap
  from progress where operation_id in (select o.id from operation o where o.order_id = any(%(order_ids)s))
 order by operation_id, at;
