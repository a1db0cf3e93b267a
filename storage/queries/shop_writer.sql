-- name: begin_replacing
-- Spares the envelopes of bookings that are all about to go.
select set_config('app.replacing_plan', 'on', true);

-- name: end_replacing
-- Envelopes follow their segments again.
select set_config('app.replacing_plan', '', true);

-- name: forget_plans
-- Foreign keys are checked by plans that a session keeps: made while a table is all but empty, they read all
-- of a shop's rows for each new one.
discard plans;

-- name: count_rows
-- So that queries of the next turn expect the rows that there now are.
select count_plan_rows();

-- name: release_site_calendar
-- So that the calendar may go.
update tenant_settings set site_calendar_id = null where tenant_id = %(tenant_id)s;

-- name: delete_segments
-- All work of the plan.
delete from booking_segment;

-- name: delete_bookings
-- The plan itself.
delete from booking;

-- name: delete_holds
-- Quotes that hold capacity.
delete from capacity_hold;

-- name: delete_progress
-- What was reported.
delete from progress;

-- name: delete_materials
-- What operations need.
delete from material_requirement;

-- name: delete_alternatives
-- What could run where.
delete from operation_alternative;

-- name: delete_operations
-- Operations of all orders.
delete from operation;

-- name: delete_orders
-- All orders.
delete from production_order;

-- name: delete_exceptions
-- Closures and overtime.
delete from calendar_exception;

-- name: delete_absences
-- Absences of all operators.
delete from absence;

-- name: delete_operator_skills
-- What the operators can do.
delete from operator_skill;

-- name: delete_operators
-- All operators.
delete from operator;

-- name: delete_downtimes
-- Downtimes of all machines.
delete from downtime;

-- name: delete_machines
-- All machines.
delete from machine;

-- name: delete_work_centers
-- All work centers.
delete from work_center;

-- name: delete_skills
-- All skills.
delete from skill;

-- name: delete_shifts
-- The week of every calendar.
delete from calendar_shift;

-- name: delete_calendars
-- All calendars.
delete from calendar;

-- name: delete_documents
-- The shop's documents, with their versions and passages.
delete from knowledge_document;

-- name: delete_document_index
-- Which model they were indexed with.
delete from knowledge_index;

-- name: delete_reports
-- All that were made, with their deliveries.
delete from report;

-- name: delete_report_schedules
-- And their schedules.
delete from report_schedule;

-- name: delete_alerts
-- With their episodes.
delete from alert;

-- name: delete_settings
-- The shop itself.
delete from tenant_settings where tenant_id = %(tenant_id)s;

-- name: insert_calendars
-- Rows as JSON; row level security allows no COPY.
insert into calendar (id, name, source)
select id, name, %(source)s from jsonb_to_recordset(%(rows)s) as r (id text, name text);

-- name: insert_shifts
-- Weekly shifts; times as HH:MM.
insert into calendar_shift (calendar_id, weekday, start_local, end_local, ends_next_day, breaks)
select calendar_id, weekday, start_local, end_local, ends_next_day, breaks
  from jsonb_to_recordset(%(rows)s) as r (
    calendar_id text, weekday int, start_local time, end_local time, ends_next_day boolean, breaks jsonb);

-- name: insert_skills
-- Skills by code.
insert into skill (id, code, name, source)
select id, code, name, %(source)s from jsonb_to_recordset(%(rows)s) as r (id text, code text, name text);

-- name: insert_work_centers
-- Work centers with the skill they need.
insert into work_center (id, code, name, skill_id, source)
select id, code, name, skill_id, %(source)s
  from jsonb_to_recordset(%(rows)s) as r (id text, code text, name text, skill_id text);

-- name: insert_machines
-- Machines; their database-wide number is given here.
insert into machine (id, code, name, work_center_id, calendar_id, active_from, active_to, source)
select id, code, name, work_center_id, calendar_id, minute_utc(active_from), minute_utc(active_to), %(source)s
  from jsonb_to_recordset(%(rows)s) as r (
    id text, code text, name text, work_center_id text, calendar_id text, active_from bigint, active_to bigint);

-- name: insert_downtimes
-- Downtimes; instants as UTC minutes.
insert into downtime (id, machine_id, start, "end", kind, note, source)
select id, machine_id, minute_utc(start), minute_utc("end"), kind, note, %(source)s
  from jsonb_to_recordset(%(rows)s) as r (
    id text, machine_id text, start bigint, "end" bigint, kind text, note text);

-- name: insert_operators
-- Operators with their calendar.
insert into operator (id, code, name, calendar_id, max_parallel, active_from, active_to, source)
select id, code, name, calendar_id, max_parallel, minute_utc(active_from), minute_utc(active_to), %(source)s
  from jsonb_to_recordset(%(rows)s) as r (
    id text, code text, name text, calendar_id text, max_parallel int, active_from bigint, active_to bigint);

-- name: insert_operator_skills
-- What the operators can do, and when.
insert into operator_skill (operator_id, skill_id, valid_from, valid_to)
select operator_id, skill_id, minute_utc(valid_from), minute_utc(valid_to)
  from jsonb_to_recordset(%(rows)s) as r (operator_id text, skill_id text, valid_from bigint, valid_to bigint);

-- name: insert_absences
-- Absences by instants.
insert into absence (id, operator_id, start, "end", kind, source)
select id, operator_id, minute_utc(start), minute_utc("end"), kind, %(source)s
  from jsonb_to_recordset(%(rows)s) as r (id text, operator_id text, start bigint, "end" bigint, kind text);

-- name: insert_exceptions
-- Closures and overtime.
insert into calendar_exception (id, kind, name, calendar_id, machine_id, operator_id, production_date, start, "end",
                                source)
select id, kind, name, calendar_id, machine_id, operator_id, production_date, minute_utc(start), minute_utc("end"),
       %(source)s
  from jsonb_to_recordset(%(rows)s) as r (
    id text, kind text, name text, calendar_id text, machine_id text, operator_id text, production_date date,
    start bigint, "end" bigint);

-- name: insert_orders
-- Orders; due on a local date or at an instant.
insert into production_order (id, code, customer, quantity, due_date, due_at, release_at, priority, status, source)
select id, code, customer, quantity, due_date, minute_utc(due_at), minute_utc(release_at), priority, status, %(source)s
  from jsonb_to_recordset(%(rows)s) as r (
    id text, code text, customer text, quantity int, due_date date, due_at bigint, release_at bigint, priority int,
    status text);

-- name: insert_operations
-- Operations; durations in minutes, run time a piece in seconds.
insert into operation (id, order_id, seq, name, predecessor_ids, setup_min, run_s_per_piece, attendance, splittable,
                       min_wait_after_min, milestone, subcontract_minutes, source)
select id, order_id, seq, name, predecessor_ids, setup_min, run_s_per_piece, attendance, splittable,
       min_wait_after_min, milestone, subcontract_minutes, %(source)s
  from jsonb_to_recordset(%(rows)s) as r (
    id text, order_id text, seq int, name text, predecessor_ids text[], setup_min int, run_s_per_piece int,
    attendance text, splittable boolean, min_wait_after_min int, milestone boolean, subcontract_minutes int);

-- name: insert_alternatives
-- The machines that can do them.
insert into operation_alternative (operation_id, machine_id, setup_min, run_s_per_piece, preference)
select operation_id, machine_id, setup_min, run_s_per_piece, preference
  from jsonb_to_recordset(%(rows)s) as r (
    operation_id text, machine_id text, setup_min int, run_s_per_piece int, preference int);

-- name: insert_materials
-- What operations need; instants as UTC minutes.
insert into material_requirement (id, operation_id, item, qty, available_at, source)
select id, operation_id, item, qty, minute_utc(available_at), %(source)s
  from jsonb_to_recordset(%(rows)s) as r (
    id text, operation_id text, item text, qty numeric, available_at bigint);

-- name: insert_progress
-- Pieces reported since the report before.
insert into progress (operation_id, at, good, scrap)
select operation_id, minute_utc(at), good, scrap
  from jsonb_to_recordset(%(rows)s) as r (operation_id text, at bigint, good int, scrap int);

-- name: insert_bookings
-- Bookings with the numbers of their machines.
insert into booking (id, operation_id, quote_id, machine_id, machine_no, envelope_start, envelope_end, status, locked,
                     waived_conflict, source)
select r.id, r.operation_id, r.quote_id, r.machine_id, m.no, minute_utc(r.envelope_start), minute_utc(r.envelope_end),
       r.status, r.locked, r.waived_conflict, %(source)s
  from jsonb_to_recordset(%(rows)s) as r (
    id text, operation_id text, quote_id text, machine_id text, envelope_start bigint, envelope_end bigint,
    status text, locked boolean, waived_conflict boolean)
  left join machine m on m.id = r.machine_id;

-- name: insert_segments
-- The work of the bookings.
insert into booking_segment (booking_id, start, "end", operator_id)
select booking_id, minute_utc(start), minute_utc("end"), operator_id
  from jsonb_to_recordset(%(rows)s) as r (booking_id text, start bigint, "end" bigint, operator_id text);

-- name: insert_holds
-- Quotes that hold capacity.
insert into capacity_hold (id, name, customer, expires_at, source)
select id, name, customer, minute_utc(expires_at), %(source)s
  from jsonb_to_recordset(%(rows)s) as r (id text, name text, customer text, expires_at bigint);
