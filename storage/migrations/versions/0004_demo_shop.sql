-- How a demo shop was made. A shop without a row here is a real one, which `leadhand demo` never replaces.

create table demo_shop (
  tenant_id text primary key default nullif(current_setting('app.tenant', true), '') check (tenant_id <> '')
    references tenant_settings on delete cascade,
  size text not null check (size in ('small', 'medium', 'large')),
  seed bigint not null check (seed >= 0),
  today date not null,
  made_at timestamptz not null default clock_timestamp()
);

select protect_tenant_table('demo_shop');
grant select, insert, update, delete on demo_shop to leadhand_app;
