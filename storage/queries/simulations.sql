-- name: keep
-- The same question about the same plan has the same figures: it is kept once, and is new again.
insert into simulation (sim_id, kind, what, as_of, data_version, finish, on_time, slack_h, tardiness_h, lost_h,
                        orders_affected, bookings_affected, newly_late, no_longer_late, unplaced, stuck)
values (%(sim_id)s, %(kind)s, %(what)s, %(as_of)s, %(data_version)s, %(finish)s, %(on_time)s, %(slack_h)s,
        %(tardiness_h)s, %(lost_h)s, %(orders_affected)s, %(bookings_affected)s, %(newly_late)s,
        %(no_longer_late)s, %(unplaced)s, %(stuck)s)
on conflict (tenant_id, sim_id) do update set kept_at = clock_timestamp();

-- name: prune
-- Forgets all but the newest so many.
delete from simulation
 where sim_id in (select sim_id from simulation order by kept_at desc, sim_id offset %(keep)s);

-- name: kept
-- The shop's simulations, newest first, and the version at which its plan is now.
select sim_id, kind, what, as_of, data_version, finish, on_time, slack_h, tardiness_h, lost_h, orders_affected,
       bookings_affected, newly_late, no_longer_late, unplaced, stuck,
       (select t.data_version from tenant_settings t where t.tenant_id = s.tenant_id) as data_version_now
  from simulation s order by kept_at desc, sim_id;
