-- Approvals: a write that a model proposed and a person decides. The run that asked ends; the answer starts another run
-- of the same thread, which goes on from the checkpoint.

alter table run drop constraint run_status_check,
  add constraint run_status_check
    check (status in ('running', 'finished', 'failed', 'stopped', 'awaiting_approval'));

-- The answer's message grows with the run that goes on with it.
grant update (parts, metadata, run_id) on message to leadhand_app;

-- Of the shop, not of a person: who approves may be a colleague of who asked. pending → approved → applied, or denied, or
-- expired; superseded: the conversation went on without an answer, or the run that was to apply it did not.
create table approval (
  tenant_id text not null default nullif(current_setting('app.tenant', true), '') check (tenant_id <> ''),
  id uuid not null,
  thread_id uuid not null,
  run_id uuid not null,       -- which asked
  requested_by text not null default nullif(current_setting('app.user', true), '') check (requested_by <> ''),
  call_id text not null check (call_id <> ''),
  tool text not null,
  -- Kept to the letter, unlike jsonb, since the hash is over them.
  input json not null,
  proposal json not null check (json_typeof(proposal) = 'object'),
  proposal_hash text not null check (proposal_hash ~ '^[0-9a-f]{64}$'),  -- of what the person is shown
  status text not null default 'pending'
    check (status in ('pending', 'approved', 'applied', 'denied', 'expired', 'superseded')),
  requested_at timestamptz not null default clock_timestamp(),
  expires_at timestamptz not null,
  decided_by text,
  decided_at timestamptz,
  reason text,
  primary key (tenant_id, id),
  unique (tenant_id, thread_id, call_id),
  foreign key (tenant_id, requested_by, thread_id) references thread (tenant_id, user_id, id) on delete cascade,
  foreign key (tenant_id, requested_by, run_id) references run (tenant_id, user_id, id) on delete cascade,
  constraint approval_decision_is_whole check ((decided_by is null) = (decided_at is null)),
  constraint approval_is_decided_by_somebody check (status not in ('approved', 'applied', 'denied') or decided_by is not null)
);
create index approval_run on approval (tenant_id, run_id);
create index approval_newest on approval (tenant_id, id desc) where status = 'pending';
select protect_tenant_table('approval');
grant select, insert, update on approval to leadhand_app;

-- What nobody answered in time, whose shop it is, and who asked: the run goes on without it.
select show_to_dispatch('approval', 'tenant_id', 'id', 'requested_by', 'status', 'expires_at');
create function expired_approvals(at_most int, out tenant_id text, out user_id text, out approval_id uuid)
  returns setof record language sql stable begin atomic
  select a.tenant_id, a.requested_by, a.id from approval a
   where a.status = 'pending' and a.expires_at <= clock_timestamp() order by a.expires_at limit at_most;
end;
select hand_to_dispatch('expired_approvals(int)');
