-- What a person told about themselves: one row for each person of a shop.

create table working_memory (
  tenant_id text not null default nullif(current_setting('app.tenant', true), '') check (tenant_id <> ''),
  user_id text not null default nullif(current_setting('app.user', true), '') check (user_id <> ''),
  -- Grows with every change, and is not used twice even if the row goes and comes again.
  version bigint not null,
  updated_at timestamptz not null default clock_timestamp(),
  name text check (char_length(name) between 1 and 80),
  role text check (char_length(role) between 1 and 120),
  language text check (language ~ '^[a-z]{2,3}$'),
  units text check (units in ('decimal_hours', 'hours_and_minutes')),
  preferences text[] not null default '{}' check (cardinality(preferences) <= 20),
  goals text[] not null default '{}' check (cardinality(goals) <= 10),
  facts text[] not null default '{}' check (cardinality(facts) <= 30),
  notes text[] not null default '{}' check (cardinality(notes) <= 20),
  -- The newest tool calls that changed it: a call that is run again after a crash changes nothing more.
  calls text[] not null default '{}' check (cardinality(calls) <= 32),
  primary key (tenant_id, user_id)
);

select protect_person_table('working_memory');
grant select, insert, update, delete on working_memory to leadhand_app;
