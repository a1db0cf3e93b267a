-- Writes to a shop's plan: the ledger that makes each happen once and lets it be taken back, the audit of what was
-- made and refused, and quotes that hold capacity.

-- ── 1. Held capacity ────────────────────────────────────────────────────────────────────────────────────

-- A quote; its bookings carry its id as quote_id and status held.
create table capacity_hold (
  tenant_id text not null default nullif(current_setting('app.tenant', true), '') check (tenant_id <> '')
    references tenant_settings,
  id text not null check (id <> ''),
  name text not null check (name <> ''),
  customer text not null default '',
  expires_at instant not null,
  source text not null default 'app',
  external_id text,
  row_version bigint not null default 1,
  primary key (tenant_id, id),
  unique (tenant_id, source, external_id)
);
create index capacity_hold_expiry on capacity_hold (tenant_id, expires_at);
create index booking_quote on booking (tenant_id, quote_id) where quote_id is not null;
select protect_shop_table('capacity_hold');

-- Whose holds are over, whoever's they are; they are then removed as that shop.
select show_to_dispatch('capacity_hold', 'tenant_id', 'id', 'expires_at');
create function shops_with_expired_holds(at_most int) returns setof text language sql stable begin atomic
  select distinct h.tenant_id from capacity_hold h where h.expires_at <= clock_timestamp() limit at_most;
end;
select hand_to_dispatch('shops_with_expired_holds(int)');

-- Nobody reads a hold that has expired. Whoever next writes bookings of the shop removes it first, so that it is in
-- nobody's way there either.
create function expired_holds_give_way() returns trigger
  language plpgsql set search_path = public, pg_temp as $$
begin
  delete from booking b using capacity_hold h
   where h.tenant_id = b.tenant_id and h.id = b.quote_id and h.expires_at <= clock_timestamp();
  delete from capacity_hold where expires_at <= clock_timestamp();
  return null;
end $$;

create trigger expired_holds_give_way before insert or update of machine_id, envelope_start, envelope_end on booking
  for each statement execute function expired_holds_give_way();

-- ── 2. The ledger ───────────────────────────────────────────────────────────────────────────────────────

-- One row a tool call whose write was made, in the transaction that made it. It outlives the conversation.
create table plan_write (
  tenant_id text not null default nullif(current_setting('app.tenant', true), '') check (tenant_id <> '')
    references tenant_settings on delete cascade,
  id uuid not null,
  thread_id uuid not null,
  run_id uuid not null,
  call_id text not null check (call_id <> ''),
  tool text not null check (tool <> ''),
  input jsonb not null,
  proposal_hash text not null check (proposal_hash ~ '^[0-9a-f]{64}$'),
  summary text not null,
  requested_by text not null default nullif(current_setting('app.user', true), '') check (requested_by <> ''),
  approved_by text not null check (approved_by <> ''),
  applied_at timestamptz not null default clock_timestamp(),
  base_data_version bigint not null,  -- of the plan that the proposal was computed from
  data_version bigint not null,       -- of the plan with the write
  -- [{"table", "id", "before", "after"}], rows by their columns, instants as UTC minutes.
  changes jsonb not null check (jsonb_typeof(changes) = 'array'),
  -- [{"id", "source", "external_id"}] of rows that were removed, so that an undo gives them back to their source.
  origins jsonb not null check (jsonb_typeof(origins) = 'array'),
  undoes uuid,
  undone_by uuid,
  applies uuid,  -- the re-plan's proposal that it takes up
  primary key (tenant_id, id),
  unique (tenant_id, thread_id, call_id)
);
create index plan_write_applies on plan_write (tenant_id, applies) where applies is not null;
create index plan_write_newest on plan_write (tenant_id, requested_by, applied_at desc);
select protect_tenant_table('plan_write');
grant select, insert, update (undone_by) on plan_write to leadhand_app;

-- ── 3. The audit ────────────────────────────────────────────────────────────────────────────────────────

-- Who asked for which write, who approved it, what it changed, or why it was refused. Rows are added and never changed.
create table audit (
  tenant_id text not null default nullif(current_setting('app.tenant', true), '') check (tenant_id <> '')
    references tenant_settings on delete cascade,
  id uuid not null,
  at timestamptz not null default clock_timestamp(),
  actor text not null default nullif(current_setting('app.user', true), '') check (actor <> ''),
  action text not null check (action in ('write_applied', 'write_refused')),
  tool text not null,
  input jsonb,
  requested_by text,
  approved_by text,  -- or who denied it
  thread_id uuid,
  run_id uuid,
  call_id text,
  write_id uuid,
  changes jsonb check (jsonb_typeof(changes) = 'array'),
  code text,
  primary key (tenant_id, id),
  constraint audit_tells_why check ((action = 'write_refused') = (code is not null)),
  constraint audit_names_the_write check ((action = 'write_applied') = (write_id is not null))
);
create index audit_newest on audit (tenant_id, at desc, id desc);
select protect_tenant_table('audit');
grant select, insert on audit to leadhand_app;
