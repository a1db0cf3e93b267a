-- What of a thread is to leave its window of messages, since its summary is to tell it: up to this message's seq.

alter table thread add column fold_through bigint;  -- null: nothing yet
