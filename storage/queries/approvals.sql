-- name: ask
-- Stores a proposal that waits for a person's answer; a call that is redone after a crash keeps its first.
insert into approval (id, thread_id, run_id, call_id, tool, input, proposal, proposal_hash, expires_at)
values (%(id)s, %(thread_id)s, %(run_id)s, %(call_id)s, %(tool)s, %(input)s, %(proposal)s, %(proposal_hash)s,
        %(expires_at)s)
on conflict (tenant_id, thread_id, call_id) do nothing;

-- name: now
-- The clock that approvals expire by.
select clock_timestamp();

-- name: of_call
-- The approval that a tool call asked for.
select *, status = 'pending' and expires_at <= clock_timestamp() as overdue
  from approval where thread_id = %(thread_id)s and call_id = %(call_id)s;

-- name: get
-- One approval of the shop by its id; the conversation's public id if it is the caller's.
select a.*, a.status = 'pending' and a.expires_at <= clock_timestamp() as overdue, t.chat_id
  from approval a left join thread t on t.id = a.thread_id where a.id = %(id)s;

-- name: of_calls
-- The approvals that tool calls of a thread asked for.
select *, status = 'pending' and expires_at <= clock_timestamp() as overdue
  from approval where thread_id = %(thread_id)s and call_id = any (%(call_ids)s) order by id;

-- name: decide
-- A person's answer: the first one in time counts.
update approval set status = case when %(approved)s then 'approved' else 'denied' end,
                    decided_by = %(decided_by)s, decided_at = clock_timestamp(), reason = %(reason)s
 where id = %(id)s and status = 'pending' and expires_at > clock_timestamp();

-- name: expire
-- Those of a thread that nobody answered in time.
update approval set status = 'expired'
 where thread_id = %(thread_id)s and status = 'pending' and expires_at <= clock_timestamp()
returning *, false as overdue;

-- name: withdraw
-- Those of a thread that are not carried out by now never will be.
update approval set status = 'superseded' where thread_id = %(thread_id)s and status in ('pending', 'approved');

-- name: use
-- Uses an approval up for the write that is being made; whether it may be made.
with asked as (
  select id from approval where thread_id = %(thread_id)s and call_id = %(call_id)s
), used as (
  update approval set status = 'applied' from asked
   where approval.id = asked.id and status in ('approved', 'applied') and proposal_hash = %(proposal_hash)s
  returning approval.id
)
select not exists (select from asked) or exists (select from used);

-- name: pending
-- A page of what waits for an answer, newest first: of the whole shop, or of one who asked.
select a.*, false as overdue, t.chat_id
  from approval a left join thread t on t.id = a.thread_id
 where a.status = 'pending' and a.expires_at > clock_timestamp()
   and (%(requested_by)s::text is null or a.requested_by = %(requested_by)s)
   and (%(before)s::uuid is null or a.id < %(before)s)
 order by a.id desc limit %(limit)s;

-- name: expired
-- What nobody answered in time, over all shops.
select tenant_id, user_id, approval_id from public.expired_approvals(%(at_most)s);
