-- Background runs: admitted without an owner, and begun by whichever worker is first.

-- A run that goes on after an approval is one if the run that asked was.
alter table run add column background boolean not null default false;
create index run_background on run (tenant_id, user_id, id desc) where background;

-- How many of the caller's shop, and of the caller, are queued or running; sums alone, as room_for_turn gives them.
select show_to_dispatch('run', 'background');
create function background_runs(out of_shop bigint, out of_user bigint) language sql stable begin atomic
  select count(*), count(*) filter (where r.user_id = nullif(current_setting('app.user', true), ''))
    from run r
   where r.tenant_id = nullif(current_setting('app.tenant', true), '') and r.status = 'running' and r.background;
end;
select hand_to_dispatch('background_runs()');
