-- What each shop and person has used, for budgets.
select 1;
