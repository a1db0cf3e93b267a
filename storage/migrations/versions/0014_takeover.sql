-- Runs that survive their process: found when nobody holds them any more, offered to whoever picks them up.

-- How often its process was lost, a planned stop not counted: a run that takes several down with it is given up.
alter table run add column lost int not null default 0 check (lost >= 0);

-- Few runs are running at a time, so this stays small.
create index run_lease on run (lease_expires_at) where status = 'running';

-- Runs whose lease has passed. An owner of '' says that one is offered and waits for whoever takes it.
create function runs_without_owner(at_most int) returns table (tenant_id text, run_id uuid)
language sql stable strict begin atomic
  select r.tenant_id, r.id from run r
   where r.status = 'running' and r.lease_expires_at < now()
   order by r.lease_expires_at limit at_most;
end;
select hand_to_dispatch('runs_without_owner(int)');

-- Fails the transaction, and with it whatever the attempt wanted to write, unless this attempt holds the run.
create function hold_run(of_run uuid, of_attempt int) returns void language plpgsql as $$
begin
  perform from run r where r.id = of_run and r.attempt = of_attempt and r.status = 'running' for share;
  if not found then
    raise exception 'the run is no longer held by this attempt' using errcode = 'LH001';
  end if;
end $$;
revoke all on function hold_run(uuid, int) from public;
grant execute on function hold_run(uuid, int) to leadhand_app;
