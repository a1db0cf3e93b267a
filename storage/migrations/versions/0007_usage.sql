-- What each shop and person has used, for budgets; and how many turns they run.

alter table run
  add column cached_input_tokens bigint not null default 0,  -- of input_tokens
  add column reasoning_tokens bigint not null default 0,     -- of output_tokens
  add column cost numeric(18, 6),                            -- null: the model has no price
  add column currency text,
  add constraint run_cost_has_currency check ((cost is null) = (currency is null));

-- One row for each person, day and currency, so that turns of two people never wait for each other's row. It stays
-- when conversations are deleted.
create table usage_day (
  tenant_id text not null default nullif(current_setting('app.tenant', true), '') check (tenant_id <> ''),
  user_id text not null default nullif(current_setting('app.user', true), '') check (user_id <> ''),
  day date not null,                  -- of the shop's time zone, when the turn ended
  currency text not null default '',  -- '': of turns whose model has no price
  turns int not null default 0,
  input_tokens bigint not null default 0,
  cached_input_tokens bigint not null default 0,
  output_tokens bigint not null default 0,
  reasoning_tokens bigint not null default 0,
  cost numeric(18, 6) not null default 0,
  primary key (tenant_id, user_id, day, currency)
);
create index usage_day_of_shop on usage_day (tenant_id, day);

select protect_person_table('usage_day');
grant select, insert, update on usage_day to leadhand_app;

-- What a shop takes at this moment. A person cannot see the runs and the usage of their colleagues, so this looks for
-- them, within their shop alone, and gives only sums back. It holds the shop's admissions in a row until the
-- caller's transaction ends: two turns cannot both take the last place. Volatile, so that its queries see what was
-- committed while it waited. Without a time zone the day's usage is not looked at.
select show_to_dispatch('run', 'status', 'lease_expires_at');
select show_to_dispatch('usage_day', 'tenant_id', 'user_id', 'day', 'currency', 'input_tokens', 'output_tokens', 'cost');
create function room_for_turn(
  zone text, billed_in text,
  out runs_of_shop bigint, out runs_of_user bigint,
  out tokens_of_shop bigint, out tokens_of_user bigint, out cost_of_shop numeric
) language plpgsql volatile as $$
declare
  shop text := nullif(current_setting('app.tenant', true), '');
  person text := nullif(current_setting('app.user', true), '');
begin
  perform pg_advisory_xact_lock(0x6c68726d, hashtext(shop));
  select count(*), count(*) filter (where r.user_id = person)
    into runs_of_shop, runs_of_user
    from public.run r
   where r.tenant_id = shop and r.status = 'running' and r.lease_expires_at > clock_timestamp();
  if zone is not null then
    select coalesce(sum(u.input_tokens + u.output_tokens), 0),
           coalesce(sum(u.input_tokens + u.output_tokens) filter (where u.user_id = person), 0),
           coalesce(sum(u.cost) filter (where u.currency = billed_in), 0)
      into tokens_of_shop, tokens_of_user, cost_of_shop
      from public.usage_day u
     where u.tenant_id = shop and u.day = (clock_timestamp() at time zone zone)::date;
  end if;
end $$;
select hand_to_dispatch('room_for_turn(text, text)');
