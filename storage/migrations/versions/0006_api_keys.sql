-- Keys of programs that call a shop without a person.
select 1;
