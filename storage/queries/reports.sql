-- name: add_schedule
-- A schedule of the shop.
insert into report_schedule (id, name, due, timezone, options, recipients, owner_id, permissions, active, next_at)
values (%(id)s, %(name)s, %(due)s, %(timezone)s, %(options)s, %(recipients)s, %(owner_id)s, %(permissions)s,
        %(active)s, %(next_at)s)
returning *;

-- name: change_schedule
-- What is asked for, and as whom from now on.
update report_schedule
   set name = %(name)s, due = %(due)s, timezone = %(timezone)s, options = %(options)s, recipients = %(recipients)s,
       owner_id = %(owner_id)s, permissions = %(permissions)s, active = %(active)s, next_at = %(next_at)s,
       updated_at = clock_timestamp()
 where id = %(id)s
returning *;

-- name: list_schedules
-- Of the shop, oldest first.
select * from report_schedule where id > %(after)s order by id limit %(limit)s;

-- name: get_schedule
-- One of them.
select * from report_schedule where id = %(id)s;

-- name: lock_schedules
-- One at a time of a shop adds a schedule, so that the bound on them holds.
select pg_advisory_xact_lock(0x6c687273, hashtext(current_setting('app.tenant')));

-- name: count_schedules
-- How many the shop has.
select count(*) from report_schedule;

-- name: hold_schedule
-- Nobody else changes it until the transaction ends.
select * from report_schedule where id = %(id)s for update;

-- name: move_on
-- When it is due next.
update report_schedule set next_at = %(next_at)s where id = %(id)s;

-- name: delete_schedule
-- Its reports stay.
delete from report_schedule where id = %(id)s;

-- name: due_schedules
-- Of all shops, one of each before the second of any: ids and nothing else.
select tenant_id, schedule_id as row_id from public.due_report_schedules(%(now)s, %(at_most)s);

-- name: stranded_reports
-- Of all shops, those whose job is lost: ids and nothing else.
select tenant_id, report_id as row_id from public.stranded_reports(%(since)s, %(at_most)s);

-- name: stranded_deliveries
-- Of all shops, those whose job is lost: ids and nothing else.
select tenant_id, delivery_id as row_id from public.stranded_report_deliveries(%(since)s, %(at_most)s);

-- name: add_report
-- A report that is to be made, or the note that its period was passed over; nothing if there is one of the period.
insert into report (id, schedule_id, period, due_at, name, options, owner_id, permissions, request_key, status)
values (%(id)s, %(schedule_id)s, %(period)s, %(due_at)s, %(name)s, %(options)s, %(owner_id)s, %(permissions)s,
        %(request_key)s, %(status)s)
on conflict do nothing;

-- name: lock_asked
-- One at a time of a shop asks for a report, so that the bound on them holds.
select pg_advisory_xact_lock(0x6c687274, hashtext(current_setting('app.tenant')));

-- name: count_asked
-- How many reports that somebody asked for are not made yet.
select count(*) from report where schedule_id is null and status in ('queued', 'making');

-- name: find_request
-- What the same request was answered with.
select id from report where owner_id = %(owner_id)s and request_key = %(request_key)s;

-- name: add_delivery
-- To one recipient; it waits for the report.
insert into report_delivery (id, report_id, kind, target, secret)
values (%(id)s, %(report_id)s, %(kind)s, %(target)s, %(secret)s)
on conflict do nothing;

-- name: claim_report
-- One attempt more at a report that is not made.
update report set status = 'making', attempt = attempt + 1, touched_at = clock_timestamp()
 where id = %(id)s and status in ('queued', 'making')
returning id, schedule_id, period, due_at, name, options, owner_id, permissions, attempt;

-- name: report_before
-- The last one that was made of the same schedule, or the shop's last one without any; no notice of an alert.
select content from report
 where schedule_id is not distinct from %(schedule_id)s and alert_id is null and status = 'ready' and id < %(id)s
 order by id desc limit 1;

-- name: keep_report
-- The attempt that holds it has made it.
update report set status = 'ready', content = %(content)s, code = null, made_at = clock_timestamp(),
       touched_at = clock_timestamp()
 where id = %(id)s and status = 'making' and attempt = %(attempt)s;

-- name: note_report_fault
-- What the attempt failed with; for good, or to be tried again.
update report set status = case when %(final)s then 'failed' else status end, code = %(code)s,
       touched_at = clock_timestamp()
 where id = %(id)s and status = 'making' and attempt = %(attempt)s;

-- name: touch_report
-- Its job was queued anew.
update report set touched_at = clock_timestamp() where id = %(id)s;

-- name: list_reports
-- Newest first, without their content; notices of alerts stand with their alerts.
select id, schedule_id, period, due_at, name, owner_id, status, attempt, code, created_at, made_at
  from report
 where alert_id is null and (%(before)s::uuid is null or id < %(before)s)
   and (%(schedule_id)s::uuid is null or schedule_id = %(schedule_id)s)
 order by id desc limit %(limit)s;

-- name: get_report
-- One of them.
select id, schedule_id, period, due_at, name, owner_id, status, attempt, code, created_at, made_at
  from report where id = %(id)s;

-- name: content
-- What the report says.
select content from report where id = %(id)s;

-- name: deliveries
-- Of a report, in the order of its recipients.
select id, report_id, kind, target, status, attempt, code, sent_at
  from report_delivery where report_id = %(report_id)s order by id;

-- name: get_delivery
-- One of them.
select id, report_id, kind, target, status, attempt, code, sent_at from report_delivery where id = %(id)s;

-- name: claim_delivery
-- One attempt more at what has not arrived, of a report that is made.
update report_delivery d set attempt = d.attempt + 1, touched_at = clock_timestamp()
  from report r
 where d.id = %(id)s and d.status = 'waiting' and r.id = d.report_id and r.status = 'ready'
returning d.id, d.report_id, d.kind, d.target, d.secret, d.attempt, r.name, r.period, r.alert_id, r.content;

-- name: note_sent
-- It has arrived; nothing of it needs to be signed again.
update report_delivery set status = 'sent', code = null, secret = null, sent_at = clock_timestamp(),
       touched_at = clock_timestamp()
 where id = %(id)s and status = 'waiting';

-- name: note_delivery_fault
-- What the attempt failed with; for good, or to be tried again. Somebody may have it sent again, signed.
update report_delivery
   set status = case when %(final)s then 'failed' else status end, code = %(code)s, touched_at = clock_timestamp()
 where id = %(id)s and status = 'waiting' and attempt = %(attempt)s;

-- name: fail_deliveries
-- There will be no report to deliver.
update report_delivery set status = 'failed', code = %(code)s, secret = null, touched_at = clock_timestamp()
 where report_id = %(report_id)s and status = 'waiting';

-- name: wait_again
-- A failed one of a report that is made, as if it had never been tried; a webhook needs its secret.
update report_delivery d set status = 'waiting', attempt = 0, code = null, touched_at = clock_timestamp()
  from report r
 where d.id = %(id)s and d.status = 'failed' and (d.kind <> 'webhook' or d.secret is not null)
   and r.id = d.report_id and r.status = 'ready';

-- name: touch_delivery
-- Its job was queued anew.
update report_delivery set touched_at = clock_timestamp() where id = %(id)s;
