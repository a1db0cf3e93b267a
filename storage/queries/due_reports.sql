-- name: hold
-- Of these schedules of many shops those that are due and held by nobody else; see the function.
select * from public.hold_due_report_schedules(%(shops)s, %(schedules)s, %(now)s);

-- name: begin
-- Moves schedules on and queues their reports; see the function.
select * from public.begin_reports(%(begun)s, %(task)s, %(line)s, %(priority)s);
