-- name: shops
-- Of all shops, in order, those that may have reports to delete; ids and nothing else.
select tenant_id from public.shops_with_old_reports(%(since)s, %(kept)s, %(later_than)s, %(at_most)s);

-- name: forget
-- Reports that are over and too old or too many of their kind, with their deliveries. What the next report of a
-- schedule is compared with stays, and the schedule remembers how far its periods have had their report.
with ranked as (
  select id, schedule_id, alert_id, period, status, created_at,
         row_number() over (partition by schedule_id, alert_id, status = 'skipped' order by id desc) as place,
         row_number() over (partition by schedule_id, alert_id, status order by id desc) as place_of_status
    from report where status in ('ready', 'failed', 'skipped')
), old as (
  select id, schedule_id, period from ranked
   where (created_at < %(since)s or place > %(kept)s)
     and not (status = 'ready' and alert_id is null and place_of_status = 1)
   order by id limit %(at_most)s
), marked as (
  update report_schedule s set forgotten_to = greatest(s.forgotten_to, gone.period)
    from (select schedule_id, max(period) as period from old group by schedule_id) as gone
   where s.id = gone.schedule_id
)
delete from report r using old where r.id = old.id;
