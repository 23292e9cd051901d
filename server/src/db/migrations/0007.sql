-- What looked up users by these looks in user_search.
DROP INDEX users_of_org;
DROP INDEX users_by_email;
{merge 8 OF user_trigrams}
