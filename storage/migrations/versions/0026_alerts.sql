-- Alerts: what a shop wants to hear of, what each has found, and its notices, which are reports and go their ways.

-- `condition`: as asked for. `owner_id` and `permissions`: as whom its figures are read. `recipients` may hold the
-- secrets of webhooks; they are sent to nobody. Looked at from `look_from` on when the plan has another version than
-- `data_version`, and by `look_by` in any case, since time passes too. `looks` is the number of the look that counts:
-- one that was begun earlier writes nothing. `attempt` and `code`: of a look that fails.
create table alert (
  tenant_id text not null default nullif(current_setting('app.tenant', true), '') check (tenant_id <> ''),
  id uuid not null,
  name text not null check (char_length(name) between 1 and 120),
  condition jsonb not null check (jsonb_typeof(condition) = 'object'),
  recipients jsonb not null default '[]' check (jsonb_typeof(recipients) = 'array'),
  owner_id text not null check (owner_id <> ''),
  permissions text[] not null default '{}',
  active boolean not null default true,
  look_from timestamptz not null default clock_timestamp(),
  look_by timestamptz not null default clock_timestamp(),
  looks bigint not null default 0 check (looks >= 0),
  attempt int not null default 0 check (attempt >= 0),
  code text,
  data_version bigint,
  looked_at timestamptz,
  created_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, id)
);
create index alert_due on alert (look_from) where active;
select protect_tenant_table('alert');
grant select, insert, update, delete on alert to leadhand_app;

-- A notice is a report without a schedule, kept and delivered like any other.
alter table report add column alert_id uuid;
alter table report add constraint report_of_alert
  foreign key (tenant_id, alert_id) references alert (tenant_id, id) on delete cascade;
create index report_alert on report (tenant_id, alert_id) where alert_id is not null;

-- A stretch of time in which an alert's condition holds for one subject (an order, a machine, …). It is notified once,
-- by `report_id`: one row for each subject and episode, and one of a subject open at most.
create table alert_episode (
  tenant_id text not null default nullif(current_setting('app.tenant', true), '') check (tenant_id <> ''),
  alert_id uuid not null,
  subject text not null check (char_length(subject) between 1 and 200),
  episode int not null check (episode > 0),
  label text not null,
  evidence jsonb not null default '{}' check (jsonb_typeof(evidence) = 'object'),
  raised_at timestamptz not null,
  cleared_at timestamptz,
  report_id uuid,
  primary key (tenant_id, alert_id, subject, episode),
  foreign key (tenant_id, alert_id) references alert (tenant_id, id) on delete cascade,
  foreign key (tenant_id, report_id) references report (tenant_id, id) on delete set null (report_id)
);
create unique index alert_episode_open on alert_episode (tenant_id, alert_id, subject) where cleared_at is null;
create index alert_episode_report on alert_episode (tenant_id, report_id);
select protect_tenant_table('alert_episode');
grant select, insert, update, delete on alert_episode to leadhand_app;

-- What is to be looked at now, in all shops: one of each shop before the second of any.
select show_to_dispatch('tenant_settings', 'tenant_id', 'data_version');
select show_to_dispatch('alert', 'tenant_id', 'id', 'active', 'look_from', 'look_by', 'data_version');
create function due_alerts(at timestamptz, at_most int, out tenant_id text, out alert_id uuid)
  returns setof record language sql stable strict begin atomic
  select d.tenant_id, d.id
    from (select a.tenant_id, a.id, a.look_from,
                 row_number() over (partition by a.tenant_id order by a.look_from, a.id) as place
            from alert a join tenant_settings s on s.tenant_id = a.tenant_id
           where a.active and a.look_from <= at
             and (a.look_by <= at or s.data_version is distinct from a.data_version)) as d
   order by d.place, d.look_from, d.tenant_id limit at_most;
end;
select hand_to_dispatch('due_alerts(timestamptz, int)');
