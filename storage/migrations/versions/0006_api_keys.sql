-- Keys of programs that call a shop without a person. The key itself is shown once and is nowhere stored.

create table api_key (
  tenant_id text not null default nullif(current_setting('app.tenant', true), '') check (tenant_id <> '')
    references tenant_settings on delete cascade,
  id text not null check (id ~ '^[0-9a-f]{16}$'),  -- the public part of the key
  -- A plain digest is right here: the secret part is 256 random bits, which no dictionary holds.
  secret_sha256 bytea not null check (octet_length(secret_sha256) = 32),
  name text not null check (name <> '' and char_length(name) <= 200),
  acts_as text not null check (acts_as <> '' and char_length(acts_as) <= 200),  -- the user of what it does
  permissions text[] not null,
  created_at timestamptz not null default now(),
  last_used_at timestamptz,
  expires_at timestamptz check (expires_at > created_at),
  revoked_at timestamptz,
  primary key (tenant_id, id)
);
-- A key is looked up before its shop is known.
create unique index api_key_by_id on api_key (id);

select protect_tenant_table('api_key');
grant select, insert on api_key to leadhand_app;
-- A key's secret, user and rights never change.
grant update (last_used_at, revoked_at) on api_key to leadhand_app;

-- The one look across shops: whose key it is. Nothing else of a key can be read before that is known.
select show_to_dispatch('api_key', 'tenant_id', 'id');
create function shop_of_api_key(key_id text) returns text language sql stable strict begin atomic
  select k.tenant_id from api_key k where k.id = key_id;
end;
select hand_to_dispatch('shop_of_api_key(text)');
