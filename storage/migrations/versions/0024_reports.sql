-- Reports: their schedules, each report with the period that it is for, and its delivery to each recipient.

-- `due`: a preset or a cron line, as written. `owner_id` and `permissions`: as whom its reports are made.
-- `recipients` may hold the secrets of webhooks; they are sent to nobody.
create table report_schedule (
  tenant_id text not null default nullif(current_setting('app.tenant', true), '') check (tenant_id <> ''),
  id uuid not null,
  name text not null check (char_length(name) between 1 and 120),
  due text not null check (due <> ''),
  timezone text check (timezone <> ''),  -- null: the shop's
  options jsonb not null default '{}' check (jsonb_typeof(options) = 'object'),
  recipients jsonb not null default '[]' check (jsonb_typeof(recipients) = 'array'),
  owner_id text not null check (owner_id <> ''),
  permissions text[] not null default '{}',
  active boolean not null default true,
  next_at timestamptz not null,
  created_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, id)
);
create index report_schedule_due on report_schedule (next_at) where active;
select protect_tenant_table('report_schedule');
grant select, insert, update, delete on report_schedule to leadhand_app;

-- One row for each local period of a schedule, whoever looks at it and how often: that is what makes each report once.
-- Without a schedule: somebody asked for it. `content` is there once it is ready, and then stays as it is.
create table report (
  tenant_id text not null default nullif(current_setting('app.tenant', true), '') check (tenant_id <> ''),
  id uuid not null,
  schedule_id uuid,
  period text check (period <> ''),
  due_at timestamptz not null,
  name text not null check (char_length(name) between 1 and 120),
  options jsonb not null default '{}' check (jsonb_typeof(options) = 'object'),
  owner_id text not null check (owner_id <> ''),
  permissions text[] not null default '{}',
  request_key text check (char_length(request_key) between 1 and 200),
  status text not null default 'queued' check (status in ('queued', 'making', 'ready', 'failed', 'skipped')),
  attempt int not null default 0 check (attempt >= 0),
  code text,
  content text,
  created_at timestamptz not null default clock_timestamp(),
  touched_at timestamptz not null default clock_timestamp(),
  made_at timestamptz,
  primary key (tenant_id, id),
  constraint report_once_a_period unique (tenant_id, schedule_id, period),
  constraint report_once_a_request unique (tenant_id, owner_id, request_key),
  constraint report_is_whole check ((status = 'ready') = (content is not null)),
  foreign key (tenant_id, schedule_id) references report_schedule (tenant_id, id) on delete set null (schedule_id)
);
create index report_unfinished on report (touched_at) where status in ('queued', 'making');
select protect_tenant_table('report');
grant select, insert, update, delete on report to leadhand_app;

-- A recipient of one report. `secret` signs what a webhook gets; it is dropped when it is not needed any more.
create table report_delivery (
  tenant_id text not null default nullif(current_setting('app.tenant', true), '') check (tenant_id <> ''),
  id uuid not null,
  report_id uuid not null,
  kind text not null check (kind in ('email', 'webhook', 'folder')),
  target text not null check (char_length(target) between 1 and 2000),
  secret text,
  status text not null default 'waiting' check (status in ('waiting', 'sent', 'failed')),
  attempt int not null default 0 check (attempt >= 0),
  code text,
  created_at timestamptz not null default clock_timestamp(),
  touched_at timestamptz not null default clock_timestamp(),
  sent_at timestamptz,
  primary key (tenant_id, id),
  constraint report_delivery_once_a_recipient unique (tenant_id, report_id, kind, target),
  foreign key (tenant_id, report_id) references report (tenant_id, id) on delete cascade
);
create index report_delivery_waiting on report_delivery (touched_at) where status = 'waiting';
select protect_tenant_table('report_delivery');
grant select, insert, update, delete on report_delivery to leadhand_app;

-- What is due at a moment, in all shops: one of each shop before the second of any.
select show_to_dispatch('report_schedule', 'tenant_id', 'id', 'active', 'next_at');
create function due_report_schedules(at timestamptz, at_most int, out tenant_id text, out schedule_id uuid)
  returns setof record language sql stable strict begin atomic
  select d.tenant_id, d.id
    from (select s.tenant_id, s.id, s.next_at,
                 row_number() over (partition by s.tenant_id order by s.next_at, s.id) as place
            from report_schedule s where s.active and s.next_at <= at) as d
   order by d.place, d.next_at, d.tenant_id limit at_most;
end;
select hand_to_dispatch('due_report_schedules(timestamptz, int)');

-- Reports and deliveries that nobody has touched for so long: their jobs are lost, and are queued anew.
select show_to_dispatch('report', 'tenant_id', 'id', 'status', 'touched_at');
select show_to_dispatch('report_delivery', 'tenant_id', 'id', 'report_id', 'status', 'touched_at');
create function stranded_reports(since timestamptz, at_most int, out tenant_id text, out report_id uuid)
  returns setof record language sql stable strict begin atomic
  select r.tenant_id, r.id from report r
   where r.status in ('queued', 'making') and r.touched_at < since
   order by r.touched_at limit at_most;
end;
select hand_to_dispatch('stranded_reports(timestamptz, int)');
create function stranded_report_deliveries(since timestamptz, at_most int, out tenant_id text, out delivery_id uuid)
  returns setof record language sql stable strict begin atomic
  select d.tenant_id, d.id
    from report_delivery d join report r on r.tenant_id = d.tenant_id and r.id = d.report_id
   where d.status = 'waiting' and r.status = 'ready' and d.touched_at < since
   order by d.touched_at limit at_most;
end;
select hand_to_dispatch('stranded_report_deliveries(timestamptz, int)');
