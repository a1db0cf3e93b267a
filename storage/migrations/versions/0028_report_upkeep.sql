-- Reports of many shops that are due at once are queued in few statements; reports that are old are deleted.

-- As before, and with a priority: of the jobs that can run, those of a higher one are taken first.
drop function jobs.defer_in_line(text, text, uuid, text, double precision);
create function jobs.defer_in_line(
    queue text, task text, row_id uuid, line text, after_s double precision, priority int default 0)
  returns bigint language plpgsql set search_path = jobs, pg_temp as $$
declare
  tenant text := nullif(current_setting('app.tenant', true), '');
begin
  if tenant is null then
    raise exception 'a job needs a shop' using errcode = 'insufficient_privilege';
  end if;
  return (procrastinate_defer_jobs_v1(array[row(
    queue, task, priority, task || ':' || tenant || ':' || line, task || ':' || tenant || ':' || row_id,
    jsonb_build_object('tenant_id', tenant, 'row_id', row_id),
    case when after_s > 0 then clock_timestamp() + make_interval(secs => after_s) end
  )::procrastinate_job_to_defer_v1]))[1];
exception
  when unique_violation then
    return null;
end $$;
revoke all on function jobs.defer_in_line(text, text, uuid, text, double precision, int) from public;
grant execute on function jobs.defer_in_line(text, text, uuid, text, double precision, int) to leadhand_app;

-- What is due is looked for across shops and then read and written as each of them in turn: these functions run with
-- the caller's own rights, so that row level security shows them one shop at a time, and none when they are done.

-- Of these schedules those that are still due and that nobody else holds, in the order given, with the time zone that
-- counts. They stay held until the transaction ends.
create function hold_due_report_schedules(
    shops text[], schedules uuid[], at timestamptz,
    out tenant_id text, out id uuid, out due text, out timezone text, out next_at timestamptz, out recipients int)
  returns setof record language plpgsql set search_path = public, pg_temp as $$
#variable_conflict use_column
begin
  for place in 1 .. cardinality(schedules) loop
    perform set_config('app.tenant', shops[place], true);
    return query
      select s.tenant_id, s.id, s.due, coalesce(s.timezone, t.timezone), s.next_at, jsonb_array_length(s.recipients)
        from report_schedule s join tenant_settings t on t.tenant_id = s.tenant_id
       where s.id = schedules[place] and s.active and s.next_at <= at
         for update of s skip locked;
  end loop;
  perform set_config('app.tenant', '', true);
end $$;

-- Reports that are deleted were for periods up to this one, which are never begun again: local time, as in `period`.
alter table report_schedule add column forgotten_to text check (forgotten_to <> '');

-- Of each held schedule moves `next_at` on, notes the periods that were passed over, and queues the report of the one
-- that is to be made, unless it has one: all of a schedule or nothing, with the SQLSTATE of what was in the way.
-- `begun`: [{tenant_id, schedule_id, next_at, report: [] or [{id, period, due_at}], deliveries: [uuid, …],
-- skipped: [{id, period, due_at}, …]}, …], of which the jobs stand in the same order.
create function begin_reports(
    begun jsonb, task text, line text, priority int,
    out tenant_id text, out schedule_id uuid, out queued boolean, out refusal text)
  returns setof record language plpgsql set search_path = public, pg_temp as $$
#variable_conflict use_column
declare
  one jsonb;
  schedule report_schedule;
  made uuid;
begin
  for one in select jsonb_array_elements(begun) loop
    tenant_id := one->>'tenant_id';
    schedule_id := (one->>'schedule_id')::uuid;
    queued := false;
    refusal := null;
    perform set_config('app.tenant', tenant_id, true);
    begin
      update report_schedule s set next_at = (one->>'next_at')::timestamptz
       where s.id = schedule_id returning s.* into strict schedule;
      insert into report (id, schedule_id, period, due_at, name, options, owner_id, permissions, status)
      select p.id, schedule.id, p.period, p.due_at, schedule.name, schedule.options, schedule.owner_id,
             schedule.permissions, 'skipped'
        from jsonb_to_recordset(one->'skipped') as p (id uuid, period text, due_at timestamptz)
       where p.period > coalesce(schedule.forgotten_to, '')
          on conflict do nothing;
      insert into report (id, schedule_id, period, due_at, name, options, owner_id, permissions)
      select p.id, schedule.id, p.period, p.due_at, schedule.name, schedule.options, schedule.owner_id,
             schedule.permissions
        from jsonb_to_recordset(one->'report') as p (id uuid, period text, due_at timestamptz)
       where p.period > coalesce(schedule.forgotten_to, '')
          on conflict do nothing returning id into made;
      if found then
        insert into report_delivery (id, report_id, kind, target, secret)
        select (one->'deliveries'->>(r.place - 1)::int)::uuid, made, r.who->>'kind', r.who->>'target', r.who->>'secret'
          from jsonb_array_elements(schedule.recipients) with ordinality as r (who, place)
            on conflict do nothing;
        perform jobs.defer_in_line(task, task, made, line, 0, priority);
        queued := true;
      end if;
    exception when others then
      refusal := sqlstate;
    end;
    return next;
  end loop;
  perform set_config('app.tenant', '', true);
end $$;

revoke all on function hold_due_report_schedules(text[], uuid[], timestamptz), begin_reports(jsonb, text, text, int)
  from public;
grant execute on function hold_due_report_schedules(text[], uuid[], timestamptz), begin_reports(jsonb, text, text, int)
  to leadhand_app;

-- Shops that may have reports to delete, in order: older ones than `since`, or more than `kept` in all.
select show_to_dispatch('report', 'created_at');
create function shops_with_old_reports(since timestamptz, kept int, later_than text, at_most int, out tenant_id text)
  returns setof text language sql stable strict begin atomic
  select r.tenant_id from report r
   where r.tenant_id > later_than and r.status in ('ready', 'failed', 'skipped')
   group by r.tenant_id having min(r.created_at) < since or count(*) > kept
   order by r.tenant_id limit at_most;
end;
select hand_to_dispatch('shops_with_old_reports(timestamptz, int, text, int)');
