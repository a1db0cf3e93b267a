-- What simulations found, in a few figures each, so that they can be set side by side. No plan is changed by them.

create table simulation (
  tenant_id text not null default nullif(current_setting('app.tenant', true), '') check (tenant_id <> '')
    references tenant_settings on delete cascade,
  sim_id text not null check (sim_id ~ '^sim-[0-9a-f]{16}$'),
  kept_at timestamptz not null default clock_timestamp(),
  kind text not null check (kind in ('new_order', 'schedule_change')),
  what text not null check (char_length(what) between 1 and 300),
  as_of timestamptz not null,
  data_version bigint not null,
  -- Null: the kind of simulation has no such figure, or none is known.
  finish timestamptz,
  on_time boolean,
  slack_h float8,
  tardiness_h float8,
  lost_h float8,
  orders_affected int not null check (orders_affected >= 0),
  bookings_affected int not null check (bookings_affected >= 0),
  newly_late int not null check (newly_late >= 0),
  no_longer_late int check (no_longer_late >= 0),
  unplaced int not null check (unplaced >= 0),
  stuck int not null check (stuck >= 0),
  primary key (tenant_id, sim_id)
);
create index simulation_newest on simulation (tenant_id, kept_at desc, sim_id);

select protect_tenant_table('simulation');
grant select, insert, update, delete on simulation to leadhand_app;
