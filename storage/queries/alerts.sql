-- name: add_alert
-- An alert of the shop; it is looked at as soon as may be.
insert into alert (id, name, condition, recipients, owner_id, permissions, active)
values (%(id)s, %(name)s, %(condition)s, %(recipients)s, %(owner_id)s, %(permissions)s, %(active)s)
returning *, 0::bigint as raised;

-- name: change_alert
-- What it is about, and as whom from now on. A look that is under way counts no more.
update alert a
   set name = %(name)s, condition = %(condition)s, recipients = %(recipients)s, owner_id = %(owner_id)s,
       permissions = %(permissions)s, active = %(active)s, looks = looks + 1, attempt = 0, code = null,
       look_from = clock_timestamp(), look_by = clock_timestamp(), updated_at = clock_timestamp()
 where id = %(id)s
returning *, (select count(*) from alert_episode e where e.alert_id = a.id and e.cleared_at is null) as raised;

-- name: list_alerts
-- Of the shop, oldest first, with how many subjects each is raised for.
select a.*, (select count(*) from alert_episode e where e.alert_id = a.id and e.cleared_at is null) as raised
  from alert a where a.id > %(after)s order by a.id limit %(limit)s;

-- name: get_alert
-- One of them.
select a.*, (select count(*) from alert_episode e where e.alert_id = a.id and e.cleared_at is null) as raised
  from alert a where a.id = %(id)s;

-- name: hold_alert
-- Nobody else changes it until the transaction ends.
select a.*, 0::bigint as raised from alert a where a.id = %(id)s for update;

-- name: lock_alerts
-- One at a time of a shop adds an alert, so that the bound on them holds.
select pg_advisory_xact_lock(0x6c68616c, hashtext(current_setting('app.tenant')));

-- name: count_alerts
-- How many the shop has.
select count(*) from alert;

-- name: delete_alert
-- With its episodes and notices.
delete from alert where id = %(id)s;

-- name: due_alerts
-- Of all shops, one of each before the second of any: ids and nothing else.
select tenant_id, alert_id as row_id from public.due_alerts(%(now)s, %(at_most)s);

-- name: take_due
-- One that is to be looked at now, for whoever comes first; when it is looked at next.
update alert a set look_from = %(look_from)s, look_by = %(look_by)s
 where a.id = %(id)s and a.active and a.look_from <= %(now)s
   and (a.look_by <= %(now)s
        or a.data_version is distinct from (select s.data_version from tenant_settings s));

-- name: claim_alert
-- One look more, which counts from now on.
update alert a set looks = looks + 1, attempt = attempt + 1 where id = %(id)s and active
returning *, 0::bigint as raised;

-- name: keep_look
-- The look that counts has come to an end.
update alert set attempt = 0, code = null, data_version = %(data_version)s, looked_at = %(at)s
 where id = %(id)s and looks = %(looks)s;

-- name: note_look_fault
-- What the look failed with; for good, and then when it is looked at again, or to be tried again.
update alert set code = %(code)s, looked_at = case when %(final)s then %(at)s else looked_at end,
       attempt = case when %(final)s then 0 else attempt end,
       data_version = case when %(final)s then %(data_version)s else data_version end,
       look_by = case when %(final)s then %(look_by)s else look_by end
 where id = %(id)s and looks = %(looks)s;

-- name: open_subjects
-- What the alert is raised for.
select subject from alert_episode where alert_id = %(alert_id)s and cleared_at is null;

-- name: raise_episodes
-- One more episode of each subject; a subject that has one open fails the transaction.
insert into alert_episode (alert_id, subject, episode, label, evidence, raised_at, report_id)
select %(alert_id)s, r.subject,
       1 + coalesce((select max(e.episode) from alert_episode e
                      where e.alert_id = %(alert_id)s and e.subject = r.subject), 0),
       r.label, r.evidence, %(at)s, %(report_id)s
  from jsonb_to_recordset(%(raised)s) as r (subject text, label text, evidence jsonb);

-- name: clear_episodes
-- It holds for these no longer; null: for none of them.
update alert_episode set cleared_at = %(at)s
 where alert_id = %(alert_id)s and cleared_at is null
   and (%(subjects)s::text[] is null or subject = any (%(subjects)s::text[]));

-- name: forget_episodes
-- The oldest of those that are over, but for so many.
delete from alert_episode
 where alert_id = %(alert_id)s and cleared_at < (
   select e.cleared_at from alert_episode e where e.alert_id = %(alert_id)s and e.cleared_at is not null
    order by e.cleared_at desc offset %(kept)s limit 1);

-- name: list_episodes
-- Open ones first, the newest of each first.
select subject, episode, label, evidence, raised_at, cleared_at, report_id
  from alert_episode where alert_id = %(alert_id)s
 order by cleared_at is not null, raised_at desc, label, subject limit %(limit)s;

-- name: add_notice
-- A report that is made already; it is delivered and read like any other.
insert into report (id, alert_id, due_at, name, owner_id, permissions, status, attempt, content, made_at)
values (%(id)s, %(alert_id)s, %(at)s, %(name)s, %(owner_id)s, %(permissions)s, 'ready', 1, %(content)s,
        clock_timestamp());
