-- How files of other systems are read, as a person of the shop has confirmed it.

create table import_mapping (
  tenant_id text not null default nullif(current_setting('app.tenant', true), '') check (tenant_id <> '')
    references tenant_settings on delete cascade,
  fingerprint text not null check (fingerprint ~ '^[0-9a-f]{64}$'),  -- of the headers that it is for
  name text not null check (name <> '' and char_length(name) <= 200),
  document jsonb not null check (jsonb_typeof(document) = 'object'),
  confirmed_by text not null check (confirmed_by <> ''),
  confirmed_at timestamptz not null default now(),
  primary key (tenant_id, fingerprint)
);

select protect_tenant_table('import_mapping');
grant select, insert, update on import_mapping to leadhand_app;
