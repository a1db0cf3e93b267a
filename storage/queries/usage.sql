-- name: room
-- What the caller and their shop have taken; see room_for_turn.
select * from room_for_turn(%(zone)s, %(billed_in)s);
