-- name: read_tenant
-- What a turn needs to know of the shop.
select name, timezone, locale, data_version from tenant_settings where tenant_id = %(tenant_id)s;

-- name: upsert_tenant_settings
-- Creates the shop or changes its settings.
insert into tenant_settings (tenant_id, name, timezone, locale, standard_overtime, at_risk_buffer_h,
                             site_calendar_id, due_cutoff_local, utilization_threshold, frozen_hours, horizon_days)
values (%(tenant_id)s, %(name)s, %(timezone)s, %(locale)s, %(standard_overtime)s, %(at_risk_buffer_h)s,
        %(site_calendar_id)s, %(due_cutoff_local)s::time, %(utilization_threshold)s, %(frozen_hours)s, %(horizon_days)s)
on conflict (tenant_id) do update
   set name = excluded.name, timezone = excluded.timezone, locale = excluded.locale,
       standard_overtime = excluded.standard_overtime, at_risk_buffer_h = excluded.at_risk_buffer_h,
       site_calendar_id = excluded.site_calendar_id, due_cutoff_local = excluded.due_cutoff_local,
       utilization_threshold = excluded.utilization_threshold, frozen_hours = excluded.frozen_hours,
       horizon_days = excluded.horizon_days;
