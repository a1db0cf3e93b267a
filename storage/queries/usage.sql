-- name: room
-- What the caller and their shop have taken; see room_for_turn.
select * from room_for_turn(%(zone)s, %(billed_in)s);

-- name: charge
-- Adds what a model call beside the turns took to the caller's day.
insert into usage_day as used (day, currency, input_tokens, cached_input_tokens, output_tokens, reasoning_tokens, cost)
values ((clock_timestamp() at time zone %(zone)s)::date, %(currency)s, %(input)s, %(cached_input)s, %(output)s,
        %(reasoning)s, %(cost)s)
on conflict (tenant_id, user_id, day, currency) do update set
  input_tokens = used.input_tokens + excluded.input_tokens,
  cached_input_tokens = used.cached_input_tokens + excluded.cached_input_tokens,
  output_tokens = used.output_tokens + excluded.output_tokens,
  reasoning_tokens = used.reasoning_tokens + excluded.reasoning_tokens,
  cost = used.cost + excluded.cost;
