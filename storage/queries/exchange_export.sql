-- name: tenant_settings
-- The shop's row.
select to_jsonb(t) as record from tenant_settings t order by tenant_id;

-- name: calendar
-- All calendars.
select to_jsonb(t) as record from calendar t order by id;

-- name: calendar_shift
-- Their weeks.
select to_jsonb(t) as record from calendar_shift t order by calendar_id, weekday, start_local;

-- name: skill
-- All skills.
select to_jsonb(t) as record from skill t order by id;

-- name: work_center
-- Work centers.
select to_jsonb(t) as record from work_center t order by id;

-- name: machine
-- All machines.
select to_jsonb(t) as record from machine t order by id;

-- name: operator
-- All operators.
select to_jsonb(t) as record from operator t order by id;

-- name: operator_skill
-- What they can do.
select to_jsonb(t) as record from operator_skill t order by operator_id, skill_id, valid_from nulls first;

-- name: absence
-- Absences of operators.
select to_jsonb(t) as record from absence t order by id;

-- name: downtime
-- Downtimes of machines.
select to_jsonb(t) as record from downtime t order by id;

-- name: calendar_exception
-- Closures and overtime.
select to_jsonb(t) as record from calendar_exception t order by id;

-- name: production_order
-- Orders, finished ones included.
select to_jsonb(t) as record from production_order t order by id;

-- name: operation
-- Their steps.
select to_jsonb(t) as record from operation t order by order_id, seq;

-- name: operation_alternative
-- The machines that can do them.
select to_jsonb(t) as record from operation_alternative t order by operation_id, preference, machine_id;

-- name: material_requirement
-- What they need.
select to_jsonb(t) as record from material_requirement t order by id;

-- name: progress
-- What was reported.
select to_jsonb(t) as record from progress t order by operation_id, at;

-- name: booking
-- All bookings, past ones included.
select to_jsonb(t) as record from booking t order by id;

-- name: booking_segment
-- The work of the bookings.
select to_jsonb(t) as record from booking_segment t order by booking_id, start;
