-- Quizzes: what a person was asked, with the solutions that they are not shown before they answer, and their answers.

create table quiz (
  tenant_id text not null default nullif(current_setting('app.tenant', true), '') check (tenant_id <> ''),
  user_id text not null default nullif(current_setting('app.user', true), '') check (user_id <> ''),
  id uuid not null,
  thread_id uuid,  -- null: asked outside of any conversation
  call_id text not null check (call_id <> ''),
  topic text not null check (char_length(topic) <= 200),
  level text not null check (level in ('easy', 'medium', 'hard')),
  language text not null check (language in ('en', 'de')),
  questions jsonb not null check (jsonb_typeof(questions) = 'array' and jsonb_array_length(questions) between 1 and 10),
  expires_at timestamptz not null,
  primary key (tenant_id, user_id, id),
  unique (tenant_id, user_id, call_id),
  foreign key (tenant_id, user_id, thread_id) references thread on delete cascade
);
create index quiz_thread on quiz (tenant_id, user_id, thread_id, id desc);

create table quiz_answer (
  tenant_id text not null default nullif(current_setting('app.tenant', true), '') check (tenant_id <> ''),
  user_id text not null default nullif(current_setting('app.user', true), '') check (user_id <> ''),
  quiz_id uuid not null,
  number int not null check (number between 1 and 10),
  call_id text not null check (call_id <> ''),
  choice int check (choice between 0 and 3),  -- null: the person does not know
  is_right boolean not null,
  primary key (tenant_id, user_id, quiz_id, number),
  foreign key (tenant_id, user_id, quiz_id) references quiz on delete cascade
);

select protect_person_table(t) from unnest(array['quiz', 'quiz_answer']::regclass[]) as t;
grant select, insert, delete on quiz to leadhand_app;
grant select, insert on quiz_answer to leadhand_app;
